import { ImsDatabase } from '../database/ims-database.js';
import { SENDING_CIRCUIT } from '../engine/account-circuit.js';
import { EventTransactions } from '../events/event-transactions.js';
import { perAccount } from '../injection/per-account.js';
import { MessageStore } from '../message-store/message-store.js';
import { RESOLVED_OPTIONS } from '../options/options-providers.js';
import { ReportInbox } from '../reports/report-inbox.js';
import { ReportPoller } from '../reports/report-poller.js';
import { StatusReader } from './status-reader.js';
import { UnconfirmedResolver } from './unconfirmed-resolver.js';

export const OPERATOR_PROVIDERS = [
  perAccount(
    UnconfirmedResolver,
    [ImsDatabase, MessageStore, EventTransactions],
    (database, store, events) => new UnconfirmedResolver(database, store, events),
  ),
  perAccount(
    StatusReader,
    [ImsDatabase, RESOLVED_OPTIONS, SENDING_CIRCUIT, ReportPoller, ReportInbox],
    (database, options, circuit, poller, inbox) => new StatusReader(database, options, circuit, poller, inbox),
  ),
];
