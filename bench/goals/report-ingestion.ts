import type { ReportsTask } from '../contenders/reports-task.js';
import { DATABASE_KINDS, withDatabase, type DatabaseKind } from '../support/databases.js';
import { filled } from '../support/fill.js';
import { REPORTS_PER_PAGE } from '../support/gateway-calls.js';
import { runContender } from '../support/processes.js';
import { atLeastTimes, type Bench, type Goal, type Outcome } from './goal.js';
import { interleave, rateOf } from './interleave.js';

export const reportIngestion: Goal = {
  key: 'P3',
  title: 'report ingestion alone, 500 a page',
  async measure(bench) {
    const { pages } = sizeOf(bench);
    const outcomes: Outcome[] = [];
    for (const kind of bench.databases) {
      const turn = (contender: string) => ingest(bench, contender, kind);
      const measured = await interleave(bench, `P3 ${kind}`, {
        ours: () => turn('ours-reports'),
        'bare UPDATE': () => turn('bare-update'),
      });
      const ours = rateOf(measured.ours);
      outcomes.push({
        key: `P3.${kind}`,
        what: `${pages} pages of ${REPORTS_PER_PAGE} reports, stored raw and applied, ${kind}`,
        unit: 'reports/s',
        ours,
        comparisons: [atLeastTimes(0.55, 'bare UPDATE', ours, rateOf(measured['bare UPDATE']))],
      });
    }
    return outcomes;
  },
  ours: {
    databases: DATABASE_KINDS,
    turn: (bench, kind, tree) => ingest(bench, 'ours-reports', kind, tree),
  },
};

const sizeOf = ({ isQuick }: Bench) => (isQuick ? { pages: 10, warmUpPages: 2 } : { pages: 100, warmUpPages: 10 });

function ingest(bench: Bench, contender: string, kind: DatabaseKind, tree: string | null = null) {
  const { pages, warmUpPages } = sizeOf(bench);
  return withDatabase(kind, async (database) => {
    await filled(database, (pages + warmUpPages) * REPORTS_PER_PAGE, 'ACCEPTED', tree);
    const task: ReportsTask = { database, pages, warmUpPages };
    return runContender(contender, task, bench.profileFolder, tree);
  });
}
