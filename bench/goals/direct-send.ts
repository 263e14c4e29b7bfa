import type { SendsTask } from '../contenders/sends.js';
import { withDatabase } from '../support/databases.js';
import { withGateway } from '../support/gateway.js';
import { runContender } from '../support/processes.js';
import { atLeastTimes, atMostMore, type Bench, type Goal, type Outcome } from './goal.js';
import { interleave, type Measured } from './interleave.js';
import { mustHaveTakenEachOnce } from './pipeline.js';

const FULL = { warmUp: 500, oneByOne: 2_000, inParallel: 4_000, concurrency: 16 };
const QUICK = { warmUp: 100, oneByOne: 200, inParallel: 400, concurrency: 16 };
const POST = 'axios post';

export const directSend: Goal = {
  key: 'P4',
  title: 'send() against a bare keep-alive axios post, SQLite durable',
  async measure(bench) {
    if (!bench.databases.includes('sqlite')) return [];
    const size = bench.isQuick ? QUICK : FULL;
    const measured = await interleave(bench, 'P4 sqlite', {
      ours: () => sends(bench, 'ours-send', size),
      [POST]: () => sends(bench, 'bare-post', size),
    });
    return [latency(measured, 'medianMs', 1, size), latency(measured, 'p99Ms', 5, size), throughput(measured, size)];
  },
  ours: {
    databases: ['sqlite'],
    turn: (bench, _kind, tree) => sends(bench, 'ours-send', bench.isQuick ? QUICK : FULL, tree),
  },
};

function latency(measured: Measured, which: 'medianMs' | 'p99Ms', limit: number, { oneByOne }: typeof FULL): Outcome {
  const name = which.replace('Ms', '');
  const ours = measured.ours![which]!;
  return {
    key: `P4.${name}`,
    what: `${name} of ${oneByOne} sends, one at a time, sqlite`,
    unit: 'ms',
    ours,
    comparisons: [atMostMore(limit, 'ms', POST, ours, measured[POST]![which]!)],
  };
}

function throughput(measured: Measured, { inParallel, concurrency }: typeof FULL): Outcome {
  const ours = measured.ours!.perSecond!;
  return {
    key: 'P4.parallel',
    what: `${inParallel} sends, ${concurrency} at a time, sqlite`,
    unit: 'msg/s',
    ours,
    comparisons: [atLeastTimes(0.75, POST, ours, measured[POST]!.perSecond!)],
  };
}

function sends(bench: Bench, contender: string, size: typeof FULL, tree: string | null = null) {
  return withDatabase('sqlite', (database) =>
    withGateway(async (gateway) => {
      const task: SendsTask = { gatewayUrl: gateway.url, database, ...size };
      const sample = await runContender(contender, task, bench.profileFolder, tree);
      mustHaveTakenEachOnce(await gateway.counts(), size.warmUp + size.oneByOne + size.inParallel);
      return sample;
    }),
  );
}
