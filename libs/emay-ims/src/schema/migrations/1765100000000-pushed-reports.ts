import { hasColumn, ImsMigration, type MigrationStep } from './ims-migration.js';
import type { ImsTable } from '../../database/table-names.js';

/** Columns by their table; every one may be null, as the release before leaves them out. */
const COLUMNS: readonly (readonly [table: ImsTable, name: string, type: string])[] = [
  ['emay_ims_report_batch', 'source', 'varchar(8)'],
  ['emay_ims_report_batch', 'content_hash', 'varchar(64)'],
  ['emay_ims_report', 'report_hash', 'varchar(64)'],
];
const INDEXES: readonly (readonly [table: ImsTable, name: string, kind: string, columns: string])[] = [
  ['emay_ims_report_batch', 'emay_ims_report_batch_hash', 'UNIQUE INDEX', '(account, content_hash)'],
  ['emay_ims_report_batch', 'emay_ims_report_batch_push', 'INDEX', '(account, source, id)'],
  ['emay_ims_report', 'emay_ims_report_hash', 'UNIQUE INDEX', '(account, report_hash)'],
];

/** Pushed report batches: where one came from, and hashes that keep a batch and a report from counting twice. */
export class PushedReports1765100000000 extends ImsMigration {
  readonly name = 'PushedReports1765100000000';

  protected async migrate(step: MigrationStep): Promise<void> {
    for (const [table, name, type] of COLUMNS) {
      await unlessDone(step, () => hasColumn(step, table, name), `ALTER TABLE ${table} ADD COLUMN ${name} ${type}`);
    }
    const ifNotExists = step.isMysql ? '' : 'IF NOT EXISTS ';
    for (const [table, name, kind, columns] of INDEXES) {
      const create = `CREATE ${kind} ${ifNotExists}${name} ON ${table} ${columns}`;
      await unlessDone(step, () => hasIndexOnMysql(step, table, name), create);
    }
  }

  protected async revert(step: MigrationStep): Promise<void> {
    const { names, query, isMysql } = step;
    for (const [table, name] of INDEXES) {
      if (!isMysql) await query(`DROP INDEX IF EXISTS ${names.index(table, name)}`);
      else if (await hasIndexOnMysql(step, table, name)) await query(`ALTER TABLE ${table} DROP INDEX ${name}`);
    }
    for (const [table, name] of COLUMNS) {
      if (await hasColumn(step, table, name)) await query(`ALTER TABLE ${table} DROP COLUMN ${name}`);
    }
  }
}

async function unlessDone(step: MigrationStep, isDone: () => Promise<boolean>, sql: string): Promise<void> {
  if (await isDone()) return;
  try {
    await step.query(sql);
  } catch (error) {
    // Another process may be ahead with it, as TypeORM takes no lock.
    if (!step.isMysql || !(await isDone())) throw error;
  }
}

/** Elsewhere `IF NOT EXISTS` does. */
async function hasIndexOnMysql({ names, query, isMysql }: MigrationStep, table: ImsTable, name: string) {
  if (!isMysql) return false;
  const found = (await query(
    `SHOW INDEX FROM ${names.table(table)} WHERE Key_name = ${names.literal(names.bareIndex(table, name))}`,
  )) as unknown[];
  return found.length > 0;
}
