import { ACCOUNT_CLIENT } from '../client/index.js';
import { ImsDatabase } from '../database/ims-database.js';
import { SENDING_CIRCUIT } from '../engine/account-circuit.js';
import { newCircuit } from '../events/circuit-event.js';
import { EventListeners } from '../events/event-listeners.js';
import { perAccount } from '../injection/per-account.js';
import { MessageFinder } from '../message-store/message-finder.js';
import { MessageQueue } from '../message-store/message-queue.js';
import { MessageResults } from '../message-store/message-results.js';
import { RESOLVED_OPTIONS } from '../options/options-providers.js';
import { ACCOUNT_CLOCK } from '../time/clock.js';
import { DATABASE_WAKES } from '../wake/database-wakes.js';
import { BatchSender } from './batch-sender.js';
import { DirectSender } from './direct-sender.js';
import { Dispatcher } from './dispatcher.js';
import { Enqueuer } from './enqueuer.js';
import { Submitter } from './submitter.js';

export const SENDING_PROVIDERS = [
  perAccount(SENDING_CIRCUIT, [RESOLVED_OPTIONS, EventListeners, ACCOUNT_CLOCK], (options, listeners, clock) =>
    newCircuit('sending', options, listeners, clock),
  ),
  perAccount(Submitter, [
    ACCOUNT_CLIENT,
    MessageQueue,
    MessageResults,
    SENDING_CIRCUIT,
    RESOLVED_OPTIONS,
    ACCOUNT_CLOCK,
  ]),
  perAccount(
    Enqueuer,
    [ImsDatabase, MessageQueue, MessageFinder, DATABASE_WAKES, RESOLVED_OPTIONS],
    (database, queue, finder, wakes, { database: options }) =>
      new Enqueuer(database, queue, finder, 'notifyJoined' in options && options.notifyJoined ? wakes : null),
  ),
  perAccount(DirectSender, [MessageQueue, MessageFinder, Submitter, SENDING_CIRCUIT, RESOLVED_OPTIONS]),
  perAccount(BatchSender, [MessageQueue, MessageFinder, Submitter, SENDING_CIRCUIT, RESOLVED_OPTIONS]),
  perAccount(Dispatcher, [MessageQueue, Submitter, SENDING_CIRCUIT, RESOLVED_OPTIONS]),
];
