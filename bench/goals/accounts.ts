import type { IdleTask } from '../contenders/ours-idle.js';
import { TENANTS } from '../support/account.js';
import { DATABASE_KINDS, withDatabase, type DatabaseKind } from '../support/databases.js';
import { withGateway } from '../support/gateway.js';
import { runContender } from '../support/processes.js';
import { atMost, type Bench, type Goal } from './goal.js';
import { interleave } from './interleave.js';

/** Every account polls once within each of the two. */
const FULL = { settleMs: 35_000, measureMs: 30_000 };
const QUICK = { settleMs: 5_000, measureMs: 2_000 };

export const accounts: Goal = {
  key: 'P14',
  title: `${TENANTS.length} accounts in one process: their start, and CPU with nothing to do but to poll every 30 s`,
  async measure(bench) {
    const size = bench.isQuick ? QUICK : FULL;
    const contenders = bench.databases.map((kind) => [kind, () => manyAccounts(bench, kind)]);
    const measured = await interleave(bench, 'P14', Object.fromEntries(contenders));
    return bench.databases.flatMap((kind) => {
      const { startSeconds, percent } = measured[kind]!;
      return [
        {
          key: `P14.${kind}.start`,
          what: `adding ${TENANTS.length} accounts at once, ${kind}`,
          unit: 's',
          ours: startSeconds!,
          comparisons: [atMost(5, 's', startSeconds!)],
        },
        {
          key: `P14.${kind}.idle`,
          what: `CPU over ${size.measureMs / 1_000} s of ${TENANTS.length} accounts without messages, ${kind}`,
          unit: '% of a core',
          ours: percent!,
          comparisons: [atMost(5, '% of a core', percent!)],
        },
      ];
    });
  },
  ours: { databases: DATABASE_KINDS, turn: manyAccounts },
};

function manyAccounts(bench: Bench, kind: DatabaseKind, tree: string | null = null) {
  const size = bench.isQuick ? QUICK : FULL;
  return withDatabase(kind, (database) =>
    withGateway((gateway) => {
      const task: IdleTask = { gatewayUrl: gateway.url, database, ...size };
      return runContender('ours-accounts', task, bench.profileFolder, tree);
    }),
  );
}
