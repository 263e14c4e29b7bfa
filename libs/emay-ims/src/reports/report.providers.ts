import { ACCOUNT_CLIENT } from '../client/index.js';
import { ImsDatabase } from '../database/ims-database.js';
import { LeaseStore } from '../database/lease-store.js';
import { REPORTS_CIRCUIT } from '../engine/account-circuit.js';
import { newCircuit } from '../events/circuit-event.js';
import { EventListeners } from '../events/event-listeners.js';
import { EventTransactions } from '../events/event-transactions.js';
import { perAccount } from '../injection/per-account.js';
import { MessageStore } from '../message-store/message-store.js';
import { RESOLVED_OPTIONS } from '../options/options-providers.js';
import { ACCOUNT_CLOCK } from '../time/clock.js';
import { OrphanAdoption } from './orphan-adoption.js';
import { PagePuller } from './page-puller.js';
import { ReportApplication } from './report-application.js';
import { ReportBatchStore } from './report-batch-store.js';
import { ReportInbox } from './report-inbox.js';
import { ReportIngestor } from './report-ingestor.js';
import { ReportPoller } from './report-poller.js';
import { ReportSpool } from './report-spool.js';
import { SecondLookStore } from './second-look-store.js';

export const REPORT_PROVIDERS = [
  perAccount(
    ReportBatchStore,
    [ImsDatabase, RESOLVED_OPTIONS],
    (database, { name }) => new ReportBatchStore(database, name),
  ),
  perAccount(ReportSpool, [RESOLVED_OPTIONS], ({ name, reports }) => new ReportSpool(reports.spoolPath, name)),
  perAccount(
    ReportInbox,
    [ReportBatchStore, ReportSpool, EventTransactions],
    (batches, spool, events) => new ReportInbox(batches, spool, events),
  ),
  perAccount(
    SecondLookStore,
    [ImsDatabase, RESOLVED_OPTIONS],
    (database, { name }) => new SecondLookStore(database, name),
  ),
  perAccount(
    ReportIngestor,
    [EventTransactions, MessageStore, ReportInbox, SecondLookStore, RESOLVED_OPTIONS],
    (events, store, inbox, secondLook, options) => new ReportIngestor(events, store, inbox, secondLook, options),
  ),
  perAccount(ReportApplication, [MessageStore], (store) => new ReportApplication(store)),
  perAccount(
    OrphanAdoption,
    [EventTransactions, SecondLookStore, ReportApplication, RESOLVED_OPTIONS],
    (events, secondLook, application, { http }) => new OrphanAdoption(events, secondLook, application, http.timeoutMs),
  ),
  perAccount(
    PagePuller,
    [ACCOUNT_CLIENT, ReportInbox, ReportIngestor, RESOLVED_OPTIONS, EventListeners],
    (client, inbox, ingestor, { name }, listeners) =>
      new PagePuller(client, inbox, ingestor, name, (reason) =>
        listeners.emit({ type: 'reports.blocked', account: name, occurredAt: new Date(), reason }),
      ),
  ),
  perAccount(REPORTS_CIRCUIT, [RESOLVED_OPTIONS, EventListeners, ACCOUNT_CLOCK], (options, listeners, clock) =>
    newCircuit('reports', options, listeners, clock),
  ),
  perAccount(
    ReportPoller,
    [PagePuller, ReportInbox, ReportIngestor, LeaseStore, REPORTS_CIRCUIT, RESOLVED_OPTIONS],
    (puller, inbox, ingestor, leases, circuit, options) =>
      new ReportPoller(puller, inbox, ingestor, leases, circuit, options),
  ),
];
