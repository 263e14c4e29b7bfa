import { ImsDatabase } from '../database/ims-database.js';
import { EventTransactions } from '../events/event-transactions.js';
import { perAccount } from '../injection/per-account.js';
import { RESOLVED_OPTIONS } from '../options/options-providers.js';
import { MessageDecisions } from './message-decisions.js';
import { MessageFinder } from './message-finder.js';
import { MessageMaintenance } from './message-maintenance.js';
import { MessageQueue } from './message-queue.js';
import { MessageResults } from './message-results.js';
import { MessageTraces } from './message-trace.js';

/** How long a message stays on hold after a failed `send`. */
export const HOLD_MS = 3_600_000;

export const MESSAGE_STORE_PROVIDERS = [
  perAccount(MessageQueue, [ImsDatabase, RESOLVED_OPTIONS], (database, { name }) => new MessageQueue(database, name)),
  perAccount(
    MessageResults,
    [ImsDatabase, RESOLVED_OPTIONS, EventTransactions],
    (database, { name, reports }, events) =>
      new MessageResults(database, name, events, { reportDeadlineMs: reports.deadlineMs }),
  ),
  perAccount(
    MessageMaintenance,
    [ImsDatabase, RESOLVED_OPTIONS, EventTransactions],
    (database, { name, reports }, events) =>
      new MessageMaintenance(database, name, events, { holdMs: HOLD_MS, reportDeadlineMs: reports.deadlineMs }),
  ),
  perAccount(
    MessageDecisions,
    [ImsDatabase, RESOLVED_OPTIONS],
    (database, { name }) => new MessageDecisions(database, name),
  ),
  perAccount(MessageTraces, [ImsDatabase, RESOLVED_OPTIONS], (database, { name }) => new MessageTraces(database, name)),
  perAccount(MessageFinder, [ImsDatabase, RESOLVED_OPTIONS], (database, { name }) => new MessageFinder(database, name)),
];
