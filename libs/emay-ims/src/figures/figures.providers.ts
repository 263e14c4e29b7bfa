import { ImsDatabase } from '../database/ims-database.js';
import { LeaseStore } from '../database/lease-store.js';
import { perAccount } from '../injection/per-account.js';
import { MessageFinder } from '../message-store/message-finder.js';
import { RESOLVED_OPTIONS } from '../options/options-providers.js';
import { FigureCounter } from './figure-counter.js';
import { FigureStore } from './figure-store.js';
import { Figures } from './figures.js';
import { MessageCounts } from './message-counts.js';

/** Messages in one statement. */
const MESSAGES_AT_A_TIME = 20_000;
/** An SQLite file has one thread for all statements: what sends does not wait for more than some milliseconds. */
const MESSAGES_AT_A_TIME_ON_SQLITE = 4_000;

export const FIGURE_PROVIDERS = [
  perAccount(FigureStore, [ImsDatabase, RESOLVED_OPTIONS], (database, { name }) => new FigureStore(database, name)),
  perAccount(MessageCounts, [ImsDatabase, RESOLVED_OPTIONS], (database, { name }) => {
    const isSqlite = database.dialect.name === 'sqlite';
    return new MessageCounts(database, name, isSqlite ? MESSAGES_AT_A_TIME_ON_SQLITE : MESSAGES_AT_A_TIME);
  }),
  perAccount(
    FigureCounter,
    [LeaseStore, FigureStore, MessageCounts],
    (leases, store, messages) => new FigureCounter(leases, store, messages),
  ),
  perAccount(Figures, [FigureStore, MessageFinder], (store, finder) => new Figures(store, finder)),
];
