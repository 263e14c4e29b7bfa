import { ACCOUNT_CLIENT } from '../client/index.js';
import { ImsDatabase } from '../database/ims-database.js';
import { SENDING_CIRCUIT } from '../engine/account-circuit.js';
import { newCircuit } from '../events/circuit-event.js';
import { EventListeners } from '../events/event-listeners.js';
import { perAccount } from '../injection/per-account.js';
import { MessageStore } from '../message-store/message-store.js';
import { RESOLVED_OPTIONS } from '../options/options-providers.js';
import { ACCOUNT_CLOCK } from '../time/clock.js';
import { BatchSender } from './batch-sender.js';
import { DirectSender } from './direct-sender.js';
import { Dispatcher } from './dispatcher.js';
import { Enqueuer } from './enqueuer.js';
import { Submitter } from './submitter.js';

export const SENDING_PROVIDERS = [
  perAccount(SENDING_CIRCUIT, [RESOLVED_OPTIONS, EventListeners, ACCOUNT_CLOCK], (options, listeners, clock) =>
    newCircuit('sending', options, listeners, clock),
  ),
  perAccount(
    Submitter,
    [ACCOUNT_CLIENT, MessageStore, SENDING_CIRCUIT, RESOLVED_OPTIONS, ACCOUNT_CLOCK],
    (client, store, circuit, options, clock) => new Submitter(client, store, circuit, options, clock),
  ),
  perAccount(Enqueuer, [ImsDatabase, MessageStore], (database, store) => new Enqueuer(database, store)),
  perAccount(
    DirectSender,
    [MessageStore, Submitter, SENDING_CIRCUIT, RESOLVED_OPTIONS],
    (store, submitter, circuit, options) => new DirectSender(store, submitter, circuit, options),
  ),
  perAccount(
    BatchSender,
    [ImsDatabase, MessageStore, Submitter, SENDING_CIRCUIT, RESOLVED_OPTIONS],
    (database, store, submitter, circuit, options) => new BatchSender(database, store, submitter, circuit, options),
  ),
  perAccount(
    Dispatcher,
    [MessageStore, Submitter, SENDING_CIRCUIT, RESOLVED_OPTIONS],
    (store, submitter, circuit, options) => new Dispatcher(store, submitter, circuit, options),
  ),
];
