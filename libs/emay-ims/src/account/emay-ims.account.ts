import { RENEW_CLAIM_EVERY_MS, type ClaimInDatabase } from './claim-in-database.js';
import type { EmayImsClient } from '../client/index.js';
import { HostTransactions } from '../database/host-transactions.js';
import type { ImsDatabase } from '../database/ims-database.js';
import { LeaseStore } from '../database/lease-store.js';
import { GuardedLogger } from '../diagnostics/index.js';
import type { EmayImsEngine, EngineJob } from '../engine/engine.js';
import { WorkInFlight } from '../engine/work-in-flight.js';
import { EmayImsClosedError } from '../errors/emay-ims-errors.js';
import { DurableDelivery, LONGEST_EVENT_WAIT_MS } from '../events/durable-delivery.js';
import { circuitEvent } from '../events/circuit-event.js';
import type { ImsCircuitName } from '../events/emay-ims-event.js';
import type { EventListeners } from '../events/event-listeners.js';
import { EventTransactions } from '../events/event-transactions.js';
import { newToken } from '../messages/ids.js';
import type { AccountLooks } from '../message-store/account-looks.js';
import { MessageFinder } from '../message-store/message-finder.js';
import { MessageStore } from '../message-store/message-store.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { readAccountPulse, type ImsAccountPulse } from '../operator/account-pulse.js';
import { readAccountStatus, type ImsAccountStatus } from '../operator/account-status.js';
import { UnconfirmedResolver } from '../operator/unconfirmed-resolver.js';
import type { KeptPages } from '../reports/kept-pages.js';
import { PagePuller } from '../reports/page-puller.js';
import { OrphanAdoption } from '../reports/orphan-adoption.js';
import { ReportApplication } from '../reports/report-application.js';
import { ReportBatchStore } from '../reports/report-batch-store.js';
import { ReportInbox } from '../reports/report-inbox.js';
import { ReportIngestor } from '../reports/report-ingestor.js';
import { ReportPoller } from '../reports/report-poller.js';
import { ReportSpool } from '../reports/report-spool.js';
import { SecondLookStore } from '../reports/second-look-store.js';
import { RetentionStore } from '../retention/retention-store.js';
import { Retention } from '../retention/retention.js';
import { AccountCircuit } from '../engine/account-circuit.js';
import { BatchSender } from '../sending/batch-sender.js';
import { DirectSender } from '../sending/direct-sender.js';
import { Dispatcher } from '../sending/dispatcher.js';
import { Enqueuer } from '../sending/enqueuer.js';
import { Submitter } from '../sending/submitter.js';
import { Sweeper } from '../sending/sweeper.js';

/** How long a message whose direct send failed stays there for its caller to try again. */
export const HOLD_MS = 3_600_000;
const SWEEP_EVERY_MS = 10_000;
/** What a shutdown waits for beyond a request's own deadline: storing its outcome, which is hurried then. */
const STORING_MS = 15_000;
/** How long `close` waits for a source to end. What is stored of it by then is stored. */
const STREAM_MS = 10_000;
/** How long a shutdown waits for the leases to be given back. They end by themselves. */
const RELEASING_MS = 5_000;
/** How often to look for events that another instance recorded, or whose handler is to be called again. */
const DELIVER_EVERY_MS = 2_000;

/** One account, wired: the parts of `architecture.md`, each made once, and what runs them. */
export class EmayImsAccount {
  readonly transactions: HostTransactions;
  readonly store: MessageStore;
  readonly finder: MessageFinder;
  readonly enqueuer: Enqueuer;
  readonly directSender: DirectSender;
  readonly batchSender: BatchSender;
  readonly poller: ReportPoller;
  readonly pages: KeptPages;
  readonly circuit: AccountCircuit;
  readonly resolver: UnconfirmedResolver;
  readonly retention: Retention;
  private readonly submitter: Submitter;
  private readonly dispatcher: Dispatcher;
  private readonly sweeper: Sweeper;
  private readonly events: EventTransactions;
  /** One for each durable handler, once these are known. */
  private deliveries: readonly DurableDelivery[] = [];
  private readonly dispatchJob: string;
  private readonly calls = new WorkInFlight();
  private readonly streams = new WorkInFlight();
  /** What shutting down itself has to wait for; never closed, as a host may shut down twice. */
  private readonly tidying = new WorkInFlight();
  private readonly logger: GuardedLogger;

  constructor(
    readonly options: ResolvedEmayImsOptions,
    private readonly database: ImsDatabase,
    readonly client: EmayImsClient,
    private readonly engine: EmayImsEngine,
    private readonly listeners: EventListeners,
    private readonly claim: ClaimInDatabase,
    private readonly looks: AccountLooks,
  ) {
    const { name, reports } = options;
    this.transactions = new HostTransactions(
      database,
      'dataSource' in options.database ? options.database.currentManager : undefined,
    );
    const leases = new LeaseStore(database, newToken());
    this.events = new EventTransactions(database, name, listeners, (handler) => engine.wake(this.deliveryJob(handler)));
    const times = { reportDeadlineMs: reports.deadlineMs, holdMs: HOLD_MS };
    this.store = new MessageStore(database, name, times, this.events);
    this.finder = new MessageFinder(database, name);
    this.enqueuer = new Enqueuer(database, this.store);

    this.circuit = this.newCircuit('sending');
    this.submitter = new Submitter(client, this.store, this.circuit, options);
    this.directSender = new DirectSender(this.store, this.submitter, this.circuit, options);
    this.batchSender = new BatchSender(database, this.store, this.submitter, this.circuit, options);
    this.dispatcher = new Dispatcher(this.store, this.submitter, this.circuit, options);

    const spool = new ReportSpool(reports.spoolPath, name);
    const inbox = new ReportInbox(new ReportBatchStore(database, name), spool, this.events);
    this.pages = inbox;
    const secondLook = new SecondLookStore(database, name);
    const ingestor = new ReportIngestor(this.events, this.store, inbox, secondLook, options);
    const application = new ReportApplication(this.store);
    const adoption = new OrphanAdoption(this.events, secondLook, application, options.http.timeoutMs);
    const puller = new PagePuller(client, inbox, ingestor, name, (reason) =>
      listeners.emit({ type: 'reports.blocked', account: name, occurredAt: new Date(), reason }),
    );
    // Its own circuit: reports may be refused where sending is not, and the other way about.
    const pollCircuit = this.newCircuit('reports');
    this.poller = new ReportPoller(puller, inbox, ingestor, leases, pollCircuit, options);
    this.sweeper = new Sweeper(leases, this.store, [
      {
        run: () => inbox.loseAbandoned(),
        done: 'Pulls of delivery reports ended with their process, so what they fetched may be lost',
      },
      {
        run: async () => {
          const messages = await this.store.bringBack();
          if (messages === null) return 0;
          return messages + (await this.events.durable.bringBack(LONGEST_EVENT_WAIT_MS));
        },
        done: 'Messages and events due at once again, after a database clock set back had put them off',
      },
      {
        run: () => this.events.tellHandlersOfEarly(),
        done: 'Events recorded for handlers that were not known when they came',
      },
      { run: () => adoption.adopt(), done: 'Orphaned delivery reports matched to a message' },
    ]);
    this.retention = new Retention(leases, new RetentionStore(database, name), name);
    this.resolver = new UnconfirmedResolver(database, this.store, this.events);
    this.logger = GuardedLogger.of(name);
    this.dispatchJob = `emay-ims:${name}:dispatch`;
  }

  /** Every handler listens now: those that events came before are told of them. */
  async handlersAreKnown(): Promise<void> {
    await this.events.handlersAreKnown();
    this.deliveries = this.listeners.durable.map(
      (handler) => new DurableDelivery(this.events.durable, handler, this.options.name),
    );
  }

  async start(): Promise<void> {
    const { name, dispatch, reports, retention } = this.options;
    const jobs: EngineJob[] = [
      {
        name: `emay-ims:${name}:claim`,
        schedule: { everyMs: RENEW_CLAIM_EVERY_MS },
        run: () => this.claim.renew(),
      },
    ];
    // Not in one that only stores: its event handlers may be others than those of the instances that do the work.
    if (dispatch.enabled || reports.enabled) {
      jobs.push({
        name: `emay-ims:${name}:sweep`,
        schedule: { everyMs: SWEEP_EVERY_MS },
        isTogether: true,
        run: async () => {
          if (await this.looks.mayHaveUnfinished(name)) await this.sweeper.sweep();
        },
      });
    }
    if (dispatch.enabled) {
      jobs.push({
        name: this.dispatchJob,
        schedule: { everyMs: dispatch.intervalMs },
        isTogether: true,
        run: async () => {
          if (await this.looks.mayHaveDue(name)) await this.dispatcher.dispatch();
        },
      });
    }
    if (reports.enabled) {
      jobs.push({
        name: `emay-ims:${name}:reports`,
        schedule: reports.cron === null ? { everyMs: reports.intervalMs } : { cron: reports.cron },
        run: () => this.poller.pullOnSchedule(),
      });
    }
    for (const delivery of this.deliveries) {
      jobs.push({
        name: this.deliveryJob(delivery.handler.name),
        schedule: { everyMs: DELIVER_EVERY_MS },
        run: () => delivery.deliver(),
      });
    }
    const { days } = retention;
    if (days !== null) {
      jobs.push({
        name: `emay-ims:${name}:retention`,
        schedule: { everyMs: retention.intervalMs },
        run: () => this.retention.purgeOnSchedule(days),
      });
    }
    await this.engine.start(jobs);
  }

  pulse(): Promise<ImsAccountPulse> {
    return readAccountPulse(this.database, this.options, this.circuit, this.poller, this.pages);
  }

  status(): Promise<ImsAccountStatus> {
    return readAccountStatus(this.database, this.options, this.circuit, this.poller, this.pages);
  }

  /** Has durable handlers called again with the events that they have failed at too often; resolves to how many. */
  async retryFailedEvents(handler: string | null): Promise<number> {
    const retried = await this.events.durable.retryFailed(handler);
    for (const { handler: known } of this.deliveries) this.engine.wake(this.deliveryJob(known.name));
    return retried;
  }

  /** There is something new in the queue. */
  wakeDispatcher(): void {
    this.engine.wake(this.dispatchJob);
  }

  /**
   * Makes a call of the account's so that `stop` and `close` wait for it.
   *
   * @param isPartlyStored it goes on with something of which a part is stored
   * @throws EmayImsClosedError once the account is closed
   */
  whileOpen<T>(work: () => Promise<T>, isPartlyStored = false): Promise<T> {
    return this.calls.during(work, () => new EmayImsClosedError(this.options.name, isPartlyStored));
  }

  /** The same for a call that may go on for as long as its source brings something: only `close` waits for it. */
  whileStreaming<T>(work: () => Promise<T>): Promise<T> {
    return this.streams.during(work, () => new EmayImsClosedError(this.options.name));
  }

  /** Claims and pulls nothing more, finishes what is under way, gives the leases back. */
  async stop(): Promise<void> {
    this.dispatcher.stop();
    this.poller.stop();
    this.sweeper.stop();
    this.retention.stop();
    for (const delivery of this.deliveries) delivery.stop();
    this.submitter.hurry();
    void this.tidying.during(() => this.engine.stop());
    const ends = [this.tidying, this.calls].map((work) => this.haveEnded(work, this.longestCallMs));
    // Whoever has not ended may still need a lease, which ends by itself.
    if ((await Promise.all(ends)).every(Boolean)) await this.releaseLeases();
  }

  /** The end, after the host has stopped to answer requests: what comes now is refused. */
  async close(): Promise<void> {
    this.streams.close();
    // Their chunks are calls.
    await this.haveEnded(this.streams, STREAM_MS);
    this.calls.close();
    await this.haveEnded(this.calls, this.longestCallMs);
    void this.tidying.during(() => this.claim.release().catch(() => undefined)); // It ends by itself.
    await this.haveEnded(this.tidying, RELEASING_MS);
  }

  private async releaseLeases(): Promise<void> {
    void this.tidying.during(() =>
      Promise.allSettled([this.poller.release(), this.sweeper.release(), this.retention.release()]),
    );
    await this.haveEnded(this.tidying, RELEASING_MS);
  }

  /** A canary and one request, each to its deadline, and storing what came of it. */
  private get longestCallMs(): number {
    return 2 * this.options.http.timeoutMs + STORING_MS;
  }

  private async haveEnded(work: WorkInFlight, withinMs: number): Promise<boolean> {
    const left = await work.ended(withinMs);
    if (left === 0) return true;
    this.logger.warn(`Shutting down without waiting any longer: what is under way (${left}) has not ended in time.`, {
      account: this.options.name,
      underWay: left,
      waitedMs: withinMs,
    });
    return false;
  }

  private deliveryJob(handler: string): string {
    return `emay-ims:${this.options.name}:events:${handler}`;
  }

  private newCircuit(circuit: ImsCircuitName): AccountCircuit {
    const { dispatch, name } = this.options;
    return new AccountCircuit(dispatch, (turned) =>
      this.listeners.emit(circuitEvent(name, circuit, turned, new Date())),
    );
  }
}
