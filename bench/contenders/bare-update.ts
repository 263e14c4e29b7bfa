import { connect } from '../support/bare-connection.js';
import { contend, must } from '../support/contender.js';
import { REPORTS_PER_PAGE, type WireReport } from '../support/gateway-calls.js';
import { databaseCpu } from '../support/server-cpu.js';
import { FLOORS } from './floors.js';
import { timed } from './pipeline-task.js';
import { reportPages, type ReportsTask } from './reports-task.js';

/**
 * One bare `UPDATE` for each page, one page after the other, through the bare driver.
 *
 * Fair, because it is the same table with the same indexes and sets the same columns; what it leaves out is what P3
 * measures: reading the answer, keeping it, matching, never lowering a state.
 */
await contend(async ({ database, pages, warmUpPages }: ReportsTask) => {
  const connection = await connect(database, 1);
  const { finishOurs } = FLOORS[database.kind];
  const update = async (all: WireReport[][]) => {
    for (const page of all) {
      const updated = await connection.run(finishOurs(page));
      must(updated === REPORTS_PER_PAGE, () => `${updated} rows updated`);
    }
  };
  await update(reportPages(0, warmUpPages));
  const rest = reportPages(warmUpPages, pages);
  const sample = await timed(pages * REPORTS_PER_PAGE, () => update(rest), databaseCpu(database));
  await connection.close();
  return sample;
});
