import { ACCOUNT_CLIENT } from '../client/index.js';
import { ImsDatabase } from '../database/ims-database.js';
import { LeaseStore } from '../database/lease-store.js';
import { REPORTS_CIRCUIT } from '../engine/account-circuit.js';
import { newCircuit } from '../events/circuit-event.js';
import { EventListeners } from '../events/event-listeners.js';
import { EventTransactions } from '../events/event-transactions.js';
import { perAccount } from '../injection/per-account.js';
import { MessageResults } from '../message-store/message-results.js';
import { MessageTraces } from '../message-store/message-trace.js';
import { RESOLVED_OPTIONS } from '../options/options-providers.js';
import { ACCOUNT_CLOCK } from '../time/clock.js';
import { LateMatching } from './late-matching.js';
import { PagePuller } from './page-puller.js';
import { ReportApplication } from './report-application.js';
import { PushedPages } from './pushed-pages.js';
import { ReportBatchStore } from './report-batch-store.js';
import { ReportInbox } from './report-inbox.js';
import { ReportIngestor } from './report-ingestor.js';
import { ReportPoller } from './report-poller.js';
import { ReportSpool } from './report-spool.js';
import { UnappliedReportStore } from './unapplied-report-store.js';

export const REPORT_PROVIDERS = [
  perAccount(
    ReportBatchStore,
    [ImsDatabase, RESOLVED_OPTIONS],
    (database, { name }) => new ReportBatchStore(database, name),
  ),
  perAccount(
    ReportSpool,
    [RESOLVED_OPTIONS],
    ({ name, appId, reports }) => new ReportSpool(reports.spoolPath, name, appId),
  ),
  perAccount(ReportInbox, [ReportBatchStore, ReportSpool, EventTransactions]),
  perAccount(
    UnappliedReportStore,
    [ImsDatabase, RESOLVED_OPTIONS],
    (database, { name }) => new UnappliedReportStore(database, name),
  ),
  perAccount(ReportIngestor, [
    EventTransactions,
    ReportInbox,
    UnappliedReportStore,
    ReportApplication,
    RESOLVED_OPTIONS,
  ]),
  perAccount(PushedPages, [ReportBatchStore, ReportInbox, ReportIngestor, EventTransactions]),
  perAccount(ReportApplication, [MessageResults, MessageTraces]),
  perAccount(
    LateMatching,
    [EventTransactions, UnappliedReportStore, ReportApplication, RESOLVED_OPTIONS],
    (events, unappliedReports, application, { http }) =>
      new LateMatching(events, unappliedReports, application, http.timeoutMs),
  ),
  perAccount(
    PagePuller,
    [ACCOUNT_CLIENT, ReportInbox, ReportIngestor, RESOLVED_OPTIONS, EventTransactions],
    (client, inbox, ingestor, { name }, transactions) =>
      new PagePuller(client, inbox, ingestor, name, (reason) =>
        // No change of ours goes with it, but durable handlers are called with what a transaction has recorded.
        transactions.transaction(async ({ events }) => {
          events?.add('reports.blocked', { type: 'reports.blocked', account: name, occurredAt: new Date(), reason });
        }),
      ),
  ),
  perAccount(REPORTS_CIRCUIT, [RESOLVED_OPTIONS, EventListeners, ACCOUNT_CLOCK], (options, listeners, clock) =>
    newCircuit('reports', options, listeners, clock),
  ),
  perAccount(ReportPoller, [PagePuller, ReportInbox, ReportIngestor, LeaseStore, REPORTS_CIRCUIT, RESOLVED_OPTIONS]),
];
