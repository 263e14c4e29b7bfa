import type { Token } from '../injection/per-account.js';
import type { SqlSession } from '../database/ims-database.js';

/** How the instances on a database tell each other that messages are ready; one for all accounts of a process on it. */
export interface DatabaseWakes {
  /** Tells other instances soon, on a connection of our own: after the commit, which it must not slow down. Never throws. */
  notify(account: string): void;
  /** Tells them with the commit of the session's transaction. */
  notifyWithin(session: SqlSession, account: string): Promise<void>;
  /**
   * Calls `wake` when somebody has stored ready messages of the account, and when some may have been missed.
   *
   * @returns what ends that
   */
  listen(account: string, wake: () => void): () => void;
  /** Whether notifications arrive just now. */
  readonly isListening: boolean;
  /** Sends what is left to tell, and closes the connection; waits a short time only. */
  close(): Promise<void>;
}

/** Those of the account's database. */
export const DATABASE_WAKES: Token<DatabaseWakes> = Symbol('DatabaseWakes');

/** Where instances find each other's messages only by looking: MySQL, MariaDB, SQLite, and where the host has it so. */
export const NO_WAKES: DatabaseWakes = {
  notify: () => undefined,
  notifyWithin: async () => undefined,
  listen: () => () => undefined,
  isListening: false,
  close: async () => undefined,
};
