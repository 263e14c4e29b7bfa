import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOf } from '../data-source-of.js';
import { POSTGRES_MIGRATION_LOCK } from '../run-migrations.js';

const COLUMNS = `id varchar(32) NOT NULL,
  account varchar(64) NOT NULL,
  handler varchar(64) NOT NULL,
  type varchar(32) NOT NULL,
  payload text NOT NULL,
  state varchar(16) NOT NULL,
  due_at bigint NOT NULL,
  claim varchar(32),
  attempts smallint NOT NULL,
  error varchar(500),
  created_at bigint NOT NULL,
  PRIMARY KEY (id)`;
const DUE = '(account, handler, state, due_at)';

/** What waits for durable event handlers. It can be run again where it has been run in part or in whole. */
export class DurableEvents1764400000000 implements MigrationInterface {
  readonly name = 'DurableEvents1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    const { type } = dataSourceOf(runner).options;
    if (type === 'mysql' || type === 'mariadb') {
      // Binary collation, as of the other tables: names that differ in case are different names.
      await runner.query(
        `CREATE TABLE IF NOT EXISTS emay_ims_event (${COLUMNS}, INDEX emay_ims_event_due ${DUE})
         ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
      );
      return;
    }
    if (type === 'postgres') await runner.query(`SELECT pg_advisory_xact_lock(${POSTGRES_MIGRATION_LOCK})`);
    await runner.query(`CREATE TABLE IF NOT EXISTS emay_ims_event (${COLUMNS})`);
    await runner.query(`CREATE INDEX IF NOT EXISTS emay_ims_event_due ON emay_ims_event ${DUE}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS emay_ims_event');
  }
}
