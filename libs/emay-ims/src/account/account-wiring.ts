import { Injectable, Module } from '@nestjs/common';
import { ContextIdFactory, ModuleRef, REQUEST } from '@nestjs/core';
import { ACCOUNT_CLIENT, type EmayImsClient } from '../client/index.js';
import { HostTransactions } from '../database/host-transactions.js';
import { ImsDatabase } from '../database/ims-database.js';
import { LeaseStore } from '../database/lease-store.js';
import { ACCOUNT_ENGINE, type EmayImsEngine } from '../engine/engine.js';
import { WorkInFlight } from '../engine/work-in-flight.js';
import { DurableDeliveries } from '../events/durable-deliveries.js';
import { EVENT_PROVIDERS } from '../events/event.providers.js';
import { EventListeners } from '../events/event-listeners.js';
import { EventTransactions } from '../events/event-transactions.js';
import { perAccount, type Token } from '../injection/per-account.js';
import { AccountWorkChecks } from '../message-store/account-work-checks.js';
import { MessageFinder } from '../message-store/message-finder.js';
import { MESSAGE_STORE_PROVIDERS } from '../message-store/message-store.providers.js';
import { MessageMaintenance } from '../message-store/message-maintenance.js';
import { MessageQueue } from '../message-store/message-queue.js';
import { MessageTraces } from '../message-store/message-trace.js';
import { FIGURE_PROVIDERS } from '../figures/figures.providers.js';
import { FigureCounter } from '../figures/figure-counter.js';
import { Figures } from '../figures/figures.js';
import { newToken } from '../messages/ids.js';
import { BulkResolver } from '../operator/bulk-resolver.js';
import { OPERATOR_PROVIDERS } from '../operator/operator.providers.js';
import { StatusReader } from '../operator/status-reader.js';
import { UnconfirmedResolver } from '../operator/unconfirmed-resolver.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { RESOLVED_OPTIONS } from '../options/options-providers.js';
import { LateMatching } from '../reports/late-matching.js';
import { REPORT_PROVIDERS } from '../reports/report.providers.js';
import { PushedPages } from '../reports/pushed-pages.js';
import { ReportInbox } from '../reports/report-inbox.js';
import { ReportPoller } from '../reports/report-poller.js';
import { ReportSpool } from '../reports/report-spool.js';
import { RETENTION_PROVIDERS } from '../retention/retention.providers.js';
import { Retention } from '../retention/retention.js';
import { BatchSender } from '../sending/batch-sender.js';
import { DirectSender } from '../sending/direct-sender.js';
import { Dispatcher } from '../sending/dispatcher.js';
import { Enqueuer } from '../sending/enqueuer.js';
import { SENDING_PROVIDERS } from '../sending/sending.providers.js';
import { Submitter } from '../sending/submitter.js';
import { Sweeper } from '../sending/sweeper.js';
import { ACCOUNT_CLOCK, type EmayImsClock } from '../time/clock.js';
import { DATABASE_WAKES, type DatabaseWakes } from '../wake/database-wakes.js';
import { AccountInternals } from './account-internals.js';
import { AccountJobs } from './account-jobs.js';
import { AccountShutdown } from './account-shutdown.js';
import { ClaimInDatabase } from './claim-in-database.js';
import { DispatchJob } from './dispatch-job.js';
import { EmayImsAccount, type AccountWork } from './emay-ims.account.js';
import { sweepTasks } from './sweep-tasks.js';

/** Base of an account's wiring: what its module provides, and the open database. */
export interface AccountBase {
  readonly options: ResolvedEmayImsOptions;
  readonly client: EmayImsClient;
  readonly engine: EmayImsEngine;
  readonly clock: EmayImsClock;
  readonly listeners: EventListeners;
  readonly database: ImsDatabase;
  readonly workChecks: AccountWorkChecks;
  readonly wakes: DatabaseWakes;
  readonly claim: ClaimInDatabase;
}

const ACCOUNT_BASE = REQUEST as unknown as Token<AccountBase>;

function given<Part>(token: Token<Part>, choose: (base: AccountBase) => Part) {
  return perAccount(token, [ACCOUNT_BASE], choose);
}

const BASE_PROVIDERS = [
  given(RESOLVED_OPTIONS, ({ options }) => options),
  given(ACCOUNT_CLIENT, ({ client }) => client),
  given(ACCOUNT_ENGINE, ({ engine }) => engine),
  given(ACCOUNT_CLOCK, ({ clock }) => clock),
  given(EventListeners, ({ listeners }) => listeners),
  given(ImsDatabase, ({ database }) => database),
  given(AccountWorkChecks, ({ workChecks }) => workChecks),
  given(DATABASE_WAKES, ({ wakes }) => wakes),
  given(ClaimInDatabase, ({ claim }) => claim),
  perAccount(LeaseStore, [ImsDatabase], (database) => new LeaseStore(database, newToken())),
  perAccount(
    HostTransactions,
    [ImsDatabase, RESOLVED_OPTIONS],
    (database, { database: options }) =>
      new HostTransactions(database, 'dataSource' in options ? options.currentManager : undefined),
  ),
];

const WORK: Token<AccountWork> = Symbol('WorkInFlight');

const ACCOUNT_PROVIDERS = [
  perAccount(WORK, [], () => new WorkInFlight<'call' | 'stream' | 'ending'>()),
  perAccount(
    Sweeper,
    [LeaseStore, MessageMaintenance, ReportInbox, EventTransactions, LateMatching],
    (leases, messages, inbox, events, lateMatching) =>
      new Sweeper(leases, messages, sweepTasks(inbox, messages, events, lateMatching)),
  ),
  perAccount(DispatchJob, [RESOLVED_OPTIONS, ACCOUNT_ENGINE, DATABASE_WAKES, AccountWorkChecks, Dispatcher]),
  perAccount(
    AccountJobs,
    [
      ...[RESOLVED_OPTIONS, ACCOUNT_ENGINE, ClaimInDatabase, AccountWorkChecks, Sweeper, DispatchJob, ReportPoller],
      ...[DurableDeliveries, Retention, FigureCounter],
    ] as const,
    (options, engine, claim, workChecks, sweeper, dispatching, poller, deliveries, retention, counter) =>
      new AccountJobs(options, engine, {
        claim,
        workChecks,
        sweeper,
        dispatching,
        poller,
        deliveries,
        retention,
        counter,
      }),
  ),
  perAccount(AccountShutdown, [RESOLVED_OPTIONS, WORK, AccountJobs, Submitter, ClaimInDatabase]),
  perAccount(AccountInternals, [ImsDatabase, EventTransactions, MessageTraces, BulkResolver, ReportSpool, PushedPages]),
  perAccount(EmayImsAccount, [
    ...[RESOLVED_OPTIONS, WORK, AccountJobs, AccountShutdown, HostTransactions, MessageQueue, MessageFinder, Enqueuer],
    ...[DirectSender, BatchSender, ReportPoller, ReportInbox, DurableDeliveries, UnconfirmedResolver, StatusReader],
    ...[Retention, AccountInternals, Figures],
  ] as const),
];

/** Creates accounts, each with its own parts. */
@Injectable()
export class AccountWiring {
  constructor(private readonly moduleRef: ModuleRef) {}

  wire(base: AccountBase): Promise<EmayImsAccount> {
    const context = ContextIdFactory.create();
    this.moduleRef.registerRequestByContextId(base, context);
    return this.moduleRef.resolve(EmayImsAccount, context);
  }
}

/** The account's parts of every room. */
@Module({
  providers: [
    AccountWiring,
    ...BASE_PROVIDERS,
    ...EVENT_PROVIDERS,
    ...MESSAGE_STORE_PROVIDERS,
    ...FIGURE_PROVIDERS,
    ...SENDING_PROVIDERS,
    ...REPORT_PROVIDERS,
    ...RETENTION_PROVIDERS,
    ...OPERATOR_PROVIDERS,
    ...ACCOUNT_PROVIDERS,
  ],
  exports: [AccountWiring],
})
export class AccountModule {}
