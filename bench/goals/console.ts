import type { ConsoleTask } from '../contenders/ours-console.js';
import { withDatabase, type DatabaseKind } from '../support/databases.js';
import { filled } from '../support/fill.js';
import { withGateway } from '../support/gateway.js';
import { runContender } from '../support/processes.js';
import { atMost, type Bench, type Goal, type Outcome } from './goal.js';
import { interleave } from './interleave.js';

const FULL = { rows: 1_000_000, times: 20, isHurried: false };
/** At its own pace, counting them takes 40 minutes. */
const LARGE = { rows: 10_000_000, times: 20, isHurried: true };
/** For the roll-up to count all messages, at its own pace. */
const DEADLINE_MS = 2 * 3_600_000;
/** More than are counted live. */
const QUICK = { rows: 24_000, times: 3, isHurried: false };

export const consolePages: Goal = {
  key: 'P9',
  title: 'pages of the console and stats() with many rows stored, 95th percentile',
  async measure(bench) {
    const size = bench.isQuick ? QUICK : bench.isLarge ? LARGE : FULL;
    const outcomes: Outcome[] = [];
    for (const kind of bench.databases) outcomes.push(...(await pagesOn(bench, kind, size)));
    return outcomes;
  },
};

async function pagesOn(bench: Bench, kind: DatabaseKind, size: typeof FULL): Promise<Outcome[]> {
  const measured = await withDatabase(kind, async (database) => {
    bench.say(`P9 ${kind} · filling in ${size.rows} rows`);
    await filled(database, size.rows, 'MIXED');
    return withGateway((gateway) => {
      const task: ConsoleTask = { database, gatewayUrl: gateway.url, ...size };
      return interleave(bench, `P9 ${kind}`, {
        ours: () => runContender('ours-console', task, bench.profileFolder, null, DEADLINE_MS),
      });
    });
  });
  const { countedSeconds, ...pages } = measured.ours!;
  const rows = size.rows.toLocaleString('en');
  return [
    {
      key: `P9.${kind}.counted`,
      what: `until the roll-up has counted ${rows} messages, ${size.isHurried ? 'without a rest' : 'in its own time'}, ${kind}; from the second round on it has`,
      unit: 's',
      ours: countedSeconds!,
      comparisons: [],
    },
    ...Object.entries(pages).map(([page, ours]) => ({
      key: `P9.${kind}.${page}`,
      what: `${page}, with ${rows} messages stored, ${kind}`,
      unit: 'ms',
      ours,
      comparisons: [atMost(page === 'stats' ? 20 : 100, 'ms', ours)],
    })),
  ];
}
