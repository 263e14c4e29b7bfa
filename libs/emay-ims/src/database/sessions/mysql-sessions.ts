import { EmayImsOptionsError } from '../../errors/emay-ims-errors.js';
import type { SqlSession } from '../sql-session.js';
import type { ServerSessions } from './server-sessions.js';

/** Strict, so that nothing is cut short or altered without a word; and nothing in it that changes what a literal means. */
const SQL_MODE = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';
/** Modes under which our statements mean something else, or `mysql2`'s escapes end a text too early. */
const ODD_MODES = /NO_BACKSLASH_ESCAPES|ORACLE|ANSI|PIPES_AS_CONCAT|MSSQL|DB2|MAXDB|POSTGRESQL|EMPTY_STRING_IS_NULL/;
const STRICT = /STRICT_(TRANS|ALL)_TABLES/;

/** Of rows that a SELECT brings. */
const NO_LIMIT = '18446744073709551615';

/** MySQL 8 and MariaDB. `/*M!` is a comment but for MariaDB, `/*!80000` but for MySQL. */
export const mysqlSessions: ServerSessions = {
  prepare: (timeoutMs, longTimeoutMs) => [
    // REPEATABLE READ, the default, locks the gaps between queued rows and so blocks those who enqueue.
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE',
    // A COMMIT ends a transaction, and begins no other. An init_connect may have changed the character sets.
    `SET SESSION autocommit = 1, completion_type = 0, sql_select_limit = ${NO_LIMIT}, sql_big_selects = 1, sql_safe_updates = 0, sql_mode = '${SQL_MODE}',
       character_set_client = utf8mb4, character_set_connection = utf8mb4, character_set_results = utf8mb4,
       innodb_lock_wait_timeout = ${lockSeconds(timeoutMs)}, lock_wait_timeout = ${lockSeconds(timeoutMs)}
       /*M! , max_statement_time = ${longTimeoutMs / 1_000}, idle_transaction_timeout = ${Math.ceil(timeoutMs / 1_000)} */
       /*!80000 , max_execution_time = ${longTimeoutMs}, wait_timeout = ${idleSeconds(timeoutMs)} */`,
  ],
  begin: () => 'START TRANSACTION',
  limitsTransactionsOnly: false,
  // Outside of a transaction a savepoint is not refused: it is just not there.
  savepoint: () => ['SAVEPOINT emay_ims', 'ROLLBACK TO SAVEPOINT emay_ims'],
  async enter(session) {
    const [found] = await session.rows(
      `SELECT @@sql_mode AS mode, CAST(@@sql_select_limit AS CHAR) AS row_limit, @@character_set_client AS spoken, @@character_set_connection AS written,
         COALESCE(@@character_set_results, 'utf8mb4') AS heard`,
    );
    const mode = String(found?.mode);
    const rowLimit = String(found?.row_limit);
    // `SET CHARACTER SET` and the like leave them different.
    const charset = [found?.spoken, found?.written, found?.heard].map(String).find((name) => name !== 'utf8mb4');
    if (charset !== undefined) {
      throw new EmayImsOptionsError(
        `The call cannot join your transaction: its connection speaks ${charset}, in which texts would be altered. ` +
          "Set charset: 'utf8mb4' at the DataSource, and no other by a statement.",
      );
    }
    if (STRICT.test(mode) && !ODD_MODES.test(mode) && rowLimit === NO_LIMIT) return async () => undefined;
    await set(session, SQL_MODE, NO_LIMIT);
    return () => set(session, mode, rowLimit);
  },
  isReadOnly: async (code) => code === 'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION',
};

/** Names of modes hold letters, digits and underscores. */
async function set(session: SqlSession, mode: string, rowLimit: string): Promise<void> {
  await session.run(`SET SESSION sql_mode = '${mode}', sql_select_limit = ${rowLimit}`);
}

/**
 * MySQL has no limit for an idle transaction alone: locks of a process that is gone without a word last as long as its connection. The
 * pool makes another for one that the server has closed.
 */
function idleSeconds(timeoutMs: number): number {
  return Math.max(20, Math.ceil(timeoutMs / 1_000));
}

/** Whole seconds, a little before we give up ourselves. */
function lockSeconds(timeoutMs: number): number {
  return Math.max(1, Math.floor((timeoutMs * 0.9) / 1_000));
}
