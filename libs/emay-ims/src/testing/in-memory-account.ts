import type { EmayImsClient } from '../client/index.js';
import type { HostTransactions } from '../database/host-transactions.js';
import type { ImsDatabase } from '../database/ims-database.js';
import type { LeaseStore } from '../database/lease-store.js';
import type { AccountJobs } from '../account/account-jobs.js';
import type { AccountWork, EmayImsAccount } from '../account/emay-ims.account.js';
import { HOLD_MS } from '../message-store/message-store.providers.js';
import type { Figures } from '../figures/figures.js';
import { WorkInFlight } from '../engine/work-in-flight.js';
import type { DurableDeliveries } from '../events/durable-deliveries.js';
import type { StatusReader } from '../operator/status-reader.js';
import { EmayImsValidationError } from '../errors/emay-ims-errors.js';
import { AccountCircuit } from '../engine/account-circuit.js';
import { circuitEvent } from '../events/circuit-event.js';
import { messageEvent } from '../events/message-event.js';
import type { MessageFinder } from '../message-store/message-finder.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import { REPORTED_UNSENT } from '../message-store/message-results-sql.js';
import { isFinal } from '../messages/message-state.js';
import type { MessageMaintenance } from '../message-store/message-maintenance.js';
import type { MessageQueue } from '../message-store/message-queue.js';
import type { MessageResults } from '../message-store/message-results.js';
import type { ImsAccountPulse } from '../operator/account-pulse.js';
import type { ImsAccountStatus } from '../operator/account-status.js';
import type { ImsReportFlow } from '../operator/report-flow.js';
import type { UnconfirmedResolver } from '../operator/unconfirmed-resolver.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import type { KeptPages } from '../reports/kept-pages.js';
import { matchReports } from '../reports/report-matching.js';
import type { ReportPullResult } from '../reports/poll-series.js';
import type { ReportPoller } from '../reports/report-poller.js';
import type { RetentionStore } from '../retention/retention-store.js';
import { Retention } from '../retention/retention.js';
import { BatchSender } from '../sending/batch-sender.js';
import { DirectSender } from '../sending/direct-sender.js';
import { Dispatcher } from '../sending/dispatcher.js';
import type { Enqueuer } from '../sending/enqueuer.js';
import { Submitter } from '../sending/submitter.js';
import { deliveryReport } from './delivery-report.js';
import { InMemoryEnqueuer } from './in-memory-enqueuer.js';
import type { InMemoryEvents } from './in-memory-events.js';
import { InMemoryMessageFinder } from './in-memory-message-finder.js';
import { InMemoryMessageMaintenance } from './in-memory-message-maintenance.js';
import { InMemoryMessageQueue } from './in-memory-message-queue.js';
import { InMemoryMessageResults } from './in-memory-message-results.js';
import { InMemoryResolver } from './in-memory-resolver.js';
import { MessageTable } from './message-table.js';
import { ScriptedGateway } from './scripted-gateway.js';
import { standsFor, type Surface } from './surface.js';

/** What the module alone needs of an account. */
export type NeverAskedOfAnInMemoryAccount = 'shutdown';

/** Passed on to a store that needs none, and asked by a schedule that does not run. */
const NO_DATABASE = null as unknown as ImsDatabase;
const NO_LEASES = null as unknown as LeaseStore;

const NOTHING_TO_PULL: ReportPullResult = {
  pages: 1,
  reports: 0,
  applied: 0,
  orphaned: 0,
  quarantined: 0,
  conflicts: 0,
  lost: 0,
  stoppedBy: null,
};

/**
 * One account without database, network and timers.
 *
 * - What decides is the real thing: sending, splitting, dispatching, purging. Only what is below it is replaced: the SQL by
 *   a map, the gateway by a script.
 * - Nothing runs by itself; `dispatch()` does once what the background would.
 * - The pause of the circuit lasts until the next call: an account that is refused stops the rest of its call, as in
 *   production, and the next call tries again.
 */
export class InMemoryAccount implements Surface<EmayImsAccount, NeverAskedOfAnInMemoryAccount> {
  readonly gateway = new ScriptedGateway();
  readonly table: MessageTable;
  readonly queue: MessageQueue;
  readonly finder: MessageFinder;
  readonly enqueuer: Enqueuer;
  readonly resolver: UnconfirmedResolver;
  readonly retention: Retention;
  readonly work: AccountWork = new WorkInFlight();
  readonly internals = null;
  /** Nothing runs by itself. */
  readonly jobs = standsFor<AccountJobs, 'start' | 'stop' | 'releaseLeases'>({ wakeDispatcher: () => undefined });
  /** None is ever given up. */
  readonly deliveries = standsFor<DurableDeliveries, 'handlersAreKnown' | 'jobs' | 'stop' | 'ended'>({
    handlers: [],
    retryFailed: async () => 0,
  });
  readonly statusReader = standsFor<StatusReader>({ pulse: () => this.pulse(), status: () => this.status() });
  readonly transactions = standsFor<HostTransactions>({ toJoin: (given) => given ?? null });
  readonly poller = standsFor<ReportPoller, 'pullOnSchedule' | 'stop' | 'release' | 'leaseHolder'>({
    lastGoodPullAt: null,
    lastGoodPullForMs: null,
    blockedFor: null,
    setAsidePages: 0,
    lastPushAt: async () => null,
    pull: async () => ({ ...NOTHING_TO_PULL }),
  });
  readonly pages = standsFor<KeptPages>({
    list: async () => [],
    retry: async () => 0,
    discard: async () => {
      throw new EmayImsValidationError([{ index: -1, property: 'pullId', message: 'nothing is pulled in memory' }]);
    },
    countSetAside: async () => 0,
    spooled: async () => ({ spooledPages: 0, spoolFailure: null }),
  });
  /** Counted whenever somebody asks. */
  readonly figures = standsFor<Figures>({
    totals: async () => ({ counts: await this.finder.stats(), asOf: null }),
    rows: async () => [],
    sums: async () => [],
    count: async () => null,
    slotsWith: async () => [],
    asOf: async () => null,
    tellsApart: async () => () => false,
    countedFrom: async () => null,
    rebuild: async () => undefined,
  });
  circuit: AccountCircuit;
  private readonly results: MessageResults;
  private readonly maintenance: MessageMaintenance;
  private readonly decisions: InMemoryResolver;
  /** How many calls there have been: what the circuit's clock goes by. */
  private calls = 0;

  constructor(
    readonly options: ResolvedEmayImsOptions,
    private readonly clock: () => number,
    private readonly events: InMemoryEvents,
  ) {
    const { name, reports } = options;
    this.table = new MessageTable(name, (message) => events.tell(messageEvent(message, this.now())), clock);
    const queue = new InMemoryMessageQueue(this.table);
    const results = new InMemoryMessageResults(this.table, { reportDeadlineMs: reports.deadlineMs });
    this.decisions = new InMemoryResolver(this.table, results);
    const maintenance = new InMemoryMessageMaintenance(this.table, { holdMs: HOLD_MS });
    this.queue = standsFor<MessageQueue>(queue);
    this.results = standsFor<MessageResults>(results);
    this.maintenance = standsFor<MessageMaintenance>(maintenance);
    this.finder = standsFor<MessageFinder>(new InMemoryMessageFinder(this.table));
    this.enqueuer = standsFor<Enqueuer>(new InMemoryEnqueuer(queue, this.table));
    this.resolver = standsFor<UnconfirmedResolver>(this.decisions);
    this.retention = new Retention(NO_LEASES, standsFor<RetentionStore>(this.purgedStore()), name);
    this.circuit = this.newCircuit();
  }

  get directSender(): DirectSender {
    return new DirectSender(this.queue, this.finder, this.newSubmitter(), this.circuit, this.options);
  }

  get batchSender(): BatchSender {
    return new BatchSender(this.queue, this.finder, this.newSubmitter(), this.circuit, this.options);
  }

  /** Once what runs in the background: ends what is overdue, hands over what is due, calls durable handlers. */
  async dispatch(): Promise<void> {
    await this.events.seeThrough(async () => {
      await this.maintenance.expire();
      await this.maintenance.endOverdueReportWaits();
      const submitter = this.newSubmitter();
      await new Dispatcher(this.queue, submitter, this.circuit, this.options).dispatch();
    });
  }

  /** A delivery report of the message comes in, with the vendor's word or the state that it leads to. */
  async report(message: ImsMessage, state: string): Promise<void> {
    // Also where its answer was lost, the gateway has given it an id.
    const known = { ...message, imsId: message.imsId ?? this.gateway.newImsId() };
    const report = deliveryReport(known, state, this.now());
    const { applied, unsent } = matchReports([report], [message]);
    await this.events.seeThrough(async () => {
      await this.results.applyReports(applied, NO_DATABASE);
      await this.results.noteReports(applied, NO_DATABASE);
      await this.results.markUnconfirmed(unsent, NO_DATABASE);
    });
  }

  clear(): void {
    this.gateway.clear();
    this.table.deleteWhere(() => true);
    this.decisions.clear();
    this.events.clear();
    this.circuit = this.newCircuit();
  }

  private async pulse(): Promise<ImsAccountPulse> {
    const due = this.table.where(({ state, dueAt }) => state === 'QUEUED' && dueAt !== null);
    const now = this.clock();
    const oldest = Math.min(...due.map(({ dueAt }) => Number(dueAt)).filter((time) => time <= now));
    const isDue = Number.isFinite(oldest);
    return {
      account: this.options.name,
      circuitOpenFor: this.circuit.reason,
      oldestDueAt: isDue ? new Date(oldest) : null,
      oldestDueForMs: isDue ? now - oldest : null,
      dispatches: false,
      listens: false,
      reportSource: this.options.reports.source,
      polls: false,
      pollEveryMs: null,
      lastGoodPullAt: null,
      lastGoodPullForMs: null,
      pollLease: 'nobody',
      pollLeaseUntil: null,
      reportsBlockedFor: null,
      setAsidePages: 0,
      spooledPages: 0,
      spoolFailure: null,
    };
  }

  private async status(): Promise<ImsAccountStatus> {
    return {
      ...(await this.pulse()),
      unconfirmed: (await this.finder.stats()).UNCONFIRMED,
      reportedUnsent: this.table.where(({ state, code }) => state === 'UNCONFIRMED' && code === REPORTED_UNSENT).length,
      possibleLosses: 0,
      lostReportsAtMost: 0,
      unreadablePages: 0,
      lastPushAt: null,
      orphanedReports: 0,
      quarantinedReports: 0,
      ...this.reportFlow(),
      pendingEvents: this.events.waiting,
      failedEvents: 0,
    };
  }

  private reportFlow(): ImsReportFlow {
    const accepted = this.table.where(({ state }) => state === 'ACCEPTED').map(({ acceptedAt }) => Number(acceptedAt));
    const oldest = Math.min(...accepted);
    const isWaiting = accepted.length > 0;
    return {
      orphanedShare: null,
      lastReportAt: null,
      oldestUnreportedAt: isWaiting ? new Date(oldest) : null,
      oldestUnreportedForMs: isWaiting ? this.clock() - oldest : null,
    };
  }

  private newSubmitter(): Submitter {
    this.calls++;
    const client = standsFor<EmayImsClient, 'getImsReport'>(this.gateway);
    return new Submitter(client, this.queue, this.results, this.circuit, this.options);
  }

  private newCircuit(): AccountCircuit {
    const { dispatch, name } = this.options;
    return new AccountCircuit(
      dispatch,
      (turned) => this.events.tell(circuitEvent(name, 'sending', turned, this.now())),
      () => this.calls * (dispatch.maxBackoffMs + 1),
    );
  }

  private now(): Date {
    return new Date(this.clock());
  }

  private purgedStore(): Surface<RetentionStore> {
    return {
      deleteMessages: async (ageMs) => {
        const before = this.clock() - ageMs;
        const deleted = this.table.deleteWhere(({ state, finalAt }) => isFinal(state) && Number(finalAt) <= before);
        return { deleted, reached: 0 };
      },
      aheadMs: async () => 0,
      deleteTracesOfNone: async () => null,
      deleteAcknowledged: async () => 0,
      deletePages: async () => 0,
      deleteOrphanedReports: async () => 0,
      deleteFailedEvents: async () => 0,
    };
  }
}
