import { hasColumn, ImsMigration, type MigrationStep } from './ims-migration.js';

const TABLE = 'emay_ims_report_batch';
/** What holds the bytes of a page, by database. */
const BYTES = { postgres: 'bytea', mysql: 'longblob', sqlite: 'blob' } as const;
const COLUMNS: Readonly<Record<string, string>> = {
  /** Whether we have packed those bytes; and the headers that say how to read them. */
  raw_packed: 'smallint',
  content_type: 'varchar(255)',
  content_encoding: 'varchar(64)',
  /** How many reports were asked for. */
  requested: 'integer',
  /** Why the answer has not come in whole, where the network says so. */
  cut: 'varchar(64)',
  /** How many of its reports are lost at most. */
  lost: 'integer',
  /** How many of its items have been applied, where that takes more than one transaction. */
  progress: 'integer',
  /** How often applying it has failed, and why the last time. */
  attempts: 'integer',
  failure: 'varchar(64)',
};

/** A page of reports is kept as the bytes that came. */
export class RawReportPages1764800000000 extends ImsMigration {
  readonly name = 'RawReportPages1764800000000';

  protected async migrate(step: MigrationStep): Promise<void> {
    const bytes = BYTES[step.isPostgres ? 'postgres' : step.isMysql ? 'mysql' : 'sqlite'];
    for (const [name, type] of Object.entries({ raw: bytes, ...COLUMNS })) await addColumn(step, name, type);
  }

  protected async revert(step: MigrationStep): Promise<void> {
    for (const name of ['raw', ...Object.keys(COLUMNS)]) {
      if (await hasColumn(step, TABLE, name)) await step.query(`ALTER TABLE ${TABLE} DROP COLUMN ${name}`);
    }
  }
}

async function addColumn(step: MigrationStep, name: string, type: string): Promise<void> {
  if (await hasColumn(step, TABLE, name)) return;
  try {
    await step.query(`ALTER TABLE ${TABLE} ADD COLUMN ${name} ${type}`);
  } catch (error) {
    // Another process may be ahead with it, as TypeORM takes no lock.
    if (!step.isMysql || !(await hasColumn(step, TABLE, name))) throw error;
  }
}
