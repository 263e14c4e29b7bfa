import type { HostTransactions } from '../database/host-transactions.js';
import type { WorkInFlight } from '../engine/work-in-flight.js';
import type { DurableDeliveries } from '../events/durable-deliveries.js';
import type { Figures } from '../figures/figures.js';
import type { MessageFinder } from '../message-store/message-finder.js';
import type { MessageQueue } from '../message-store/message-queue.js';
import type { StatusReader } from '../operator/status-reader.js';
import type { UnconfirmedResolver } from '../operator/unconfirmed-resolver.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import type { KeptPages } from '../reports/kept-pages.js';
import type { ReportPoller } from '../reports/report-poller.js';
import type { Retention } from '../retention/retention.js';
import type { BatchSender } from '../sending/batch-sender.js';
import type { DirectSender } from '../sending/direct-sender.js';
import type { Enqueuer } from '../sending/enqueuer.js';
import type { AccountInternals } from './account-internals.js';
import type { AccountJobs } from './account-jobs.js';
import type { AccountShutdown } from './account-shutdown.js';

/**
 * What is under way in an account. `call`: one of its service's. `stream`: one that may go on for as long as its source brings
 * something. `ending`: what a shutdown itself has begun.
 */
export type AccountWork = WorkInFlight<'call' | 'stream' | 'ending'>;

/** The parts of an open account that its service calls. */
export class EmayImsAccount {
  constructor(
    readonly options: ResolvedEmayImsOptions,
    readonly work: AccountWork,
    readonly jobs: AccountJobs,
    readonly shutdown: AccountShutdown,
    readonly transactions: HostTransactions,
    readonly queue: MessageQueue,
    readonly finder: MessageFinder,
    readonly enqueuer: Enqueuer,
    readonly directSender: DirectSender,
    readonly batchSender: BatchSender,
    readonly poller: ReportPoller,
    readonly pages: KeptPages,
    readonly deliveries: DurableDeliveries,
    readonly resolver: UnconfirmedResolver,
    readonly statusReader: StatusReader,
    readonly retention: Retention,
    /** `null`: the account has no database. */
    readonly internals: AccountInternals | null,
    readonly figures: Figures,
  ) {}
}
