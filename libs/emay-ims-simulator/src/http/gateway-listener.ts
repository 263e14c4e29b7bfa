import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Circumstances } from '../circumstances/circumstances.js';
import { PLAIN_FORM, secureForm } from '../exchange/answer-form.js';
import { Exchange } from '../exchange/exchange.js';
import { playFault } from '../faults/catalogue.js';
import type { FaultPlan } from '../faults/fault-plan.js';
import type { Fault } from '../faults/fault.js';
import type { Decision, Gateway } from '../gateway/gateway.js';
import { type Incoming, readPlain, readSealed } from '../gateway/incoming.js';
import type { Journal } from '../oracle/journal.js';
import type { OpenRequest } from '../oracle/records.js';
import { routeOfPath } from '../wire/call-name.js';
import { isCipherKey } from '../wire/cipher.js';
import { sealedForm } from '../wire/sealed-request.js';
import { callerAddress } from './caller-address.js';
import { objectionToOrigin } from './own-origin.js';
import { readBody } from './read-body.js';

/** Takes a request to the page or a control call; `false` leaves it to the gateway. */
export type ControlListener = (request: IncomingMessage, response: ServerResponse, path: string) => boolean;

export interface Rooms {
  /** What the ids of requests begin with. */
  readonly run: string;
  readonly gateway: Gateway;
  readonly journal: Journal;
  readonly faults: FaultPlan;
  /** What an account pushes to its customer. */
  readonly pushing: { pushDue(appId: string): Promise<void> };
  readonly now: () => number;
  /** Absent: the gateway alone is served. */
  readonly control: ControlListener | undefined;
}

/** Takes HTTP requests to the gateway, past the faults. */
export function gatewayListener(rooms: Rooms): RequestListener {
  let requests = 0;
  return (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0]!;
    const route = routeOfPath(path);
    if (route && request.headers.origin !== undefined && refuseSite(request, response)) return;
    // Before anything is recorded; the gateway's own calls do not even ask.
    if (!route && rooms.control?.(request, response, path)) return;
    const record: OpenRequest = {
      requestId: `${rooms.run}-${++requests}`,
      method: request.method ?? '',
      path,
      ...route,
      bytes: 0,
      complete: false,
      receivedAt: rooms.now(),
      recipients: 0,
      taken: 0,
      finished: false,
    };
    rooms.journal.opened(record);
    serve(rooms, record, request, response).catch((error: unknown) => {
      response.destroy();
      // A broken simulator must not look like a simulated fault.
      process.nextTick(() => {
        throw error;
      });
    });
  };
}

/** No client of the gateway is a page of some site, and the key of the default account is known to all. */
function refuseSite(request: IncomingMessage, response: ServerResponse): boolean {
  const objection = objectionToOrigin(request);
  if (objection === undefined) return false;
  response.writeHead(403, { 'Content-Type': 'text/plain;charset=utf-8' }).end(objection);
  return true;
}

async function serve(
  rooms: Rooms,
  record: OpenRequest,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A response also "finishes" when it is ended after its caller has gone.
  response.once('finish', () => {
    record.finished = !response.closed && !request.socket.destroyed;
  });
  const closed = new Promise((resolve) => {
    response.once('close', resolve);
  });

  const body = await readBody(request);
  record.bytes = body.bytes;
  record.complete = body.complete;
  const incoming = request.method === 'POST' ? read(rooms.gateway, record, request, body.content) : undefined;
  if (incoming) note(incoming, record);
  rooms.journal.received(record);
  if (body.complete) await answer(rooms, record, incoming, request, response);
  await closed;
  rooms.journal.ended(record);
}

/** `undefined`: none of the four calls. */
function read(
  gateway: Gateway,
  { call, transport }: OpenRequest,
  { headers }: IncomingMessage,
  content: Buffer | undefined,
): Incoming | undefined {
  if (!call) return undefined;
  if (transport === 'plain') return readPlain(call, content);
  const appId = String(headers.appid ?? '');
  return readSealed(call, content, { appId, secretKey: gateway.keyOf(appId), form: sealedForm(headers) });
}

function note({ appId, body, transport }: Incoming, record: OpenRequest): void {
  if (body || (transport === 'secure' && appId !== '')) record.appId = appId;
  if (!body) return;
  record.recipients = body.entries.length;
  const firstMobile = body.entries[0]?.mobile;
  if (firstMobile) record.firstMobile = firstMobile;
}

async function answer(
  rooms: Rooms,
  record: OpenRequest,
  incoming: Incoming | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!incoming) {
    const exchange = new Exchange(request, response, record, () => ({ code: 'ERROR_PARAMS' }));
    exchange.send(record.call ? 'Method Not Allowed' : 'Not Found', { status: record.call ? 405 : 404 });
    return;
  }
  const { call, transport, appId } = incoming;
  const form =
    transport === 'plain' ? PLAIN_FORM : secureForm(cipherKeyOf(rooms.gateway, appId), sealedForm(request.headers));
  const decide = (circumstances: Circumstances) =>
    rooms.gateway.decide(record, incoming, callerAddress(request), circumstances);
  const exchangeOf = (carryOut: Decision['carryOut']) =>
    new Exchange(request, response, record, carryOut, form, () => rooms.pushing.pushDue(appId));
  const injected = rooms.faults.take({ call, transport, isToNobody: isToNobody(incoming) });
  if (injected) {
    await play(
      injected,
      record,
      exchangeOf((given) => decide(given).carryOut(given)),
    );
    return;
  }
  const decision = decide({});
  const exchange = exchangeOf(decision.carryOut);
  if (decision.fault) await play(decision.fault, record, exchange);
  else exchange.answer(exchange.accept());
}

function cipherKeyOf(gateway: Gateway, appId: string): string | undefined {
  const key = gateway.keyOf(appId);
  return key !== undefined && isCipherKey(key) ? key : undefined;
}

/**
 * How a client tries the way: signed or encrypted, so that the account is checked, and without a number, so that nothing is
 * taken.
 */
function isToNobody({ call, transport, body }: Incoming): boolean {
  if (call === 'getIMSReport' || !body || (transport === 'plain' && body.sign === '')) return false;
  return body.entries.every(({ mobile }) => mobile === '');
}

async function play(fault: Fault, record: OpenRequest, exchange: Exchange): Promise<void> {
  record.fault = fault.kind;
  try {
    await playFault(fault, exchange);
  } catch (error) {
    // What somebody injects must not end the process that a simulator runs in, nor look like the fault that was asked for.
    const { response } = exchange;
    const sentence = `The simulator could not play the fault ${fault.kind}: ${error instanceof Error ? error.message : String(error)}`;
    process.emitWarning(sentence);
    if (response.headersSent) response.destroy();
    else exchange.send(sentence, { status: 500 });
  }
}
