import { type Call, type CallKind, callOf } from './calls.js';
import type { Evidence, StoredMessage } from './evidence.js';
import type { FaultsRun, Violate } from './faults-run.js';
import type { Disturbance } from './fleet.js';
import type { MessageNumbers } from './judge-messages.js';
import type { CallRecord, Rejection } from './ledger.js';
import { orderId } from './make-call.js';
import { TOLD } from './told.js';

type Trouble = Disturbance['kind'];

/** A call, all that is known of it, and where to write down what that amounts to. */
interface CallCase {
  run: FaultsRun;
  evidence: Evidence;
  called: CallRecord;
  call: Call;
  name: string;
  /** For each message of the call, the rows that are its. */
  rows: StoredMessage[][];
  numbers: MessageNumbers;
  violate: Violate;
}

/** How many messages `enqueueStream` stores at a time; what stands there of a broken stream is whole chunks. */
const STREAM_CHUNK = 1_000;
/** A rejection after which the message is there all the same. */
const STORED_ALTHOUGH_REJECTED = new Set([
  'EMAY_IMS_UNCONFIRMED',
  'EMAY_IMS_UNSENT',
  'EMAY_IMS_QUEUED',
  'EMAY_IMS_REJECTED',
]);
/** How long the workers may feel a database that failed them. */
const AFTER_EFFECTS_MS = 15_000;
/** What a call may fail at, and an attempt be in doubt for. What a host leaves open on a connection is no such thing. */
export const DATABASE_TROUBLE = new Set<Trouble>(['database', 'statements', 'connections', 'silence', 'lock']);
/** A process that stood still finds its transactions ended by the server. */
const FAILS_CALLS = new Set<Trouble>([...DATABASE_TROUBLE, 'stop']);
/** What a statement ends with at a deadline: ours, the host's, the driver's or the server's. */
const PASSED_DEADLINES = new Set([
  'STATEMENT_TIMEOUT',
  'DRIVER_TIMEOUT',
  '57014',
  '55P03',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_STATEMENT_TIMEOUT',
]);
const HOSTS_OWN_TROUBLE = new Set<Trouble>(['left-open']);
const STORES_ALL_OR_NOTHING = new Set<CallKind>(['enqueue', 'order']);
const IN_ORDER = new Set<CallKind>(['order', 'fallbackInOrder', 'conflictInOrder']);
/** Calls that may end with what `send` throws. */
const SENDS_ONE = new Set<CallKind>(['send', 'fallback', 'fallbackInOrder']);

/**
 * Holds what callers were told against what the database holds and the gateway accepted.
 *
 * - Everything promised is there, as it was given; what must be stored as a whole is there as a whole or not at all.
 * - A caller who was told that a message is queued may forget it: it is not held back.
 * - Whoever repeats a call without ids because its error says so makes no second SMS.
 *
 * @returns ids that are known to the calls, and of these the ones whose caller was told that they will be sent
 */
export function judgeCalls(run: FaultsRun, evidence: Evidence, numbers: MessageNumbers, violate: Violate) {
  const known = new Set<string>();
  const queued = new Map<string, string>();
  const byText = groupByText(evidence);
  for (const called of run.fleet.ledger.calls.values()) {
    const call = callOf(run.stream, called.origin, called.number);
    const name = `${call.kind} ${called.origin}/${called.number}`;
    numbers.calls++;
    const rows = call.messages.map((message) => {
      if (message.customImsId === undefined) return byText.get(textKey(message)) ?? [];
      const stored = evidence.messages.get(message.customImsId);
      return stored ? [stored] : [];
    });
    for (const { customImsId } of call.messages) if (customImsId) known.add(customImsId);
    if (call.isAnonymous) for (const { id } of rows.flat()) known.add(id);
    const about = { run, evidence, called, call, name, rows, numbers, violate };
    judgePromise(about, queued);
    judgeWholeness(about);
    if (call.isAnonymous) judgeRepetition(about);
    for (const wrong of called.wrong) violate('wrong result', `${name}: ${wrong}`);
    for (const rejection of called.rejections) {
      numbers.repeatedRejections[rejection.code] = (numbers.repeatedRejections[rejection.code] ?? 0) + 1;
      if (!isExpected(run, rejection, call)) {
        violate('unexpected rejection', `${name}: ${rejection.code} (${rejection.detail}) at ${rejection.at}`);
      }
    }
  }
  return { known, queued };
}

function judgePromise(
  { run, called, call, name, rows, numbers, violate }: CallCase,
  queued: Map<string, string>,
): void {
  const { messages } = call;
  const isStored = called.rejections.some(({ code }) => STORED_ALTHOUGH_REJECTED.has(code));
  let lost = 0;
  for (const [index, message] of messages.entries()) {
    const letters = called.told.map((told) => told[index] ?? '');
    const isUnsent = letters.length > 0 && letters.every((letter) => letter === TOLD.unsent);
    const isPromised = isStored || index < called.stored || letters.some((letter) => letter !== TOLD.unsent);
    if (isPromised) numbers.promised++;
    const found = rows[index] ?? [];
    if (isPromised && found.length === 0) lost++;
    const isAccepted = found.some(({ id }) => run.gateway.accepted.has(id));
    if (letters.includes(TOLD.accepted) && !isAccepted) {
      violate('false success', `${name}: message ${index} was told as accepted, and the gateway did not accept it`);
    }
    if (isUnsent && called.lives === 1 && (isAccepted || found.length > 0)) {
      violate('false failure', `${name}: message ${index} was told as neither stored nor sent; it is`);
    }
    if (letters.includes(TOLD.conflicts)) violate('wrong result', `${name}: message ${index} was told as a conflict`);
    if (letters.includes(TOLD.queued) || index < called.stored) for (const { id } of found) queued.set(id, name);
    for (const { id, mobile, content } of found) {
      if (mobile !== message.mobile || content !== message.content) {
        violate('altered', `${id}: number or text is not the one that was given`);
      }
    }
  }
  if (lost > 0) {
    numbers.lost += lost;
    violate('lost', `${name}: ${lost} promised messages are not in the database`);
  }
}

function judgeWholeness({ evidence, called, call, name, rows, violate }: CallCase): void {
  const { kind, messages, rollsBack } = call;
  const isThere = rows.map((found) => found.length > 0);
  const there = isThere.filter(Boolean).length;
  const isWhole = there === 0 || there === messages.length;
  if (STORES_ALL_OR_NOTHING.has(kind) && !isWhole) {
    violate('half a call', `${name}: ${there} of ${messages.length} are stored`);
  }
  const isPrefix = isThere.lastIndexOf(true) === there - 1;
  if (kind === 'enqueueStream' && !(isPrefix && (isWhole || there % STREAM_CHUNK === 0))) {
    violate('half a chunk', `${name}: ${there} of ${messages.length} are stored`);
  }
  const hasOrder = evidence.orders.has(orderId(call));
  // Of the other two the messages are stored beside the transaction as well.
  if (kind === 'order' && hasOrder !== there > 0) {
    violate('torn transaction', `${name}: the order and its ${there} messages are not both there, or both gone`);
  }
  if (IN_ORDER.has(kind) && called.isResolved && !hasOrder) {
    violate('torn transaction', `${name}: the caller committed, and the order is not there`);
  }
  if (rollsBack && there > 0) violate('torn transaction', `${name}: rolled back, yet ${there} messages are stored`);
}

/** Nobody but the error told its caller to make the call again. */
function judgeRepetition({ run, name, rows, numbers, violate }: CallCase): void {
  for (const [index, found] of rows.entries()) {
    const accepted = found.filter(({ id }) => run.gateway.accepted.has(id));
    if (accepted.length > 1) {
      numbers.acceptedTwice++;
      const ids = accepted.map(({ id }) => id).join(', ');
      violate('accepted twice', `${name}: message ${index}, repeated as its error advised, went out as ${ids}`);
    }
  }
}

function isExpected(
  { fleet, round }: FaultsRun,
  { code, detail, at }: Rejection,
  { kind, rollsBack, messages }: Call,
): boolean {
  const expires = messages.some(({ expiresInMs }) => expiresInMs !== undefined);
  switch (code) {
    case 'EMAY_IMS_UNCONFIRMED':
    case 'EMAY_IMS_UNSENT':
    case 'EMAY_IMS_QUEUED':
      return SENDS_ONE.has(kind);
    case 'EMAY_IMS_VALIDATION':
    case 'EMAY_IMS_CONFLICT':
      // Too late to be sent, or ended already.
      return expires && kind === 'send';
    case 'ROLLED_BACK':
      return rollsBack;
    default: {
      // The gateway's own word.
      if (round.isLying && SENDS_ONE.has(kind) && code.startsWith('ERROR_')) return true;
      const during =
        (kinds: ReadonlySet<Trouble>) =>
        ({ kind: what, from, to }: Disturbance) =>
          kinds.has(what) && at >= from - 1_000 && at <= to + AFTER_EFFECTS_MS;
      // The host's own transaction fails in the driver's words, and at what the host itself has left behind.
      if (IN_ORDER.has(kind) && fleet.disturbances.some(during(HOSTS_OWN_TROUBLE))) return true;
      // A deadline that short may pass on a busy machine alone.
      if (round.impatientMs !== undefined && PASSED_DEADLINES.has(detail ?? '')) return true;
      return (code === 'EMAY_IMS_STORE' || IN_ORDER.has(kind)) && fleet.disturbances.some(during(FAILS_CALLS));
    }
  }
}

function groupByText({ messages }: Evidence): Map<string, StoredMessage[]> {
  const groups = new Map<string, StoredMessage[]>();
  for (const message of messages.values()) {
    const key = textKey(message);
    const group = groups.get(key);
    if (group) group.push(message);
    else groups.set(key, [message]);
  }
  return groups;
}

function textKey({ mobile, content }: { mobile: string; content: string }): string {
  return `${mobile} ${content}`;
}
