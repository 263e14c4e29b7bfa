import { callOf } from './calls.mjs';
import { orderId } from './make-call.mjs';

/** How many messages `enqueueStream` stores at a time; what stands there of a broken stream is whole chunks. */
const STREAM_CHUNK = 3_000;
/** A rejection after which the message is there all the same. */
const STORED_ALTHOUGH_REJECTED = new Set([
  'EMAY_IMS_UNCONFIRMED',
  'EMAY_IMS_UNSENT',
  'EMAY_IMS_QUEUED',
  'EMAY_IMS_REJECTED',
]);
/** How long the workers may feel a database server that was away. */
const AFTER_EFFECTS_MS = 15_000;

/**
 * Holds what callers were told, what the database holds and what the gateway accepted against each other.
 *
 * - Everything promised is there, as it was given; what must be stored as a whole is there as a whole or not at all.
 * - The gateway accepted nothing twice, and nothing that is not in the database.
 * - Each message ends where the gateway's acceptance says.
 */
export function judgeMessages(run, evidence, violate) {
  const { fleet, gateway, stream } = run;
  const known = new Set();
  const numbers = { calls: 0, promised: 0, lost: 0, acceptedTwice: 0, held: 0, repeatedRejections: {} };

  for (const called of fleet.ledger.calls.values()) {
    const call = callOf(stream, called.origin, called.number);
    for (const { customImsId } of call.messages) known.add(customImsId);
    numbers.calls++;
    judgeCall(run, evidence, called, call, numbers, violate);
  }
  for (const id of evidence.messages.keys()) if (!known.has(id)) violate('stranger', `${id}: nobody enqueued it`);

  for (const [id, acceptances] of gateway.accepted) {
    const message = evidence.messages.get(id);
    if (acceptances.length > 1) {
      numbers.acceptedTwice++;
      const times = acceptances.map(({ at, requestId }) => `${requestId} at ${at}`).join(', ');
      violate('accepted twice', `${id}: ${times}; attempt submitted at ${message?.submittedAt}`);
    }
    if (!message) {
      violate('sent, not stored', `${id}: the gateway accepted it, the database does not have it`);
    } else {
      const [{ mobile, imsId }] = acceptances;
      if (`00${message.mobile.slice(1)}` !== mobile) violate('wrong number', `${id}: sent to another number`);
      if (message.imsId !== null && message.imsId !== imsId)
        violate('wrong imsId', `${id}: ${message.imsId}, not ${imsId}`);
    }
  }
  for (const message of evidence.messages.values())
    judgeEnd(message, gateway.accepted.has(message.id), numbers, violate);
  return { stored: evidence.messages.size, accepted: gateway.accepted.size, ...numbers };
}

function judgeCall(run, evidence, called, call, numbers, violate) {
  const { kind, messages, rollsBack } = call;
  const name = `${kind} ${called.origin}/${called.number}`;
  const isThere = messages.map(({ customImsId }) => evidence.messages.has(customImsId));
  const there = isThere.filter(Boolean).length;
  const codes = called.rejections.map(({ code }) => code);
  const isPromised = called.isResolved || codes.some((code) => STORED_ALTHOUGH_REJECTED.has(code));
  const promised = isPromised ? messages.length : called.stored;
  numbers.promised += promised;
  const lost = isThere.slice(0, promised).filter((is) => !is).length;
  if (lost > 0) {
    numbers.lost += lost;
    violate('lost', `${name}: ${lost} of ${promised} promised messages are not in the database`);
  }
  for (const message of messages) {
    const row = evidence.messages.get(message.customImsId);
    if (row && (row.mobile !== message.mobile || row.content !== message.content)) {
      violate('altered', `${message.customImsId}: number or text is not the one that was given`);
    }
  }
  for (const wrong of called.wrong) violate('wrong result', `${name}: ${wrong}`);
  for (const rejection of called.rejections) {
    numbers.repeatedRejections[rejection.code] = (numbers.repeatedRejections[rejection.code] ?? 0) + 1;
    if (!isExpected(run, rejection, call)) {
      violate('unexpected rejection', `${name}: ${rejection.code} (${rejection.detail}) at ${rejection.at}`);
    }
  }

  const isWhole = there === 0 || there === messages.length;
  if ((kind === 'enqueue' || kind === 'order') && !isWhole) {
    violate('half a call', `${name}: ${there} of ${messages.length} are stored`);
  }
  const isPrefix = isThere.lastIndexOf(true) === there - 1;
  if (kind === 'enqueueStream' && !(isPrefix && (isWhole || there % STREAM_CHUNK === 0))) {
    violate('half a chunk', `${name}: ${there} of ${messages.length} are stored`);
  }
  if (kind === 'order' && evidence.orders.has(orderId(call)) !== there > 0) {
    violate('torn transaction', `${name}: the order and its ${there} messages are not both there, or both gone`);
  }
  if (rollsBack && there > 0) violate('torn transaction', `${name}: rolled back, yet ${there} messages are stored`);
  if (kind === 'send' && called.isResolved && !run.gateway.accepted.has(messages[0].customImsId)) {
    violate('false success', `${name}: resolved, but the gateway did not accept it`);
  }
}

function isExpected({ fleet }, { code, at }, { kind, rollsBack }) {
  switch (code) {
    case 'EMAY_IMS_UNCONFIRMED':
    case 'EMAY_IMS_UNSENT':
    case 'EMAY_IMS_QUEUED':
      return kind === 'send';
    case 'ROLLED_BACK':
      return rollsBack;
    default: {
      const isAway = ({ kind: what, from, to }) =>
        what === 'database' && at >= from - 1_000 && at <= to + AFTER_EFFECTS_MS;
      // The host's own transaction fails in the driver's words.
      return (code === 'EMAY_IMS_STORE' || kind === 'order') && fleet.disturbances.some(isAway);
    }
  }
}

function judgeEnd({ id, state, code, isHeld }, isAccepted, numbers, violate) {
  switch (state) {
    case 'QUEUED':
      if (isHeld && !isAccepted) numbers.held++;
      else violate('not sent', `${id}: still QUEUED (${code})${isAccepted ? ', though the gateway accepted it' : ''}`);
      return;
    case 'SUBMITTING':
      violate('stuck', `${id}: SUBMITTING, and nobody is at work any more`);
      return;
    case 'UNCONFIRMED':
      return;
    default:
      if (!isAccepted) violate('false acceptance', `${id}: ${state}, but the gateway never accepted it`);
  }
}
