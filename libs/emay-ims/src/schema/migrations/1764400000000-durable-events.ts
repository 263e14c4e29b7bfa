import { MYSQL_TABLE, ImsMigration, type MigrationStep } from './ims-migration.js';

const COLUMNS = `id varchar(32) NOT NULL,
  account varchar(64) NOT NULL,
  handler varchar(64) NOT NULL,
  type varchar(32) NOT NULL,
  payload text NOT NULL,
  state varchar(16) NOT NULL,
  due_at bigint NOT NULL,
  claim varchar(32),
  attempts smallint NOT NULL,
  error varchar(500),
  created_at bigint NOT NULL,
  PRIMARY KEY (id)`;
const DUE = '(account, handler, state, due_at)';

/** What waits for durable event handlers. */
export class DurableEvents1764400000000 extends ImsMigration {
  readonly name = 'DurableEvents1764400000000';

  protected async migrate({ isMysql, query }: MigrationStep): Promise<void> {
    if (isMysql) {
      await query(
        `CREATE TABLE IF NOT EXISTS emay_ims_event (${COLUMNS}, INDEX emay_ims_event_due ${DUE}) ${MYSQL_TABLE}`,
      );
      return;
    }
    await query(`CREATE TABLE IF NOT EXISTS emay_ims_event (${COLUMNS})`);
    await query(`CREATE INDEX IF NOT EXISTS emay_ims_event_due ON emay_ims_event ${DUE}`);
  }

  protected async revert({ query }: MigrationStep): Promise<void> {
    await query('DROP TABLE IF EXISTS emay_ims_event');
  }
}
