import { type AccountSettings, checkAccountSettings, type CurrentSettings } from './circumstances/account-settings.js';
import type { StrangerMessage } from './circumstances/stranger-message.js';
import type { FaultPlan, InjectedFault } from './faults/fault-plan.js';
import type { FaultOrder } from './faults/fault.js';
import type { Scenario } from './faults/scenario.js';
import type { Gateway } from './gateway/gateway.js';
import type { FrontDoor } from './http/front-door.js';
import type { ResolvedOptions, SimulatorAccount } from './options.js';
import type { Journal } from './oracle/journal.js';
import type {
  AcceptedMessage,
  Counters,
  HandedOutReport,
  PendingReport,
  ReceivedRequest,
  ReportPush,
} from './oracle/records.js';
import type { Pushing } from './pushing/pushing.js';
import type { WireReport } from './wire/report-state.js';

/** A running gateway. Its lists are snapshots, oldest first, of the newest `historyLimit` entries. */
export interface Simulator {
  /** Such as `http://127.0.0.1:8899`, without a slash at its end. */
  readonly url: string;
  readonly port: number;
  readonly accounts: readonly SimulatorAccount[];

  /** Every message that the gateway took. */
  accepted(): AcceptedMessage[];
  /** The reports that wait, in the order in which they fall due. */
  pendingReports(): PendingReport[];
  /** The reports that left the queue, whether or not their answers arrived. */
  handedOut(): HandedOutReport[];
  /** The reports that were pushed to their customer, with every attempt, whether or not one was answered `success`. */
  pushed(): ReportPush[];
  /** Every HTTP request, also those whose body never arrived. */
  requests(): ReceivedRequest[];
  /** How much happened since the start or the last `reset`. */
  counters(): Counters;

  /** Spoils coming requests. Throws a `RangeError` for an order that cannot be carried out; it says what to write. */
  inject(fault: FaultOrder): InjectedFault;
  /** Starts a script of faults. Throws a `RangeError` as `inject` does. */
  play(scenario: Scenario): InjectedFault;
  /** The faults and scenarios that may still spoil something, in the order they came. */
  faults(): InjectedFault[];
  /** Removes every injected fault. Requests that already meet one are not freed. */
  clearFaults(): void;

  /** A well-formed report of a message with any state, received now; for `pushReport`. */
  reportFor(message: AcceptedMessage, state: string): WireReport;
  /**
   * Puts any JSON value into an account's report queue, due at once: a stranger, a duplicate, a contradiction. Throws a `TypeError`
   * for what cannot be written as JSON.
   */
  pushReport(appId: string, report: unknown): void;
  /** Makes every waiting report due now (of one account, or of all), and returns how many were not due yet. */
  releaseReports(appId?: string): number;

  /**
   * Pushes what is due by the gateway's clock, of one account or of all, where an account has `push`. Resolves when it was answered,
   * or its next attempt is not due yet: so a test that moves the clock need not wait.
   */
  pushDue(appId?: string): Promise<void>;

  /** What is switched on or off at an account now. */
  accountSettings(appId: string): CurrentSettings;
  /**
   * Switches something at an account, or at all: `{ outOfBalance: true }`, `{ reports: 'held' }`, `{ poisoned: true }`,
   * `{ push: { url } }`.
   * What is not named stays. Throws a `RangeError` that says what to write.
   */
  changeAccount(changes: AccountSettings, appId?: string): void;
  /** A well-formed report of a message that nobody sent by this gateway, under a new `imsId`; for `pushReport`. */
  reportOfStranger(message: StrangerMessage): WireReport;

  /**
   * Forgets lists, counters, waiting reports, the pace of calls, faults and changes at accounts, and draws from the beginning of the
   * seed again, as between two tests. Ids go on, and the log on disk stays.
   */
  reset(): void;

  /** Lets the process end although the simulator still listens. */
  unref(): void;
  /** Ends every connection and the log. Resolves when the port is free; calling it again is harmless. */
  stop(): Promise<void>;
}

/** What a running simulator is made of. */
export interface Rooms {
  readonly resolved: ResolvedOptions;
  readonly journal: Journal;
  readonly gateway: Gateway;
  readonly faults: FaultPlan;
  readonly door: FrontDoor;
  readonly pushing: Pushing;
}

/** As `startSimulator` resolves with it. `end` is called once. */
export class RunningSimulator implements Simulator {
  readonly url: string;
  readonly accounts: readonly SimulatorAccount[];
  private stopping: Promise<void> | undefined;

  constructor(
    readonly port: number,
    private readonly rooms: Rooms,
    private readonly end: () => Promise<void>,
  ) {
    const { host, accounts } = rooms.resolved;
    this.url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    this.accounts = accounts;
  }

  accepted(): AcceptedMessage[] {
    return this.rooms.journal.listAccepted();
  }

  pendingReports(): PendingReport[] {
    return this.rooms.gateway.pending();
  }

  handedOut(): HandedOutReport[] {
    return this.rooms.journal.listHandedOut();
  }

  pushed(): ReportPush[] {
    return this.rooms.journal.listPushed();
  }

  requests(): ReceivedRequest[] {
    return this.rooms.journal.listRequests();
  }

  counters(): Counters {
    return { ...this.rooms.journal.counters(), ...this.rooms.gateway.queueCounters() };
  }

  inject(fault: FaultOrder): InjectedFault {
    return this.rooms.faults.inject(fault);
  }

  play(scenario: Scenario): InjectedFault {
    return this.rooms.faults.play(scenario);
  }

  faults(): InjectedFault[] {
    return this.rooms.faults.list();
  }

  clearFaults(): void {
    this.rooms.faults.clear();
  }

  reportFor(message: AcceptedMessage, state: string): WireReport {
    return this.rooms.gateway.reportFor(message, state);
  }

  pushReport(appId: string, report: unknown): void {
    this.rooms.gateway.push(appId, report);
  }

  releaseReports(appId?: string): number {
    return this.rooms.gateway.release(appId);
  }

  async pushDue(appId?: string): Promise<void> {
    if (appId !== undefined) this.rooms.gateway.settingsOf(appId);
    await this.rooms.pushing.pushDue(appId);
  }

  accountSettings(appId: string): CurrentSettings {
    return this.rooms.gateway.settingsOf(appId);
  }

  changeAccount(changes: AccountSettings, appId?: string): void {
    checkAccountSettings(changes);
    this.rooms.gateway.change(changes, appId);
    this.rooms.pushing.watch();
  }

  reportOfStranger(message: StrangerMessage): WireReport {
    return this.rooms.gateway.reportOfStranger(message);
  }

  reset(): void {
    const { journal, gateway, faults, pushing } = this.rooms;
    faults.reset();
    gateway.reset();
    journal.clear();
    pushing.clear();
  }

  unref(): void {
    this.rooms.door.unref();
  }

  stop(): Promise<void> {
    return (this.stopping ??= this.end());
  }
}
