import type { ReportsTask } from '../contenders/reports-task.js';
import { migrate, withDatabase, type DatabaseKind } from '../support/databases.js';
import { fill } from '../support/fill.js';
import { REPORTS_PER_PAGE } from '../support/gateway-calls.js';
import { runContender } from '../support/processes.js';
import { atLeastTimes, type Bench, type Goal, type Outcome } from './goal.js';
import { interleave } from './interleave.js';

export const reportIngestion: Goal = {
  key: 'P3',
  title: 'report ingestion alone, 500 a page',
  async measure(bench) {
    const pages = bench.isQuick ? 10 : 100;
    const warmUpPages = bench.isQuick ? 2 : 10;
    const outcomes: Outcome[] = [];
    for (const kind of bench.databases) {
      const turn = (contender: string) => ingest(bench, contender, kind, pages, warmUpPages);
      const measured = await interleave(bench, `P3 ${kind}`, {
        ours: () => turn('ours-reports'),
        'bare UPDATE': () => turn('bare-update'),
      });
      const ours = measured.ours!.perSecond!;
      outcomes.push({
        key: `P3.${kind}`,
        what: `${pages} pages of ${REPORTS_PER_PAGE} reports, stored raw and applied, ${kind}`,
        unit: 'reports/s',
        ours,
        comparisons: [atLeastTimes(0.5, 'bare UPDATE', ours, measured['bare UPDATE']!.perSecond!)],
      });
    }
    return outcomes;
  },
};

function ingest(bench: Bench, contender: string, kind: DatabaseKind, pages: number, warmUpPages: number) {
  return withDatabase(kind, async (database) => {
    await migrate(database);
    await fill(database, (pages + warmUpPages) * REPORTS_PER_PAGE, 'ACCEPTED');
    const task: ReportsTask = { database, pages, warmUpPages };
    return runContender(contender, task, bench.profileFolder);
  });
}
