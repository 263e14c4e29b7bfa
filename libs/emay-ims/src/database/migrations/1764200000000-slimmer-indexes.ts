import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOf } from '../data-source-of.js';
import { POSTGRES_MIGRATION_LOCK } from '../run-migrations.js';

const DUE = '(account, state, priority DESC, due_at)';

/**
 * Each step of a message is written into every index on PostgreSQL, and into those it concerns elsewhere.
 *
 * - What is due is found without the id in its index: a third of its size.
 * - No index over the gateway's id: reports name our id, and where one does not, the number leads to its message.
 *
 * It can be run again where it has been run in part or in whole.
 */
export class SlimmerIndexes1764200000000 implements MigrationInterface {
  readonly name = 'SlimmerIndexes1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    if (isMysql(runner)) {
      await slimOnMysql(runner);
      return;
    }
    if (dataSourceOf(runner).options.type === 'postgres') {
      await lockMigrations(runner);
      // First the new one, which blocks writing only: dropping an index blocks reading too, until the end.
      await runner.query(`CREATE INDEX IF NOT EXISTS emay_ims_message_due_slim ON emay_ims_message ${DUE}`);
      await dropBoth(runner);
      await runner.query('ALTER INDEX emay_ims_message_due_slim RENAME TO emay_ims_message_due');
      return;
    }
    await dropBoth(runner);
    await runner.query(`CREATE INDEX emay_ims_message_due ON emay_ims_message ${DUE}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const due = '(account, state, priority DESC, due_at, custom_ims_id)';
    if (isMysql(runner)) {
      if (await hasImsIdIndex(runner)) return;
      await runner.query(
        `ALTER TABLE emay_ims_message DROP INDEX emay_ims_message_due, ADD INDEX emay_ims_message_due ${due},
         ADD INDEX emay_ims_message_ims_id (account, ims_id)`,
      );
      return;
    }
    await lockMigrations(runner);
    await runner.query('DROP INDEX IF EXISTS emay_ims_message_due');
    await runner.query(`CREATE INDEX emay_ims_message_due ON emay_ims_message ${due}`);
    await runner.query('CREATE INDEX IF NOT EXISTS emay_ims_message_ims_id ON emay_ims_message (account, ims_id)');
  }
}

async function dropBoth(runner: QueryRunner): Promise<void> {
  await runner.query('DROP INDEX IF EXISTS emay_ims_message_ims_id');
  await runner.query('DROP INDEX IF EXISTS emay_ims_message_due');
}

function isMysql(runner: QueryRunner): boolean {
  return ['mysql', 'mariadb'].includes(dataSourceOf(runner).options.type);
}

/** One statement: MySQL commits each by itself. Another process may be ahead with it, as TypeORM takes no lock. */
async function slimOnMysql(runner: QueryRunner): Promise<void> {
  if (!(await hasImsIdIndex(runner))) return;
  try {
    await runner.query(
      `ALTER TABLE emay_ims_message DROP INDEX emay_ims_message_ims_id, DROP INDEX emay_ims_message_due,
       ADD INDEX emay_ims_message_due ${DUE}`,
    );
  } catch (error) {
    if (await hasImsIdIndex(runner)) throw error;
  }
}

async function hasImsIdIndex(runner: QueryRunner): Promise<boolean> {
  const found: unknown[] = await runner.query(
    "SHOW INDEX FROM emay_ims_message WHERE Key_name = 'emay_ims_message_ims_id'",
  );
  return found.length > 0;
}

async function lockMigrations(runner: QueryRunner): Promise<void> {
  if (dataSourceOf(runner).options.type !== 'postgres') return;
  await runner.query(`SELECT pg_advisory_xact_lock(${POSTGRES_MIGRATION_LOCK})`);
}
