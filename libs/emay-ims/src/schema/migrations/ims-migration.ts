import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOf } from '../../database/data-source-of.js';
import { POSTGRES_MIGRATION_LOCK } from '../run-migrations.js';
import { placeOf, TableNames, type ImsTable, type PinnedPlace } from '../../database/table-names.js';
import { assertTablesAreHere } from '../start/table-place.js';

/** What a migration runs its statements with; they call tables and indexes `emay_ims_…`, wherever those lie. */
export interface MigrationStep {
  isMysql: boolean;
  isPostgres: boolean;
  names: TableNames;
  runner: QueryRunner;
  query: (sql: string) => Promise<unknown>;
}

/**
 * A step of the schema.
 *
 * - Its tables lie where the DataSource's `schema`, `entityPrefix` and naming strategy put them.
 * - It can be run again where it has been run in part or in whole: MySQL commits each statement by itself, so a process killed
 *   half-way leaves some of it; and TypeORM takes no lock, so two processes may both find it pending.
 * - It leaves the release before it working: columns are added, never taken away. Where that is not possible, it shuts it out first; see
 *   docs/upgrading.md.
 */
export abstract class ImsMigration implements MigrationInterface {
  abstract readonly name: string;
  /** The first one makes the tables. */
  protected readonly needsTables: boolean = true;

  /** @param pinned where the tables were made before those options were obeyed, if they are to stay there */
  constructor(private readonly pinned: PinnedPlace = {}) {}

  async up(runner: QueryRunner): Promise<void> {
    const step = this.step(runner);
    // Two sessions that create the same table at once, IF NOT EXISTS or not: one fails. So one waits for the other.
    if (step.isPostgres) await runner.query(`SELECT pg_advisory_xact_lock(${POSTGRES_MIGRATION_LOCK})`);
    if (this.needsTables && (step.isPostgres || step.isMysql))
      await assertTablesAreHere(step.names, (sql) => runner.query(sql));
    await allowingUnkeyedUpdates(step, () => this.migrate(step));
  }

  async down(runner: QueryRunner): Promise<void> {
    const step = this.step(runner);
    if (step.isPostgres) await runner.query(`SELECT pg_advisory_xact_lock(${POSTGRES_MIGRATION_LOCK})`);
    await allowingUnkeyedUpdates(step, () => this.revert(step));
  }

  protected abstract migrate(step: MigrationStep): Promise<void>;
  protected abstract revert(step: MigrationStep): Promise<void>;

  private step(runner: QueryRunner): MigrationStep {
    const dataSource = dataSourceOf(runner);
    const { type } = dataSource.options;
    const { schema, rename } = placeOf(dataSource, this.pinned);
    const names = new TableNames(type, schema, rename);
    return {
      isMysql: type === 'mysql' || type === 'mariadb',
      isPostgres: type === 'postgres',
      names,
      runner,
      query: (sql) => runner.query(names.place(sql)),
    };
  }
}

/** Migrations change rows that no key leads to, which a server may be set to refuse (`sql_safe_updates`). */
async function allowingUnkeyedUpdates({ isMysql, runner }: MigrationStep, work: () => Promise<void>): Promise<void> {
  const [session] = isMysql
    ? ((await runner.query('SELECT @@SESSION.sql_safe_updates AS safe')) as { safe: number | string }[])
    : [];
  if (Number(session?.safe ?? 0) === 0) return work();
  await runner.query('SET SESSION sql_safe_updates = 0');
  try {
    await work();
  } finally {
    await runner.query('SET SESSION sql_safe_updates = 1');
  }
}

/** InnoDB, for its transactions. Binary collation: MySQL's default merges the ids `AbC` and `aBc`. */
export const MYSQL_TABLE = 'ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

/** Whether a table has a column, wherever it lies. MariaDB's catalogue is asked twice: see `assertTablesAreHere`. */
export async function hasColumn(
  { runner, names, isMysql }: Pick<MigrationStep, 'runner' | 'names' | 'isMysql'>,
  table: ImsTable,
  column: string,
): Promise<boolean> {
  const ask = () => runner.hasColumn(names.path(table), column);
  if (await ask()) return true;
  if (!isMysql) return false;
  await runner.query(`SELECT 1 FROM ${names.table(table)} LIMIT 0`);
  return ask();
}
