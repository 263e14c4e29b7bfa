import type { FaultOrder } from '../faults/fault.js';
import type { Scenario } from '../faults/scenario.js';
import type { Gateway } from '../gateway/gateway.js';
import type { Journal } from '../oracle/journal.js';
import type { PendingReport } from '../oracle/records.js';
import type { Simulator } from '../simulator.js';
import { changeAccount } from './account-order.js';
import { CATALOGUE } from './catalogue-listing.js';
import { asAsked, ControlError } from './control-error.js';
import { scenarioWithInfinity, withInfinity } from './infinity.js';
import { describeFault, overview } from './overview.js';
import { pushReport, releaseReports } from './report-order.js';

/** What the control calls see of the simulator. The lists come from where their newest entries are cheap to get. */
export interface ControlRooms {
  readonly simulator: Simulator;
  readonly journal: Pick<Journal, 'newestAccepted' | 'newestHandedOut' | 'newestPushed' | 'newestRequests'>;
  readonly gateway: Pick<Gateway, 'pending' | 'pendingOf'>;
  readonly seed: number;
  readonly now: () => number;
}

export interface ControlRequest {
  readonly query: URLSearchParams;
  /** The JSON of a POST. */
  readonly body: unknown;
  /** The last part of a path such as `/faults/:id`. */
  readonly id: string;
}

export interface ControlAnswer {
  readonly status: 200 | 201 | 204;
  /** Absent for 204. */
  readonly value?: unknown;
}

export type ControlMethod = 'GET' | 'POST' | 'DELETE';
export type ControlCall = (request: ControlRequest) => ControlAnswer;

type MethodTable = { readonly [M in ControlMethod]?: ControlCall };

/** The control calls by path below `/_simulator`, then by method. */
export type ControlCalls = ReadonlyMap<string, MethodTable>;

export function controlCalls({ simulator, journal, gateway, seed, now }: ControlRooms): ControlCalls {
  const startedAt = now();
  return new Map<string, MethodTable>([
    ['', { GET: () => ok(overview({ simulator, gateway, seed, startedAt, now: now() })) }],
    ['/catalogue', { GET: () => ok(CATALOGUE) }],
    ['/accepted', { GET: list((count) => journal.newestAccepted(count)) }],
    ['/handed-out', { GET: list((count) => journal.newestHandedOut(count)) }],
    ['/pushed', { GET: list((count) => journal.newestPushed(count)) }],
    ['/requests', { GET: list((count) => journal.newestRequests(count)) }],
    ['/pending-reports', { GET: list((count) => nextDue(gateway, count)) }],
    ['/faults', { POST: ({ body }) => inject(simulator, body), DELETE: () => done(simulator.clearFaults()) }],
    ['/faults/:id', { DELETE: ({ id }) => removeFault(simulator, id) }],
    ['/scenario', { POST: ({ body }) => play(simulator, body) }],
    ['/accounts', { POST: ({ body }) => ok({ accounts: changeAccount(simulator, body) }) }],
    ['/reports', { POST: ({ body }) => created({ report: pushReport(simulator, body) }) }],
    ['/reports/release', { POST: ({ body }) => ok({ released: releaseReports(simulator, body) }) }],
    ['/reset', { POST: () => done(simulator.reset()) }],
  ]);
}

function ok(value: unknown): ControlAnswer {
  return { status: 200, value };
}

function created(value: unknown): ControlAnswer {
  return { status: 201, value };
}

function done(_nothing: void): ControlAnswer {
  return { status: 204 };
}

function list(newest: (count: number) => readonly unknown[]): ControlCall {
  return ({ query }) => {
    const text = query.get('limit') ?? '100';
    const limit = Number(text);
    if (!/^\d+$/.test(text) || limit < 1 || limit > 1000) {
      throw new ControlError(400, `limit is ${JSON.stringify(text)}; write a whole number from 1 to 1000.`);
    }
    return ok({ items: newest(limit) });
  };
}

/** Each account has a queue of its own: only together are they in the order in which they fall due. */
function nextDue(gateway: ControlRooms['gateway'], count: number): PendingReport[] {
  return gateway
    .pending(count)
    .sort((left, right) => left.dueAt - right.dueAt)
    .slice(0, count);
}

function inject(simulator: Simulator, body: unknown): ControlAnswer {
  // The simulator checks it: nothing passes that is no order.
  const order = withInfinity(body) as FaultOrder;
  return created(describeFault(asAsked(() => simulator.inject(order))));
}

function play(simulator: Simulator, body: unknown): ControlAnswer {
  // As above.
  const scenario = scenarioWithInfinity(body) as Scenario;
  return created(describeFault(asAsked(() => simulator.play(scenario))));
}

function removeFault(simulator: Simulator, id: string): ControlAnswer {
  const fault = simulator.faults().find((injected) => injected.id === id);
  if (!fault) throw new ControlError(404, `There is no fault ${id} now; name one that GET /_simulator lists.`);
  return done(fault.remove());
}
