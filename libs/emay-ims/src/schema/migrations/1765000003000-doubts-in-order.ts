import { ImsMigration, type MigrationStep } from './ims-migration.js';

const FORMER = '(account, outcome)';
/** Neither time nor id ever changes: no update writes more for it. */
const OUTCOME = '(account, outcome, created_at, custom_ims_id)';
const LISTED = 'WHERE outcome IS NOT NULL';

/** The newest of a state are read from the index, in order: however many doubts there are, nobody sorts them. */
export class DoubtsInOrder1765000003000 extends ImsMigration {
  readonly name = 'DoubtsInOrder1765000003000';

  protected migrate(step: MigrationStep): Promise<void> {
    return exchange(step, OUTCOME, async () => !(await isInOrder(step)));
  }

  protected revert(step: MigrationStep): Promise<void> {
    return exchange(step, FORMER, () => isInOrder(step));
  }
}

/** @param isPending of MySQL, where another process may be ahead with it, as TypeORM takes no lock */
async function exchange(step: MigrationStep, columns: string, isPending: () => Promise<boolean>): Promise<void> {
  const { names, query } = step;
  if (step.isMysql) {
    if (!(await isPending())) return;
    try {
      await query(
        `ALTER TABLE emay_ims_message DROP INDEX emay_ims_message_outcome, ADD INDEX emay_ims_message_outcome ${columns}`,
      );
    } catch (error) {
      if (await isPending()) throw error;
    }
    return;
  }
  const former = names.index('emay_ims_message', 'emay_ims_message_outcome');
  if (!step.isPostgres) {
    await query(`DROP INDEX IF EXISTS ${former}`);
    await query(`CREATE INDEX emay_ims_message_outcome ON emay_ims_message ${columns} ${LISTED}`);
    return;
  }
  // First the new one, which blocks writing only: dropping an index blocks reading too, until the end.
  await query(`CREATE INDEX IF NOT EXISTS emay_ims_message_outcome_next ON emay_ims_message ${columns} ${LISTED}`);
  await query(`DROP INDEX IF EXISTS ${former}`);
  await query(
    `ALTER INDEX ${names.index('emay_ims_message', 'emay_ims_message_outcome_next')} RENAME TO emay_ims_message_outcome`,
  );
}

async function isInOrder({ names, query }: MigrationStep): Promise<boolean> {
  const name = names.literal(names.bareIndex('emay_ims_message', 'emay_ims_message_outcome'));
  const found = await query(
    `SHOW INDEX FROM ${names.table('emay_ims_message')} WHERE Key_name = ${name} AND Column_name = 'created_at'`,
  );
  return (found as unknown[]).length > 0;
}
