import { MYSQL_TABLE, ImsMigration, type MigrationStep } from './ims-migration.js';

const TABLES = [
  'emay_ims_lease',
  'emay_ims_resolution',
  'emay_ims_report',
  'emay_ims_report_batch',
  'emay_ims_message',
];

/** The first schema: messages, delivery reports that need a second look, raw report pages, decisions of people, leases. */
export class CreateEmayIms1764000000000 extends ImsMigration {
  readonly name = 'CreateEmayIms1764000000000';
  protected override readonly needsTables = false;

  protected async migrate(step: MigrationStep): Promise<void> {
    const integer = step.isMysql ? 'int' : 'integer';
    // A page of 500 reports does not fit into MySQL's 64 KiB `text`.
    const pageText = step.isMysql ? 'mediumtext' : 'text';
    const create = step.isMysql ? createWithIndexes : createThenIndexes;

    await create(
      step,
      'emay_ims_message',
      `account varchar(64) NOT NULL,
      custom_ims_id varchar(32) NOT NULL,
      ims_id varchar(64),
      mobile varchar(20) NOT NULL,
      content text NOT NULL,
      state varchar(16) NOT NULL,
      code varchar(64),
      raw_answer varchar(1000),
      priority smallint NOT NULL,
      send_at bigint,
      expires_at bigint,
      due_at bigint,
      attempt varchar(32),
      attempts smallint NOT NULL,
      report_state varchar(64),
      report_description varchar(255),
      gateway_submit_time bigint,
      gateway_receive_time bigint,
      created_at bigint NOT NULL,
      submitted_at bigint,
      accepted_at bigint,
      final_at bigint,
      PRIMARY KEY (account, custom_ims_id)`,
      {
        emay_ims_message_due: '(account, state, priority DESC, due_at, custom_ims_id)',
        emay_ims_message_created: '(account, created_at, custom_ims_id)',
        emay_ims_message_ims_id: '(account, ims_id)',
        emay_ims_message_mobile: '(account, mobile)',
      },
    );

    await create(
      step,
      'emay_ims_report_batch',
      `id varchar(32) NOT NULL,
      account varchar(64) NOT NULL,
      state varchar(16) NOT NULL,
      body ${pageText},
      reports ${integer},
      requested_at bigint NOT NULL,
      expires_at bigint NOT NULL,
      stored_at bigint,
      applied_at bigint,
      PRIMARY KEY (id)`,
      { emay_ims_report_batch_state: '(account, state, id)' },
    );

    await create(
      step,
      'emay_ims_report',
      `batch_id varchar(32) NOT NULL,
      position ${integer} NOT NULL,
      account varchar(64) NOT NULL,
      status varchar(16) NOT NULL,
      mobile varchar(24),
      ims_id varchar(64),
      custom_ims_id varchar(64),
      state varchar(64),
      description varchar(255),
      receive_time bigint,
      submit_time bigint,
      reason varchar(255),
      raw text,
      created_at bigint NOT NULL,
      PRIMARY KEY (batch_id, position)`,
      { emay_ims_report_status: '(account, status, created_at)' },
    );

    await create(
      step,
      'emay_ims_resolution',
      `id varchar(32) NOT NULL,
      account varchar(64) NOT NULL,
      custom_ims_id varchar(32) NOT NULL,
      decision varchar(16) NOT NULL,
      decided_by varchar(128) NOT NULL,
      reason varchar(500) NOT NULL,
      decided_at bigint NOT NULL,
      PRIMARY KEY (id)`,
      { emay_ims_resolution_message: '(account, custom_ims_id, decided_at)' },
    );

    await create(
      step,
      'emay_ims_lease',
      `name varchar(128) NOT NULL,
      holder varchar(64) NOT NULL,
      expires_at bigint NOT NULL,
      PRIMARY KEY (name)`,
      {},
    );
  }

  protected async revert({ query }: MigrationStep): Promise<void> {
    for (const table of TABLES) await query(`DROP TABLE IF EXISTS ${table}`);
  }
}

type Indexes = Readonly<Record<string, string>>;

/** MySQL has no `CREATE INDEX IF NOT EXISTS`; a table that stands there has all its indexes. */
async function createWithIndexes(
  { query }: MigrationStep,
  table: string,
  columns: string,
  indexes: Indexes,
): Promise<void> {
  const keys = Object.entries(indexes).map(([name, on]) => `, INDEX ${name} ${on}`);
  await query(`CREATE TABLE IF NOT EXISTS ${table} (${columns}${keys.join('')}) ${MYSQL_TABLE}`);
}

async function createThenIndexes(
  { query }: MigrationStep,
  table: string,
  columns: string,
  indexes: Indexes,
): Promise<void> {
  await query(`CREATE TABLE IF NOT EXISTS ${table} (${columns})`);
  for (const [name, on] of Object.entries(indexes)) await query(`CREATE INDEX IF NOT EXISTS ${name} ON ${table} ${on}`);
}
