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
import { KeptPages } from './kept-pages.js';
import { OrphanAdoption } from './orphan-adoption.js';
import { PageApplier } from './page-applier.js';
import { PageFailures } from './page-failures.js';
import { PageKeeper } from './page-keeper.js';
import { PagePuller } from './page-puller.js';
import { ReportApplication } from './report-application.js';
import { ReportInbox } from './report-inbox.js';
import { ReportIngestor } from './report-ingestor.js';
import { ReportPoller } from './report-poller.js';
import { ReportSpool } from './report-spool.js';
import { SecondLookStore } from './second-look-store.js';

export const REPORT_PROVIDERS = [
  perAccount(
    ReportInbox,
    [ImsDatabase, RESOLVED_OPTIONS, EventTransactions],
    (database, { name }, events) => new ReportInbox(database, name, events),
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
  perAccount(ReportSpool, [RESOLVED_OPTIONS], ({ name, reports }) => new ReportSpool(reports.spoolPath, name)),
  perAccount(
    KeptPages,
    [ImsDatabase, RESOLVED_OPTIONS, ReportSpool],
    (database, { name }, spool) => new KeptPages(database, name, spool),
  ),
  perAccount(
    PageKeeper,
    [ReportInbox, ReportSpool, RESOLVED_OPTIONS],
    (inbox, spool, { name }) => new PageKeeper(inbox, spool, name),
  ),
  perAccount(PageFailures, [RESOLVED_OPTIONS, EventTransactions], ({ name }, events) => new PageFailures(name, events)),
  perAccount(
    PageApplier,
    [ReportInbox, PageKeeper, ReportIngestor, PageFailures, KeptPages],
    (inbox, keeper, ingestor, failures, kept) => new PageApplier(inbox, keeper, ingestor, failures, kept),
  ),
  perAccount(
    PagePuller,
    [ACCOUNT_CLIENT, ReportInbox, PageKeeper, PageApplier, RESOLVED_OPTIONS, EventListeners],
    (client, inbox, keeper, applier, { name }, listeners) =>
      new PagePuller(client, inbox, keeper, applier, name, (reason) =>
        listeners.emit({ type: 'reports.blocked', account: name, occurredAt: new Date(), reason }),
      ),
  ),
  perAccount(REPORTS_CIRCUIT, [RESOLVED_OPTIONS, EventListeners, ACCOUNT_CLOCK], (options, listeners, clock) =>
    newCircuit('reports', options, listeners, clock),
  ),
  perAccount(
    ReportPoller,
    [PagePuller, LeaseStore, PageApplier, REPORTS_CIRCUIT, RESOLVED_OPTIONS],
    (puller, leases, applier, circuit, options) => new ReportPoller(puller, leases, applier, circuit, options),
  ),
];
