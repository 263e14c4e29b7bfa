import type { ServerSessions } from './server-sessions.js';

/** The server gives up a little before we do, so that its answer still comes. */
const SERVER_SHARE = 0.9;

/** The host may have said otherwise for its session, or this transaction; whoever asks for more than `on` keeps it. */
const INSISTENCE = `SELECT set_config('synchronous_commit', 'on', true)
  WHERE current_setting('synchronous_commit') = 'off'
    OR (current_setting('synchronous_commit') = 'local' AND current_setting('synchronous_standby_names') <> '')`;

/**
 * Everything is `SET LOCAL`: a pooler that shares sessions between transactions takes nothing of ours along.
 */
export const postgresSessions: ServerSessions = {
  prepare: () => [],
  begin(timeoutMs, facts) {
    const limitMs = Math.max(1, Math.round(timeoutMs * SERVER_SHARE));
    const isStricter = facts.statementTimeoutMs > 0 && facts.statementTimeoutMs <= limitMs;
    return [
      'START TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE',
      ...(isStricter ? [] : [`SET LOCAL statement_timeout = ${limitMs}`]),
      // A process that stands still in the middle holds its locks no longer than that.
      `SET LOCAL idle_in_transaction_session_timeout = ${timeoutMs}`,
      ...(facts.losesCommits ? ['SET LOCAL synchronous_commit = on'] : []),
    ].join('; ');
  },
  limitsTransactionsOnly: true,
  savepoint: () => [`SAVEPOINT emay_ims; ${INSISTENCE}`],
  // What is not visible in the host's snapshot, PostgreSQL reports as a serialization failure.
  enter: async () => async () => undefined,
  // A standby says the same.
  async isReadOnly(code, session) {
    if (code !== '25006') return false;
    const [{ standby } = {}] = await session.rows('SELECT pg_is_in_recovery()::int AS standby');
    return Number(standby) === 0;
  },
};
