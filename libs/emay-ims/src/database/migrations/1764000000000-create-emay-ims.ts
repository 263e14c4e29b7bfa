import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['emay_ims_lease', 'emay_ims_report', 'emay_ims_report_batch', 'emay_ims_message'];

/** The first schema: messages, delivery reports that need a second look, raw report pages, leases. */
export class CreateEmayIms1764000000000 implements MigrationInterface {
  readonly name = 'CreateEmayIms1764000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const isMysql = ['mysql', 'mariadb'].includes(queryRunner.dataSource.options.type);
    // Binary collation: MySQL's default merges the ids `AbC` and `aBc`.
    const options = isMysql ? ' ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin' : '';
    const integer = isMysql ? 'int' : 'integer';
    // A page of 500 reports does not fit into MySQL's 64 KiB `text`.
    const pageText = isMysql ? 'mediumtext' : 'text';

    await queryRunner.query(`CREATE TABLE emay_ims_message (
      account varchar(64) NOT NULL,
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
      PRIMARY KEY (account, custom_ims_id)
    )${options}`);
    await queryRunner.query(
      'CREATE INDEX emay_ims_message_due ON emay_ims_message (account, state, priority DESC, due_at, custom_ims_id)',
    );
    await queryRunner.query(
      'CREATE INDEX emay_ims_message_created ON emay_ims_message (account, created_at, custom_ims_id)',
    );
    await queryRunner.query('CREATE INDEX emay_ims_message_ims_id ON emay_ims_message (account, ims_id)');
    await queryRunner.query('CREATE INDEX emay_ims_message_mobile ON emay_ims_message (account, mobile)');

    await queryRunner.query(`CREATE TABLE emay_ims_report_batch (
      id varchar(32) NOT NULL,
      account varchar(64) NOT NULL,
      state varchar(16) NOT NULL,
      body ${pageText},
      reports ${integer},
      requested_at bigint NOT NULL,
      expires_at bigint NOT NULL,
      stored_at bigint,
      applied_at bigint,
      PRIMARY KEY (id)
    )${options}`);
    await queryRunner.query('CREATE INDEX emay_ims_report_batch_state ON emay_ims_report_batch (account, state, id)');

    await queryRunner.query(`CREATE TABLE emay_ims_report (
      batch_id varchar(32) NOT NULL,
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
      PRIMARY KEY (batch_id, position)
    )${options}`);
    await queryRunner.query('CREATE INDEX emay_ims_report_status ON emay_ims_report (account, status, created_at)');

    await queryRunner.query(`CREATE TABLE emay_ims_lease (
      name varchar(128) NOT NULL,
      holder varchar(64) NOT NULL,
      expires_at bigint NOT NULL,
      PRIMARY KEY (name)
    )${options}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of TABLES) await queryRunner.query(`DROP TABLE ${table}`);
  }
}
