import { hasColumn, MYSQL_TABLE, ImsMigration, type MigrationStep } from './ims-migration.js';

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
 * Messages are listed by what changes twice in their life, not by their state, which changes with every step: on PostgreSQL answers
 * and reports so become heap-only updates, elsewhere they leave the index alone.
 */
export class ListedMessages1764600000000 extends ImsMigration {
  readonly name = 'ListedMessages1764600000000';

  protected async migrate(step: MigrationStep): Promise<void> {
    const { names, query } = step;
    const dropFormerIndex = () =>
      query(`DROP INDEX IF EXISTS ${names.index('emay_ims_message', 'emay_ims_message_due')}`);
    // Run again on a schema that is further already.
    if (await hasColumn(step, 'emay_ims_message', 'outcome')) return void (step.isMysql || (await dropFormerIndex()));
    if (step.isMysql) return listOnMysql(step);
    if (step.isPostgres) await query(`ALTER TABLE emay_ims_message SET (fillfactor = ${FILL_FACTOR})`);
    if (!(await isListed(step))) await alter(step, ['ADD COLUMN listed_as varchar(16)', 'ADD COLUMN listed_at bigint']);
    await query(LIST);
    await query(`CREATE INDEX IF NOT EXISTS emay_ims_message_listed ON emay_ims_message ${LISTED}`);
    await dropFormerIndex();
    await query(SWEEP);
  }

  protected async revert(step: MigrationStep): Promise<void> {
    const { names, query } = step;
    await query('DROP TABLE IF EXISTS emay_ims_sweep');
    if (!(await isListed(step))) return;
    if (step.isMysql) {
      await query(
        `ALTER TABLE emay_ims_message DROP INDEX emay_ims_message_listed, ADD INDEX emay_ims_message_due ${DUE},
         DROP COLUMN listed_as, DROP COLUMN listed_at`,
      );
      return;
    }
    if (step.isPostgres) await query('ALTER TABLE emay_ims_message RESET (fillfactor)');
    await query(`DROP INDEX IF EXISTS ${names.index('emay_ims_message', 'emay_ims_message_listed')}`);
    await query(`CREATE INDEX IF NOT EXISTS emay_ims_message_due ON emay_ims_message ${DUE}`);
    await alter(step, ['DROP COLUMN listed_as', 'DROP COLUMN listed_at']);
  }
}

/** One statement, as the host may have them run without a transaction; SQLite takes only one change in each, and migrates in one. */
async function alter({ isPostgres, query }: MigrationStep, changes: readonly string[]): Promise<void> {
  for (const each of isPostgres ? [changes.join(', ')] : changes) await query(`ALTER TABLE emay_ims_message ${each}`);
}

async function listOnMysql(step: MigrationStep): Promise<void> {
  await step.query(`${SWEEP} ${MYSQL_TABLE}`);
  try {
    if (!(await isListed(step))) {
      await step.query(
        `ALTER TABLE emay_ims_message ADD COLUMN listed_as varchar(16), ADD COLUMN listed_at bigint,
         DROP INDEX emay_ims_message_due, ADD INDEX emay_ims_message_listed ${LISTED}`,
      );
    }
  } catch (error) {
    // Another process may be ahead with it, as TypeORM takes no lock.
    if (!(await isListed(step))) throw error;
  }
  await step.query(LIST);
}

/** Whether the columns are there: they come together, in one statement or one transaction. */
function isListed(step: MigrationStep): Promise<boolean> {
  return hasColumn(step, 'emay_ims_message', 'listed_as');
}
