import { createServer, type Server } from 'node:http';
import { FaultPlan, type InjectedFault } from './faults/fault-plan.js';
import type { FaultOrder } from './faults/fault.js';
import { Gateway } from './gateway/gateway.js';
import { gatewayListener } from './http/gateway-listener.js';
import { listen, stopServer } from './http/server-life.js';
import { type ResolvedOptions, resolveOptions, type SimulatorAccount, type SimulatorOptions } from './options.js';
import { EventLog } from './oracle/event-log.js';
import { Journal } from './oracle/journal.js';
import type { AcceptedMessage, HandedOutReport, PendingReport, ReceivedRequest } from './oracle/records.js';
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
  /** Every HTTP request, also those whose body never arrived. */
  requests(): ReceivedRequest[];

  /** Spoils coming requests. Throws a `RangeError` for a fault that does not exist. */
  inject(fault: FaultOrder): InjectedFault;
  /** Removes every injected fault. Requests that already meet one are not freed. */
  clearFaults(): void;

  /** A well-formed report of a message with any state, received now; for `pushReport`. */
  reportFor(message: AcceptedMessage, state: string): WireReport;
  /** Puts any JSON value into an account's report queue, due at once: a stranger, a duplicate, a contradiction. */
  pushReport(appId: string, report: unknown): void;
  /** Makes every waiting report due now (of one account, or of all), and returns how many were not due yet. */
  releaseReports(appId?: string): number;

  /** Ends every connection and the log. Resolves when the port is free; calling it again is harmless. */
  stop(): Promise<void>;
}

/**
 * Starts a gateway in this process.
 * Throws a `RangeError` for a wrong option, and what `listen` or opening the log file throws.
 */
export async function startSimulator(options?: SimulatorOptions): Promise<Simulator> {
  const resolved = resolveOptions(options);
  const log = resolved.logFile === undefined ? undefined : new EventLog(resolved.logFile, resolved.now);
  const journal = new Journal(resolved.historyLimit, log, resolved.onRequest);
  const gateway = new Gateway(resolved, journal);
  const faults = new FaultPlan();
  const server = createServer(gatewayListener({ gateway, journal, faults, now: resolved.now }));
  try {
    const port = await listen(server, resolved);
    return facade({ server, port, resolved, journal, gateway, faults, log });
  } catch (error) {
    log?.close();
    throw error;
  }
}

interface Parts {
  readonly server: Server;
  readonly port: number;
  readonly resolved: ResolvedOptions;
  readonly journal: Journal;
  readonly gateway: Gateway;
  readonly faults: FaultPlan;
  readonly log: EventLog | undefined;
}

function facade({ server, port, resolved, journal, gateway, faults, log }: Parts): Simulator {
  const { host, accounts } = resolved;
  let stopping: Promise<void> | undefined;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    accounts,
    accepted: () => journal.listAccepted(),
    pendingReports: () => gateway.pending(),
    handedOut: () => journal.listHandedOut(),
    requests: () => journal.listRequests(),
    inject: (fault) => faults.inject(fault),
    clearFaults: () => faults.clear(),
    reportFor: (message, state) => gateway.reportFor(message, state),
    pushReport: (appId, report) => gateway.push(appId, report),
    releaseReports: (appId) => gateway.release(appId),
    stop: () => (stopping ??= stopServer(server).finally(() => log?.close())),
  };
}
