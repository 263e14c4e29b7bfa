import { ImsDatabase } from '../database/ims-database.js';
import { EventTransactions } from '../events/event-transactions.js';
import { perAccount } from '../injection/per-account.js';
import { RESOLVED_OPTIONS } from '../options/options-providers.js';
import { MessageFinder } from './message-finder.js';
import { MessageStore } from './message-store.js';

/** How long a message whose direct send failed stays there for its caller to try again. */
export const HOLD_MS = 3_600_000;

export const MESSAGE_STORE_PROVIDERS = [
  perAccount(
    MessageStore,
    [ImsDatabase, RESOLVED_OPTIONS, EventTransactions],
    (database, { name, reports }, events) =>
      new MessageStore(database, name, { reportDeadlineMs: reports.deadlineMs, holdMs: HOLD_MS }, events),
  ),
  perAccount(MessageFinder, [ImsDatabase, RESOLVED_OPTIONS], (database, { name }) => new MessageFinder(database, name)),
];
