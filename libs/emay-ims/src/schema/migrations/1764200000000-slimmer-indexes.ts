import { ImsMigration, type MigrationStep } from './ims-migration.js';

const DUE = '(account, state, priority DESC, due_at)';

/**
 * Each step of a message is written into every index on PostgreSQL, and into those it concerns elsewhere.
 *
 * - What is due is found without the id in its index: a third of its size.
 * - No index over the gateway's id: reports name our id, and where one does not, the number leads to its message.
 */
export class SlimmerIndexes1764200000000 extends ImsMigration {
  readonly name = 'SlimmerIndexes1764200000000';

  protected async migrate(step: MigrationStep): Promise<void> {
    const { names, query } = step;
    if (step.isMysql) return slimOnMysql(step);
    if (step.isPostgres) {
      // First the new one, which blocks writing only: dropping an index blocks reading too, until the end.
      await query(`CREATE INDEX IF NOT EXISTS emay_ims_message_due_slim ON emay_ims_message ${DUE}`);
      await dropBoth(step);
      const slim = names.index('emay_ims_message', 'emay_ims_message_due_slim');
      await query(`ALTER INDEX ${slim} RENAME TO emay_ims_message_due`);
      return;
    }
    await dropBoth(step);
    await query(`CREATE INDEX emay_ims_message_due ON emay_ims_message ${DUE}`);
  }

  protected async revert(step: MigrationStep): Promise<void> {
    const { names, query } = step;
    const due = '(account, state, priority DESC, due_at, custom_ims_id)';
    if (step.isMysql) {
      if (await hasImsIdIndex(step)) return;
      await query(
        `ALTER TABLE emay_ims_message DROP INDEX emay_ims_message_due, ADD INDEX emay_ims_message_due ${due},
         ADD INDEX emay_ims_message_ims_id (account, ims_id)`,
      );
      return;
    }
    await query(`DROP INDEX IF EXISTS ${names.index('emay_ims_message', 'emay_ims_message_due')}`);
    await query(`CREATE INDEX emay_ims_message_due ON emay_ims_message ${due}`);
    await query('CREATE INDEX IF NOT EXISTS emay_ims_message_ims_id ON emay_ims_message (account, ims_id)');
  }
}

async function dropBoth({ names, query }: MigrationStep): Promise<void> {
  await query(`DROP INDEX IF EXISTS ${names.index('emay_ims_message', 'emay_ims_message_ims_id')}`);
  await query(`DROP INDEX IF EXISTS ${names.index('emay_ims_message', 'emay_ims_message_due')}`);
}

/** One statement: MySQL commits each by itself. Another process may be ahead with it, as TypeORM takes no lock. */
async function slimOnMysql(step: MigrationStep): Promise<void> {
  if (!(await hasImsIdIndex(step))) return;
  try {
    await step.query(
      `ALTER TABLE emay_ims_message DROP INDEX emay_ims_message_ims_id, DROP INDEX emay_ims_message_due,
       ADD INDEX emay_ims_message_due ${DUE}`,
    );
  } catch (error) {
    if (await hasImsIdIndex(step)) throw error;
  }
}

async function hasImsIdIndex({ names, query }: MigrationStep): Promise<boolean> {
  const name = names.bareIndex('emay_ims_message', 'emay_ims_message_ims_id');
  const found = (await query(
    `SHOW INDEX FROM ${names.table('emay_ims_message')} WHERE Key_name = ${names.literal(name)}`,
  )) as unknown[];
  return found.length > 0;
}
