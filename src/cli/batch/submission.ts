import { setTimeout as pause } from 'node:timers/promises';
import { ANSWER_CODES, type EmayImsService } from 'nestjs-emay-ims';
import type { CountedMessages, StateCount } from './message-counts.js';

/** How the wait for submission ended. */
export interface SubmissionWait {
  /** Still in the queue, or in a request that may yet end. */
  waiting: number;
  /** Why the waiting ended before that was none: the gateway's or the network's code, STALLED or INTERRUPTED. */
  stoppedBy: string | null;
  counts: StateCount[];
}

/** How long to wait. */
export interface SubmissionLimits {
  /** Without any progress. */
  stalledMs: number;
  stop: AbortSignal;
  /** The database's clock, which attempts go by, in epoch milliseconds: this machine's may be ahead of it. */
  now: () => Promise<number>;
}

const LOOK_EVERY_MS = 200;
/** Counting must not be what the database is busy with. */
const LOOKING_SHARE = 10;

/**
 * Waits until every message has been submitted.
 *
 * - If the process of a request was killed, the wait ends with the attempt: its messages become UNCONFIRMED.
 * - Where the gateway refuses the account there is nothing to wait for.
 */
export async function waitForSubmission(
  ims: EmayImsService,
  messages: CountedMessages,
  { stalledMs, stop, now }: SubmissionLimits,
  onProgress: (waiting: number) => void,
): Promise<SubmissionWait> {
  let least = Infinity;
  let queuedBefore = Infinity;
  let countedBefore = -Infinity;
  let front: number | null = null;
  let movedAt = performance.now();
  for (;;) {
    const began = performance.now();
    const counts = await messages.counts();
    const waiting = waitingOf(counts, await now());
    onProgress(waiting);
    if (waiting === 0) return { waiting, stoppedBy: null, counts };
    const { circuitOpenFor, oldestDueAt } = await ims.status();
    const nowInFront = oldestDueAt?.getTime() ?? null;
    const stats = await ims.statsAsOf();
    const queued = stats.counts.QUEUED;
    const countedAt = stats.asOf?.getTime() ?? Infinity;
    // Others may be first in the queue, many with one due time; of many messages, what was counted before tells nothing new. While the
    // gateway takes nothing, the queue only turns.
    const mayHaveMoved = nowInFront !== front || queued < queuedBefore || countedAt <= countedBefore;
    const othersMoved = circuitOpenFor === null && mayHaveMoved;
    if (waiting < least || othersMoved) movedAt = began;
    least = Math.min(least, waiting);
    queuedBefore = queued;
    countedBefore = stats.asOf?.getTime() ?? -Infinity;
    front = nowInFront;
    if (stop.aborted) return { waiting, stoppedBy: 'INTERRUPTED', counts };
    if (circuitOpenFor !== null && ANSWER_CODES[circuitOpenFor]?.kind === 'configuration') {
      return { waiting, stoppedBy: circuitOpenFor, counts };
    }
    if (performance.now() - movedAt > stalledMs) return { waiting, stoppedBy: circuitOpenFor ?? 'STALLED', counts };
    await pause(Math.max(LOOK_EVERY_MS, LOOKING_SHARE * (performance.now() - began)));
  }
}

/** @param now of the database's clock, epoch milliseconds */
export function waitingOf(counts: readonly StateCount[], now: number): number {
  return counts
    .filter(({ state, latestDueAt }) => state === 'QUEUED' || (state === 'SUBMITTING' && (latestDueAt ?? 0) > now))
    .reduce((sum, { messages }) => sum + messages, 0);
}
