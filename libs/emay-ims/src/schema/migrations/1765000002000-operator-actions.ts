import { MYSQL_TABLE, ImsMigration, type MigrationStep } from './ims-migration.js';

const AUDIT = `account varchar(64) NOT NULL,
  id varchar(32) NOT NULL,
  at bigint NOT NULL,
  actor varchar(128) NOT NULL,
  action varchar(32) NOT NULL,
  filter text,
  items integer NOT NULL,
  done integer NOT NULL,
  skipped integer NOT NULL,
  reason varchar(500),
  PRIMARY KEY (account, id)`;

/** `items`: 10,000 ids and attempt tokens in JSON, more than MySQL's `text` holds. */
const action = (longText: string) => `account varchar(64) NOT NULL,
  id varchar(32) NOT NULL,
  action varchar(32) NOT NULL,
  actor varchar(128) NOT NULL,
  filter text,
  items ${longText} NOT NULL,
  messages integer NOT NULL,
  reached integer NOT NULL,
  done integer NOT NULL,
  changed integer NOT NULL,
  changed_ids text NOT NULL,
  skipped integer NOT NULL,
  proved_sent integer NOT NULL,
  is_cut smallint NOT NULL,
  reason varchar(500),
  audit_id varchar(32),
  state varchar(16) NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  ended_at bigint,
  PRIMARY KEY (account, id)`;

/** Who did what, and what an operator has begun. Only adds. */
export class OperatorActions1765000002000 extends ImsMigration {
  readonly name = 'OperatorActions1765000002000';

  protected async migrate({ isMysql, query }: MigrationStep): Promise<void> {
    const options = isMysql ? ` ${MYSQL_TABLE}` : '';
    await query(`CREATE TABLE IF NOT EXISTS emay_ims_audit (${AUDIT})${options}`);
    await query(`CREATE TABLE IF NOT EXISTS emay_ims_action (${action(isMysql ? 'mediumtext' : 'text')})${options}`);
  }

  protected async revert({ query }: MigrationStep): Promise<void> {
    await query('DROP TABLE IF EXISTS emay_ims_action');
    await query('DROP TABLE IF EXISTS emay_ims_audit');
  }
}
