import { hasColumn, MYSQL_TABLE, ImsMigration, type MigrationStep } from './ims-migration.js';

const TRACE = `account varchar(64) NOT NULL,
  custom_ims_id varchar(32) NOT NULL,
  id varchar(32) NOT NULL,
  at bigint NOT NULL,
  kind varchar(16) NOT NULL,
  attempt varchar(32),
  code varchar(64),
  detail varchar(255),
  PRIMARY KEY (account, custom_ims_id, id)`;

/** What happened to messages off the usual way, and the batch of each applied report. Only adds. */
export class Traces1765000001000 extends ImsMigration {
  readonly name = 'Traces1765000001000';

  protected async migrate(step: MigrationStep): Promise<void> {
    const { isMysql, query } = step;
    await query(`CREATE TABLE IF NOT EXISTS emay_ims_trace (${TRACE})${isMysql ? ` ${MYSQL_TABLE}` : ''}`);
    await addColumn(step);
  }

  protected async revert(step: MigrationStep): Promise<void> {
    await step.query('DROP TABLE IF EXISTS emay_ims_trace');
    if (await hasPage(step)) await step.query('ALTER TABLE emay_ims_message DROP COLUMN report_page');
  }
}

async function addColumn(step: MigrationStep): Promise<void> {
  if (await hasPage(step)) return;
  try {
    await step.query('ALTER TABLE emay_ims_message ADD COLUMN report_page varchar(32)');
  } catch (error) {
    // On MySQL another process may be ahead with it, as TypeORM takes no lock.
    if (!step.isMysql || !(await hasPage(step))) throw error;
  }
}

function hasPage(step: MigrationStep): Promise<boolean> {
  return hasColumn(step, 'emay_ims_message', 'report_page');
}
