import { MYSQL_TABLE, ImsMigration, type MigrationStep } from './ims-migration.js';

const FIGURE = `account varchar(64) NOT NULL,
  span varchar(8) NOT NULL,
  slot bigint NOT NULL,
  country varchar(2) NOT NULL,
  state varchar(16) NOT NULL,
  code varchar(64) NOT NULL,
  took smallint NOT NULL,
  messages bigint NOT NULL,
  purged bigint NOT NULL,
  PRIMARY KEY (account, span, slot, country, state, code, took)`;
const FIGURE_STATE = '(account, span, state, slot)';
const UNIT = `account varchar(64) NOT NULL,
  unit varchar(8) NOT NULL,
  slot bigint NOT NULL,
  counted_at bigint NOT NULL,
  next_at bigint NOT NULL,
  PRIMARY KEY (account, unit, slot)`;
const UNIT_NEXT = '(account, next_at)';
const RUN = `account varchar(64) NOT NULL,
  counter varchar(32) NOT NULL,
  minutes_from bigint NOT NULL,
  counted_from bigint NOT NULL,
  as_of bigint NOT NULL,
  PRIMARY KEY (account)`;
const MARK = `account varchar(64) NOT NULL,
  slot bigint NOT NULL,
  id varchar(32) NOT NULL,
  PRIMARY KEY (account, slot, id)`;

const TABLES = ['emay_ims_figure_mark', 'emay_ims_figure_unit', 'emay_ims_figure_run', 'emay_ims_figure'];

/**
 * Counts of messages, by time, country, state, code and time to delivery. They begin empty, and are counted in the background.
 *
 * - The release before leaves no marks: what it changes in messages that were finished is counted later.
 */
export class Figures1765000000000 extends ImsMigration {
  readonly name = 'Figures1765000000000';

  protected async migrate({ isMysql, query }: MigrationStep): Promise<void> {
    const create = async (table: string, columns: string, index?: [name: string, on: string]) => {
      if (isMysql) {
        const key = index ? `, INDEX ${index[0]} ${index[1]}` : '';
        await query(`CREATE TABLE IF NOT EXISTS ${table} (${columns}${key}) ${MYSQL_TABLE}`);
        return;
      }
      await query(`CREATE TABLE IF NOT EXISTS ${table} (${columns})`);
      if (index) await query(`CREATE INDEX IF NOT EXISTS ${index[0]} ON ${table} ${index[1]}`);
    };
    await create('emay_ims_figure', FIGURE, ['emay_ims_figure_by_state', FIGURE_STATE]);
    await create('emay_ims_figure_unit', UNIT, ['emay_ims_figure_unit_next', UNIT_NEXT]);
    await create('emay_ims_figure_run', RUN);
    await create('emay_ims_figure_mark', MARK);
  }

  protected async revert({ query }: MigrationStep): Promise<void> {
    for (const table of TABLES) await query(`DROP TABLE IF EXISTS ${table}`);
  }
}
