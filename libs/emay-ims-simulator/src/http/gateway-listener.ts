import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Circumstances } from '../circumstances/circumstances.js';
import { Exchange } from '../exchange/exchange.js';
import { playFault } from '../faults/catalogue.js';
import type { FaultPlan } from '../faults/fault-plan.js';
import type { Fault } from '../faults/fault.js';
import type { Gateway } from '../gateway/gateway.js';
import type { Journal } from '../oracle/journal.js';
import type { OpenRequest } from '../oracle/records.js';
import { callOfPath, type CallName } from '../wire/call-name.js';
import { readRequestBody, type RequestBody } from '../wire/request-body.js';
import { callerAddress } from './caller-address.js';
import { objectionToOrigin } from './own-origin.js';
import { readBody } from './read-body.js';

/** Takes a request to the page or a control call; `false` leaves it to the gateway. */
export type ControlListener = (request: IncomingMessage, response: ServerResponse, path: string) => boolean;

export interface Rooms {
  readonly gateway: Gateway;
  readonly journal: Journal;
  readonly faults: FaultPlan;
  readonly now: () => number;
  /** Absent: the gateway alone is served. */
  readonly control: ControlListener | undefined;
}

/** Takes HTTP requests to the gateway, past the faults. */
export function gatewayListener(rooms: Rooms): RequestListener {
  // The start keeps ids apart when several runs append to one log.
  const run = rooms.now().toString(36);
  let requests = 0;
  return (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0]!;
    const call = callOfPath(path);
    if (call && request.headers.origin !== undefined && refuseSite(request, response)) return;
    // Before anything is recorded; the gateway's own calls do not even ask.
    if (!call && rooms.control?.(request, response, path)) return;
    const record: OpenRequest = {
      requestId: `${run}-${++requests}`,
      method: request.method ?? '',
      path,
      ...(call ? { call } : {}),
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
  const content =
    record.call && request.method === 'POST' && body.content ? readRequestBody(record.call, body.content) : undefined;
  if (content) {
    record.appId = content.appId;
    record.recipients = content.entries.length;
    const firstMobile = content.entries[0]?.mobile;
    if (firstMobile) record.firstMobile = firstMobile;
  }
  rooms.journal.received(record);
  if (body.complete) await answer(rooms, record, content, request, response);
  await closed;
  rooms.journal.ended(record);
}

async function answer(
  rooms: Rooms,
  record: OpenRequest,
  body: RequestBody | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { call } = record;
  if (!call || request.method !== 'POST') {
    const exchange = new Exchange(request, response, record, () => ({ code: 'ERROR_PARAMS' }));
    exchange.send(call ? 'Method Not Allowed' : 'Not Found', { status: call ? 405 : 404 });
    return;
  }
  const decide = (circumstances: Circumstances) =>
    rooms.gateway.decide(record, call, body, callerAddress(request), circumstances);
  const injected = rooms.faults.take(call, isToNobody(call, body));
  if (injected) {
    await play(injected, record, new Exchange(request, response, record, (given) => decide(given).carryOut(given)));
    return;
  }
  const decision = decide({});
  const exchange = new Exchange(request, response, record, decision.carryOut);
  if (decision.fault) await play(decision.fault, record, exchange);
  else exchange.answer(exchange.accept());
}

/** How a client tries the way: signed, so that the account is checked, and without a number, so that nothing is taken. */
function isToNobody(call: CallName, body: RequestBody | undefined): boolean {
  if (call === 'getIMSReport' || !body?.sign) return false;
  return body.entries.every(({ mobile }) => mobile === '');
}

async function play(fault: Fault, record: OpenRequest, exchange: Exchange): Promise<void> {
  record.fault = fault.kind;
  await playFault(fault, exchange);
}
