import { ImsDatabase } from '../database/ims-database.js';
import { ACCOUNT_ENGINE } from '../engine/engine.js';
import { perAccount } from '../injection/per-account.js';
import { RESOLVED_OPTIONS } from '../options/options-providers.js';
import { deliveryJob, DurableDeliveries } from './durable-deliveries.js';
import { EventListeners } from './event-listeners.js';
import { EventTransactions } from './event-transactions.js';

export const EVENT_PROVIDERS = [
  perAccount(
    EventTransactions,
    [ImsDatabase, RESOLVED_OPTIONS, EventListeners, ACCOUNT_ENGINE],
    (database, { name }, listeners, engine) =>
      new EventTransactions(database, name, listeners, (handler) => engine.wake(deliveryJob(name, handler))),
  ),
  perAccount(
    DurableDeliveries,
    [EventTransactions, EventListeners, ACCOUNT_ENGINE, RESOLVED_OPTIONS],
    (events, listeners, engine, { name }) => new DurableDeliveries(events, listeners, engine, name),
  ),
];
