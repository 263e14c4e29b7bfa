import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOf } from '../data-source-of.js';
import { POSTGRES_MIGRATION_LOCK } from '../run-migrations.js';

const LISTED = '(account, listed_as, priority DESC, listed_at)';
const DUE = '(account, state, priority DESC, due_at)';
const SWEEP = `CREATE TABLE IF NOT EXISTS emay_ims_sweep (
  account varchar(64) NOT NULL,
  state varchar(16) NOT NULL,
  reached bigint NOT NULL,
  PRIMARY KEY (account, state))`;
/** Of what is DELIVERED nothing is awaited: the many rows of a table with a past are left as they are. */
const LIST = `UPDATE emay_ims_message
  SET listed_as = CASE WHEN state IN ('SUBMITTING', 'ACCEPTED') THEN 'HANDED_OVER' ELSE state END,
    listed_at = CASE WHEN state = 'QUEUED' THEN due_at ELSE COALESCE(accepted_at, due_at, created_at) END
  WHERE state <> 'DELIVERED' AND listed_as IS NULL`;
/** Two versions of a row fit into its page, so that each next one can take the place of the one before. */
const FILL_FACTOR = 50;

/**
 * Messages are listed by what changes twice in their life, not by their state, which changes with every step.
 *
 * - On PostgreSQL answers and reports so become heap-only updates, elsewhere they leave the index alone.
 * - It can be run again where it has been run in part or in whole.
 */
export class ListedMessages1764600000000 implements MigrationInterface {
  readonly name = 'ListedMessages1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    const { type } = dataSourceOf(runner).options;
    if (type === 'mysql' || type === 'mariadb') return upOnMysql(runner);
    const isPostgres = type === 'postgres';
    if (isPostgres) {
      await runner.query(`SELECT pg_advisory_xact_lock(${POSTGRES_MIGRATION_LOCK})`);
      await runner.query(`ALTER TABLE emay_ims_message SET (fillfactor = ${FILL_FACTOR})`);
    }
    if (!(await isListed(runner))) {
      await runner.query('ALTER TABLE emay_ims_message ADD COLUMN listed_as varchar(16)');
      await runner.query('ALTER TABLE emay_ims_message ADD COLUMN listed_at bigint');
    }
    await runner.query(LIST);
    await runner.query(`CREATE INDEX IF NOT EXISTS emay_ims_message_listed ON emay_ims_message ${LISTED}`);
    await runner.query('DROP INDEX IF EXISTS emay_ims_message_due');
    await runner.query(SWEEP);
  }

  async down(runner: QueryRunner): Promise<void> {
    const { type } = dataSourceOf(runner).options;
    await runner.query('DROP TABLE IF EXISTS emay_ims_sweep');
    if (!(await isListed(runner))) return;
    if (type === 'mysql' || type === 'mariadb') {
      await runner.query(
        `ALTER TABLE emay_ims_message DROP INDEX emay_ims_message_listed, ADD INDEX emay_ims_message_due ${DUE},
         DROP COLUMN listed_as, DROP COLUMN listed_at`,
      );
      return;
    }
    if (type === 'postgres') {
      await runner.query(`SELECT pg_advisory_xact_lock(${POSTGRES_MIGRATION_LOCK})`);
      await runner.query('ALTER TABLE emay_ims_message RESET (fillfactor)');
    }
    await runner.query('DROP INDEX IF EXISTS emay_ims_message_listed');
    await runner.query(`CREATE INDEX IF NOT EXISTS emay_ims_message_due ON emay_ims_message ${DUE}`);
    await runner.query('ALTER TABLE emay_ims_message DROP COLUMN listed_as');
    await runner.query('ALTER TABLE emay_ims_message DROP COLUMN listed_at');
  }
}

async function upOnMysql(runner: QueryRunner): Promise<void> {
  await runner.query(`${SWEEP} ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  try {
    if (!(await isListed(runner))) {
      await runner.query(
        `ALTER TABLE emay_ims_message ADD COLUMN listed_as varchar(16), ADD COLUMN listed_at bigint,
         DROP INDEX emay_ims_message_due, ADD INDEX emay_ims_message_listed ${LISTED}`,
      );
    }
  } catch (error) {
    // Another process may be ahead with it, as TypeORM takes no lock.
    if (!(await isListed(runner))) throw error;
  }
  await runner.query(LIST);
}

/** Whether the columns are there: they come together, in one statement or one transaction. */
async function isListed(runner: QueryRunner): Promise<boolean> {
  const table = await runner.getTable('emay_ims_message');
  return table?.findColumnByName('listed_as') !== undefined;
}
