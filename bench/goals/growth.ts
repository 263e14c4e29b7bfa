import type { PipelineTask } from '../contenders/pipeline-task.js';
import { withDatabase, type BenchDatabase, type DatabaseKind } from '../support/databases.js';
import { filled } from '../support/fill.js';
import { withGateway } from '../support/gateway.js';
import { runContender } from '../support/processes.js';
import { atMostTimes, type Bench, type Goal, type Outcome } from './goal.js';
import { interleave } from './interleave.js';
import { mustHaveTakenEachOnce } from './pipeline.js';

const FULL = { few: 10_000, messages: 15_000, warmUp: 3_000 };
const QUICK = { few: 10_000, messages: 3_000, warmUp: 600 };

const MILLION: Table = { rows: 1_000_000, limit: 1.2, suffix: '' };
/** With `--large`: filling it in takes longer than all other goals together. */
const TEN_MILLION: Table = { rows: 10_000_000, limit: 1.3, suffix: '.10m' };
const QUICK_TABLE: Table = { rows: 100_000, limit: 1.2, suffix: '' };

const US_PER_S = 1_000_000;

interface Table {
  rows: number;
  /** How many times as much a message may cost as in a small table. */
  limit: number;
  /** Of the outcome's key. */
  suffix: string;
}

export const growth: Goal = {
  key: 'P5',
  title: 'cost per message with many rows stored, against few',
  async measure(bench) {
    const size = bench.isQuick ? QUICK : FULL;
    const tables = bench.isQuick ? [QUICK_TABLE] : [MILLION, ...(bench.isLarge ? [TEN_MILLION] : [])];
    const outcomes: Outcome[] = [];
    for (const kind of bench.databases)
      for (const table of tables) outcomes.push(await againstFew(bench, kind, table, size));
    return outcomes;
  },
};

async function againstFew(bench: Bench, kind: DatabaseKind, table: Table, size: typeof FULL): Promise<Outcome> {
  const { rows, limit, suffix } = table;
  // The large one is filled once and grows a little from round to round; the small one is made anew, to stay small.
  const measured = await withDatabase(kind, async (large) => {
    bench.say(`P5 ${kind} · filling in ${rows} rows`);
    await filled(large, rows, 'DELIVERED');
    let grown = rows;
    return interleave(bench, `P5 ${kind}`, {
      many: async () => {
        const sample = await costOf(bench, large, grown, size);
        grown += size.messages + size.warmUp;
        return sample;
      },
      few: () =>
        withDatabase(kind, async (small) => {
          await filled(small, size.few, 'DELIVERED');
          return costOf(bench, small, size.few, size);
        }),
    });
  });
  const ours = measured.many!.microseconds!;
  const few = `${size.few.toLocaleString('en')} rows`;
  return {
    key: `P5.${kind}${suffix}`,
    what: `${size.messages} messages, queued to final, with ${rows.toLocaleString('en')} rows stored, ${kind}`,
    unit: 'µs/msg',
    ours,
    comparisons: [atMostTimes(limit, few, ours, measured.few!.microseconds!)],
  };
}

function costOf(bench: Bench, database: BenchDatabase, stored: number, size: typeof FULL) {
  const { messages, warmUp } = size;
  return withGateway(async (gateway) => {
    const task: PipelineTask = { gatewayUrl: gateway.url, database, messages, warmUp, stored };
    const sample = await runContender('ours-pipeline', task, bench.profileFolder);
    mustHaveTakenEachOnce(await gateway.counts(), messages + warmUp);
    return { microseconds: US_PER_S / sample.perSecond! };
  });
}
