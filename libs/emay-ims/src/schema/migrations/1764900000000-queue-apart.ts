import { hasColumn, MYSQL_TABLE, ImsMigration, type MigrationStep } from './ims-migration.js';

const DUE = `id varchar(32) NOT NULL,
  account varchar(64) NOT NULL,
  priority smallint NOT NULL,
  due_at bigint NOT NULL,
  expires_at bigint,
  ids text NOT NULL,
  PRIMARY KEY (id)`;
const ATTEMPT = `account varchar(64) NOT NULL,
  attempt varchar(32) NOT NULL,
  id varchar(32) NOT NULL,
  ends_at bigint NOT NULL,
  due_at bigint NOT NULL,
  ids text NOT NULL,
  PRIMARY KEY (account, attempt, id)`;
const DUE_READY = '(account, priority DESC, due_at)';
const DUE_EXPIRY = '(account, expires_at)';
const ATTEMPT_DUE = '(account, due_at)';
const OUTCOME = '(account, outcome)';

/** Of 300 ids of 32 characters, each of them escaped, and more. */
const AGGREGATED_LENGTH = 65_535;

/** Three more versions of a row fit into its page: claimed, accepted, delivered. */
const FILL_FACTOR = 35;
const FORMER_FILL_FACTOR = 50;
const FORMER_LISTED = '(account, listed_as, priority DESC, listed_at)';
const FORMER_SWEEP = `CREATE TABLE IF NOT EXISTS emay_ims_sweep (
  account varchar(64) NOT NULL,
  state varchar(16) NOT NULL,
  reached bigint NOT NULL,
  PRIMARY KEY (account, state))`;

/**
 * What waits, and what is under way, have tables of their own; of a message's state only what is off the usual way has an index.
 *
 * - The columns that the release before lists messages by go first: from then on it can neither store nor claim, so nothing of it is missing in
 *   the new tables. It has to be stopped; see docs/upgrading.md.
 * - Filling the tables can be repeated at any time: rows that are there stay, and rows too many do no harm.
 */
export class QueueApart1764900000000 extends ImsMigration {
  readonly name = 'QueueApart1764900000000';

  protected async migrate(step: MigrationStep): Promise<void> {
    await createTables(step);
    await exchangeColumns(step);
    await fill(step);
    await step.query('DROP TABLE IF EXISTS emay_ims_sweep');
  }

  protected async revert(step: MigrationStep): Promise<void> {
    const { names, query } = step;
    // First of all: this release can neither store nor claim any more, and what the one before will store is in no list of ours.
    await query('DROP TABLE IF EXISTS emay_ims_due');
    await query('DROP TABLE IF EXISTS emay_ims_attempt');
    await query(step.isMysql ? `${FORMER_SWEEP} ${MYSQL_TABLE}` : FORMER_SWEEP);
    if (await hasColumn(step, 'emay_ims_message', 'outcome')) {
      if (step.isMysql) {
        await query(
          `ALTER TABLE emay_ims_message DROP INDEX emay_ims_message_outcome, DROP COLUMN outcome, DROP COLUMN enqueued_at,
           ADD COLUMN listed_as varchar(16), ADD COLUMN listed_at bigint, ADD INDEX emay_ims_message_listed ${FORMER_LISTED}`,
        );
      } else {
        await query(`DROP INDEX IF EXISTS ${names.index('emay_ims_message', 'emay_ims_message_outcome')}`);
        await alter(step, [
          'DROP COLUMN outcome',
          'DROP COLUMN enqueued_at',
          'ADD COLUMN listed_as varchar(16)',
          'ADD COLUMN listed_at bigint',
        ]);
      }
    }
    await query(
      `UPDATE emay_ims_message SET listed_as = CASE WHEN state IN ('SUBMITTING', 'ACCEPTED') THEN 'HANDED_OVER' ELSE state END,
         listed_at = CASE WHEN state = 'QUEUED' THEN due_at ELSE COALESCE(accepted_at, due_at, created_at) END
       WHERE state <> 'DELIVERED' AND listed_as IS NULL`,
    );
    if (step.isMysql) return;
    if (step.isPostgres) await query(`ALTER TABLE emay_ims_message SET (fillfactor = ${FORMER_FILL_FACTOR})`);
    await query(`CREATE INDEX IF NOT EXISTS emay_ims_message_listed ON emay_ims_message ${FORMER_LISTED}`);
  }
}

async function createTables({ isMysql, query }: MigrationStep): Promise<void> {
  if (isMysql) {
    const due = `${DUE}, INDEX emay_ims_due_ready ${DUE_READY}, INDEX emay_ims_due_expiry ${DUE_EXPIRY}`;
    await query(`CREATE TABLE IF NOT EXISTS emay_ims_due (${due}) ${MYSQL_TABLE}`);
    const attempt = `${ATTEMPT}, INDEX emay_ims_attempt_due ${ATTEMPT_DUE}`;
    await query(`CREATE TABLE IF NOT EXISTS emay_ims_attempt (${attempt}) ${MYSQL_TABLE}`);
    return;
  }
  await query(`CREATE TABLE IF NOT EXISTS emay_ims_due (${DUE})`);
  await query(`CREATE INDEX IF NOT EXISTS emay_ims_due_ready ON emay_ims_due ${DUE_READY}`);
  await query(
    `CREATE INDEX IF NOT EXISTS emay_ims_due_expiry ON emay_ims_due ${DUE_EXPIRY} WHERE expires_at IS NOT NULL`,
  );
  await query(`CREATE TABLE IF NOT EXISTS emay_ims_attempt (${ATTEMPT})`);
  await query(`CREATE INDEX IF NOT EXISTS emay_ims_attempt_due ON emay_ims_attempt ${ATTEMPT_DUE}`);
}

async function exchangeColumns(step: MigrationStep): Promise<void> {
  const { names, query } = step;
  if (step.isMysql) return exchangeOnMysql(step);
  if (await isFormer(step)) {
    await query(`DROP INDEX IF EXISTS ${names.index('emay_ims_message', 'emay_ims_message_listed')}`);
    await alter(step, [
      'DROP COLUMN listed_as',
      'DROP COLUMN listed_at',
      'ADD COLUMN outcome varchar(16)',
      'ADD COLUMN enqueued_at bigint',
    ]);
  }
  if (step.isPostgres) await query(`ALTER TABLE emay_ims_message SET (fillfactor = ${FILL_FACTOR})`);
  await query(
    `CREATE INDEX IF NOT EXISTS emay_ims_message_outcome ON emay_ims_message ${OUTCOME} WHERE outcome IS NOT NULL`,
  );
}

async function exchangeOnMysql(step: MigrationStep): Promise<void> {
  try {
    if (!(await isFormer(step))) return;
    await step.query(
      `ALTER TABLE emay_ims_message DROP INDEX emay_ims_message_listed, DROP COLUMN listed_as, DROP COLUMN listed_at,
       ADD COLUMN outcome varchar(16), ADD COLUMN enqueued_at bigint, ADD INDEX emay_ims_message_outcome ${OUTCOME}`,
    );
  } catch (error) {
    // Another process may be ahead with it, as TypeORM takes no lock.
    if (await isFormer(step)) throw error;
  }
}

/** Whether the columns of the release before are there: they are exchanged in one statement or one transaction. */
function isFormer(step: MigrationStep): Promise<boolean> {
  return hasColumn(step, 'emay_ims_message', 'listed_as');
}

/** One statement, as the host may have them run without a transaction; SQLite takes only one change in each, and migrates in one. */
async function alter({ isPostgres, query }: MigrationStep, changes: readonly string[]): Promise<void> {
  for (const each of isPostgres ? [changes.join(', ')] : changes) await query(`ALTER TABLE emay_ims_message ${each}`);
}

async function fill(step: MigrationStep): Promise<void> {
  const { query } = step;
  // MariaDB cuts what it aggregates at this length, and without strict mode says nothing.
  if (step.isMysql)
    await query(
      `SET SESSION group_concat_max_len = CAST(GREATEST(@@SESSION.group_concat_max_len, ${AGGREGATED_LENGTH}) AS UNSIGNED)`,
    );
  await query(
    `UPDATE emay_ims_message SET outcome = CASE WHEN state = 'QUEUED' THEN 'HELD' ELSE state END
     WHERE outcome IS NULL AND state NOT IN ('SUBMITTING', 'ACCEPTED', 'DELIVERED') AND (state <> 'QUEUED' OR due_at IS NULL)`,
  );
  await query(
    insertNew(
      step,
      'emay_ims_due',
      'account, priority, due_at, expires_at, id, ids',
      packed(step, ['account', 'priority', 'due_at', 'expires_at'], "state = 'QUEUED' AND due_at IS NOT NULL"),
    ),
  );
  // Under any end of the attempt: the messages say when they are overdue.
  await query(
    insertNew(
      step,
      'emay_ims_attempt',
      'account, attempt, ends_at, due_at, id, ids',
      packed(step, ['account', 'attempt', 'ends_at', 'due_at'], "state IN ('SUBMITTING', 'ACCEPTED')"),
    ),
  );
}

/** Groups of at most 300 ids, each with what its messages have in common. */
function packed({ isPostgres, isMysql }: MigrationStep, common: readonly string[], where: string): string {
  const ids = isPostgres
    ? 'json_agg(custom_ims_id)::text'
    : `${isMysql ? 'JSON_ARRAYAGG' : 'json_group_array'}(custom_ims_id)`;
  // The same whenever it is repeated, where each statement is committed by itself.
  const first = "CONCAT(account, ' ', MIN(custom_ims_id))";
  // Not MD5: MySQL 9.7 has it as a component alone, and PostgreSQL refuses it in FIPS mode.
  const onServer = isMysql
    ? `LEFT(SHA2(${first}, 256), 32)`
    : `LEFT(ENCODE(SHA256(CONVERT_TO(${first}, 'UTF8')), 'hex'), 32)`;
  const id = isPostgres || isMysql ? onServer : 'lower(hex(randomblob(16)))';
  const columns = common.join(', ');
  return `SELECT ${columns}, ${id}, ${ids} FROM (
      SELECT ${columns}, custom_ims_id,
        (row_number() OVER (PARTITION BY ${columns} ORDER BY custom_ims_id) - 1) ${isMysql ? 'DIV' : '/'} 300 AS pack
      FROM (
        SELECT account, custom_ims_id, priority, expires_at, COALESCE(due_at, 0) AS due_at, COALESCE(attempt, '') AS attempt,
          COALESCE(submitted_at, created_at) AS ends_at
        FROM emay_ims_message WHERE ${where}
      ) AS waiting
    ) AS numbered GROUP BY ${columns}, pack`;
}

function insertNew({ isMysql }: MigrationStep, table: string, columns: string, select: string): string {
  const existing = isMysql ? `ON DUPLICATE KEY UPDATE id = ${table}.id` : 'ON CONFLICT DO NOTHING';
  return `INSERT INTO ${table} (${columns}) ${select} ${existing}`;
}
