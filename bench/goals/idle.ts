import type { IdleTask } from '../contenders/ours-idle.js';
import { withDatabase, type DatabaseKind } from '../support/databases.js';
import { withGateway } from '../support/gateway.js';
import { runContender } from '../support/processes.js';
import { atMost, type Bench, type Goal } from './goal.js';
import { interleave } from './interleave.js';

/** Until settled: some 25 s after the start V8 collects, once, what starting up left behind: five times what idling costs. */
const FULL = { settleMs: 45_000, measureMs: 20_000 };
const QUICK = { settleMs: 1_000, measureMs: 5_000 };

export const idle: Goal = {
  key: 'P8',
  title: 'CPU with nothing to do, polling every 5 s',
  async measure(bench) {
    const size = bench.isQuick ? QUICK : FULL;
    // All at a time: those who do nothing are not in each other's way.
    const measured = await interleave(bench, 'P8', {
      ours: async () =>
        Object.fromEntries(
          await Promise.all(bench.databases.map(async (kind) => [kind, await idlePercent(bench, kind, size)] as const)),
        ),
    });
    return bench.databases.map((kind) => {
      const ours = measured.ours![kind]!;
      return {
        key: `P8.${kind}`,
        what: `CPU over ${size.measureMs / 1_000} s without messages, ${kind}`,
        unit: '% of a core',
        ours,
        comparisons: [atMost(0.5, '% of a core', ours)],
      };
    });
  },
};

function idlePercent(bench: Bench, kind: DatabaseKind, size: typeof FULL): Promise<number> {
  return withDatabase(kind, (database) =>
    withGateway(async (gateway) => {
      const task: IdleTask = { gatewayUrl: gateway.url, database, ...size };
      const { percent } = await runContender('ours-idle', task, bench.profileFolder);
      return percent!;
    }),
  );
}
