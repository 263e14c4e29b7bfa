import { ImsDatabase } from '../database/ims-database.js';
import { SENDING_CIRCUIT } from '../engine/account-circuit.js';
import { EventTransactions } from '../events/event-transactions.js';
import { Figures } from '../figures/figures.js';
import { perAccount } from '../injection/per-account.js';
import { MessageDecisions } from '../message-store/message-decisions.js';
import { MessageResults } from '../message-store/message-results.js';
import { RESOLVED_OPTIONS } from '../options/options-providers.js';
import { ReportInbox } from '../reports/report-inbox.js';
import { ReportPoller } from '../reports/report-poller.js';
import { DATABASE_WAKES } from '../wake/database-wakes.js';
import { BulkResolver } from './bulk-resolver.js';
import { StatusReader } from './status-reader.js';
import { UnconfirmedResolver } from './unconfirmed-resolver.js';

export const OPERATOR_PROVIDERS = [
  perAccount(BulkResolver, [ImsDatabase, MessageDecisions]),
  perAccount(UnconfirmedResolver, [ImsDatabase, MessageResults, EventTransactions]),
  perAccount(StatusReader, [
    ImsDatabase,
    RESOLVED_OPTIONS,
    SENDING_CIRCUIT,
    ReportPoller,
    ReportInbox,
    DATABASE_WAKES,
    Figures,
  ]),
];
