import { EmayImsStoreError } from '../../errors/emay-ims-errors.js';
import type { ImsDatabase } from '../../database/ims-database.js';
import type { RowColumns } from '../../database/sql-dialect.js';
import type { Problem } from './findings.js';

/** How servers say that they do not know what a statement asks for. */
const NOT_KNOWN = /^(0A000|42\w{3}|ER_PARSE_ERROR|ER_NOT_SUPPORTED_YET|ER_SP_DOES_NOT_EXIST)$/;
/** `array_nulls = off`: PostgreSQL takes a NULL in an array for the text. */
const NO_NULLS = '22P02';

const TOO_OLD =
  'This server is too old, or another product: the module needs MySQL 8.0, MariaDB 10.6 or PostgreSQL 13, or later.';
const NULLS_ARE_TEXTS =
  'Its array_nulls is off, with which a NULL in a list of values is a text: set it to on, for the user too.';

/** Whether a server knows what our statements are made of. Older ones run all migrations, and fail as the first message comes. */
export async function findProductProblems(database: ImsDatabase): Promise<Problem[]> {
  const { dialect } = database;
  const columns: RowColumns = { one: 'bigint' };
  const statements: readonly (readonly [sql: string, parameters: unknown[]])[] = [
    [
      `SELECT ${dialect.now} AS now, r.one AS one FROM ${dialect.rows(columns, 'r')}`,
      dialect.encodeRows(columns, [{}]),
    ],
    [`SELECT m.name FROM emay_ims_lease AS m WHERE 1 = 0 ${dialect.lockSkippingLocked('m')}`, []],
  ];
  for (const [sql, parameters] of statements) {
    try {
      await database.transaction((session) => session.rows(sql, parameters)); // Read-write, whatever sessions begin with.
    } catch (error) {
      const code = error instanceof EmayImsStoreError ? error.driverCode : '';
      if (code === NO_NULLS) return [{ sentence: NULLS_ARE_TEXTS, mayPass: false }];
      if (NOT_KNOWN.test(code)) return [{ sentence: `${TOO_OLD} (${code})`, mayPass: false }];
      throw error;
    }
  }
  return [];
}
