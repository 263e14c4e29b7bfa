import type { Bench, Goal } from './goals/goal.js';
import { interleave } from './goals/interleave.js';
import { columns, written } from './report.js';
import { spreadOf, type Spread } from './support/spread.js';

/** One figure of the module here and of that of another commit. */
export interface Compared {
  goal: string;
  database: string;
  figure: string;
  here: Spread;
  there: Spread;
  /** Here : there, round by round: a slow minute of the machine falls on both. */
  ratio: Spread;
}

/** The turns of the module that the goals name, here and with the packages in `tree`, one after the other. */
export async function compareTrees(bench: Bench, goals: readonly Goal[], tree: string): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const { key, ours } of goals) {
    if (!ours) {
      bench.skip(`${key}: it is not compared between commits`);
      continue;
    }
    for (const kind of bench.databases.filter((one) => ours.databases.includes(one))) {
      const { here, there } = await interleave(bench, `${key} ${kind}`, {
        here: () => ours.turn(bench, kind, null),
        there: () => ours.turn(bench, kind, tree),
      });
      for (const [figure, spread] of Object.entries(here!)) {
        const other = there![figure]!;
        const ratio = spreadOf(spread.values.map((value, round) => value / (other.values[round] ?? NaN)));
        compared.push({ goal: key, database: kind, figure, here: spread, there: other, ratio });
      }
    }
  }
  return compared;
}

const HEAD = ['goal', 'database', 'figure', 'here', 'there', 'here : there'];

export function comparisonTable(compared: readonly Compared[]): string {
  const rows = compared.map(({ goal, database, figure, here, there, ratio }) => [
    goal,
    database,
    figure,
    written(here),
    written(there),
    `${written(ratio)} ×`,
  ]);
  return columns([HEAD, ...rows]);
}
