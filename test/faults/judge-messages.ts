import type { Evidence, StoredMessage } from './evidence.js';
import type { FaultsRun, Tally, Violate } from './faults-run.js';
import type { Acceptance } from './gateway.js';
import { judgeCalls } from './judge-calls.js';

export type MessageNumbers = ReturnType<typeof noNumbers>;

/** What a request may take from the last look at the clock to the gateway, on a busy machine. */
const ON_THE_WAY_MS = 1_500;

/**
 * Holds what callers were told, what the database holds and what the gateway accepted against each other.
 *
 * - The gateway accepted nothing twice, nothing that is not in the database, and nothing too late: after its end, or after
 *   others could take its attempt for abandoned.
 * - Each message ends where the gateway's acceptance says; none waits for ever for somebody who was told that it will go.
 */
export function judgeMessages(run: FaultsRun, evidence: Evidence, violate: Violate) {
  const { gateway, round } = run;
  const numbers = noNumbers();
  const { known, queued } = judgeCalls(run, evidence, numbers, violate);
  for (const id of evidence.messages.keys()) if (!known.has(id)) violate('stranger', `${id}: nobody enqueued it`);
  for (const [id, acceptances] of gateway.accepted) {
    const message = evidence.messages.get(id);
    if (acceptances.length > 1) {
      numbers.acceptedTwice++;
      const times = acceptances.map(({ at, requestId }) => `${requestId} at ${at}`).join(', ');
      violate('accepted twice', `${id}: ${times}; attempt submitted at ${message?.submittedAt}`);
    }
    if (message) judgeAcceptance(run, message, acceptances, violate);
    else violate('sent, not stored', `${id}: the gateway accepted it, the database does not have it`);
  }
  for (const message of evidence.messages.values()) {
    if (round.isLying && message.code === 'REPORTED_UNSENT') judgeReportedUnsent(run, message, violate);
    else judgeEnd(message, run, queued, numbers, violate);
  }
  return { stored: evidence.messages.size, accepted: gateway.accepted.size, ...numbers };
}

function noNumbers() {
  const repeatedRejections: Tally = {};
  return { calls: 0, promised: 0, lost: 0, acceptedTwice: 0, held: 0, heldForEver: 0, repeatedRejections };
}

function judgeAcceptance(
  { limits, reportedUnsent }: FaultsRun,
  message: StoredMessage,
  acceptances: readonly [Acceptance, ...Acceptance[]],
  violate: Violate,
): void {
  const { id, submittedAt, expiresAt } = message;
  const [{ mobile, imsId }] = acceptances;
  if (`00${message.mobile.slice(1)}` !== mobile) violate('wrong number', `${id}: sent to another number`);
  // Who is said to have sent it has an imsId of its own.
  if (message.imsId !== null && message.imsId !== imsId && !reportedUnsent.has(id)) {
    violate('wrong imsId', `${id}: ${message.imsId}, not ${imsId}`);
  }
  const at = Math.max(...acceptances.map((each) => each.at));
  if (expiresAt !== null && at > expiresAt + ON_THE_WAY_MS) {
    violate('sent after its end', `${id}: accepted ${at - expiresAt} ms after its expiresAt`);
  }
  if (at > submittedAt + limits.attemptMs + ON_THE_WAY_MS) {
    violate('sent after its attempt', `${id}: accepted ${at - submittedAt} ms after it was claimed`);
  }
}

/** Somebody else is said to have sent it: a person decides, and it does not go out. */
function judgeReportedUnsent(
  { gateway, reportedUnsent }: FaultsRun,
  { id, state }: StoredMessage,
  violate: Violate,
): void {
  if (!reportedUnsent.has(id)) violate('stranger', `${id}: nobody reported it before it was sent`);
  if (state !== 'UNCONFIRMED') violate('false end', `${id}: ${state}, though it was reported before it was sent`);
  if (gateway.accepted.has(id)) violate('accepted twice', `${id}: sent, though it was reported before it was`);
}

function judgeEnd(
  { id, state, code, isHeld, expiresAt, attempt }: StoredMessage,
  { gateway, reportedUnsent }: FaultsRun,
  queued: ReadonlyMap<string, string>,
  numbers: MessageNumbers,
  violate: Violate,
): void {
  const isAccepted = gateway.accepted.has(id);
  // It was handed over just before somebody made up its report, so it could not know better.
  const isSaidToBe = reportedUnsent.has(id) && attempt !== null;
  switch (state) {
    case 'QUEUED':
      if (isHeld && !isAccepted && !queued.has(id)) {
        numbers.held++;
      } else if (isHeld && !isAccepted) {
        numbers.heldForEver++;
        violate('held for ever', `${id} (${code}): its caller was told that it is queued: ${queued.get(id)}`);
      } else {
        violate('not sent', `${id}: still QUEUED (${code})${isAccepted ? ', though the gateway accepted it' : ''}`);
      }
      return;
    case 'SUBMITTING':
      numbers.heldForEver++;
      violate('stuck', `${id}: SUBMITTING, and nobody is at work any more`);
      return;
    case 'UNCONFIRMED':
      return;
    case 'EXPIRED':
      if (isAccepted) violate('false end', `${id}: EXPIRED, though the gateway accepted it`);
      else if (expiresAt === null) violate('held for ever', `${id}: EXPIRED, though it had no end of its own`);
      return;
    default:
      if (!isAccepted && !isSaidToBe) violate('false acceptance', `${id}: ${state}, but the gateway never accepted it`);
  }
}
