import type { EntityManager } from 'typeorm';
import type { OnInvalid } from './read-messages.js';

/** A page of messages, newest first. */
export interface Page<Item> {
  items: Item[];
  /** Give it as `cursor` to get the next page; `null` on the last. */
  nextCursor: string | null;
}

/** Which transaction a call belongs to. */
export interface TransactionOptions {
  /**
   * The manager of an open transaction of the same PostgreSQL, MySQL or MariaDB DataSource: what the call does is there with its
   * commit. An `EmayImsStoreError` with `transactionIsOver` means: run that transaction again from the start. `null`: at once, whatever
   * transaction is open. Default: what `database.currentManager` finds.
   */
  manager?: EntityManager | null | undefined;
}

/** How `enqueue` stores. */
export interface EnqueueOptions extends TransactionOptions {
  /** `skip` leaves out what is not acceptable. Default `throw`: nothing is stored. */
  onInvalid?: OnInvalid | undefined;
}
