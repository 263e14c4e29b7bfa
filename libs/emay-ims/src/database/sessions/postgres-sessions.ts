import type { ServerFacts, ServerSessions } from './server-sessions.js';

/** The server gives up a little before we do, so that its answer still comes. */
const SERVER_SHARE = 0.9;

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
      ...insistence(facts),
    ].join('; ');
  },
  limitsTransactionsOnly: true,
  savepoint: (facts) => [['SAVEPOINT emay_ims', ...insistence(facts)].join('; ')],
  // What is not visible in the host's snapshot, PostgreSQL reports as a serialization failure.
  enter: async () => async () => undefined,
};

function insistence({ losesCommits }: ServerFacts): string[] {
  return losesCommits ? ['SET LOCAL synchronous_commit = on'] : [];
}
