import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOf } from '../data-source-of.js';
import { POSTGRES_MIGRATION_LOCK } from '../run-migrations.js';

const TABLES = [
  'emay_ims_lease',
  'emay_ims_resolution',
  'emay_ims_report',
  'emay_ims_report_batch',
  'emay_ims_message',
];

/**
 * The first schema: messages, delivery reports that need a second look, raw report pages, decisions of people, leases.
 *
 * - It can be run again where it has been run in part or in whole: MySQL commits each statement by itself, so a process
 *   killed half-way leaves some of the tables; and TypeORM takes no lock, so two processes may both find it pending.
 */
export class CreateEmayIms1764000000000 implements MigrationInterface {
  readonly name = 'CreateEmayIms1764000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const { type } = dataSourceOf(queryRunner).options;
    const isMysql = ['mysql', 'mariadb'].includes(type);
    const integer = isMysql ? 'int' : 'integer';
    // A page of 500 reports does not fit into MySQL's 64 KiB `text`.
    const pageText = isMysql ? 'mediumtext' : 'text';

    if (type === 'postgres') {
      // Two sessions that create the same table at once, IF NOT EXISTS or not: one fails. So one waits for the other.
      await queryRunner.query(`SELECT pg_advisory_xact_lock(${POSTGRES_MIGRATION_LOCK})`);
    }
    const create = isMysql ? createWithIndexes : createThenIndexes;

    await create(
      queryRunner,
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
      queryRunner,
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
      queryRunner,
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
      queryRunner,
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
      queryRunner,
      'emay_ims_lease',
      `name varchar(128) NOT NULL,
      holder varchar(64) NOT NULL,
      expires_at bigint NOT NULL,
      PRIMARY KEY (name)`,
      {},
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of TABLES) await queryRunner.query(`DROP TABLE IF EXISTS ${table}`);
  }
}

type Indexes = Readonly<Record<string, string>>;

/** MySQL has no `CREATE INDEX IF NOT EXISTS`; a table that stands there has all its indexes. */
async function createWithIndexes(runner: QueryRunner, table: string, columns: string, indexes: Indexes): Promise<void> {
  const keys = Object.entries(indexes).map(([name, on]) => `, INDEX ${name} ${on}`);
  // Binary collation: MySQL's default merges the ids `AbC` and `aBc`.
  await runner.query(
    `CREATE TABLE IF NOT EXISTS ${table} (${columns}${keys.join('')})
     ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  );
}

async function createThenIndexes(runner: QueryRunner, table: string, columns: string, indexes: Indexes): Promise<void> {
  await runner.query(`CREATE TABLE IF NOT EXISTS ${table} (${columns})`);
  for (const [name, on] of Object.entries(indexes)) {
    await runner.query(`CREATE INDEX IF NOT EXISTS ${name} ON ${table} ${on}`);
  }
}
