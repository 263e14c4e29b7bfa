import type { SqlSession } from '../sql-session.js';

/** What the start finds out about the sessions that a server gives us. */
export interface ServerFacts {
  /** How long the server itself lets a statement run, in ms; 0: as long as it takes. */
  statementTimeoutMs: number;
  /** Whether a commit is confirmed before it is safe (PostgreSQL's `synchronous_commit`), unless a transaction insists. */
  losesCommits: boolean;
}

/** What our statements expect of a session on a server, and how they come by it. */
export interface ServerSessions {
  /** Statements for each new connection of our own pool. */
  prepare(timeoutMs: number, longTimeoutMs: number): readonly string[];
  /** Begins a transaction of our own, in one round trip: limits end what runs on for a client that is gone. */
  begin(timeoutMs: number, facts: ServerFacts): string;
  /** Whether a statement has the server's limits, and insists on durability, only inside such a transaction. */
  limitsTransactionsOnly: boolean;
  /** Joins a transaction of the host; fails where there is none. */
  savepoint(): readonly string[];
  /**
   * Makes the session of the host's transaction one that takes our statements as they are meant.
   *
   * @returns what puts it back as it was
   * @throws EmayImsOptionsError where that cannot be done
   */
  enter(session: SqlSession): Promise<() => Promise<void>>;
  /** Whether it was refused with this code because the host's transaction is read only, and not the server. */
  isReadOnly(code: string, session: SqlSession): Promise<boolean>;
}
