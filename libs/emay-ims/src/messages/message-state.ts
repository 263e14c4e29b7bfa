/** Where a message stands. Names follow SMPP where it has one. */
export const IMS_MESSAGE_STATES = [
  'QUEUED',
  'SUBMITTING',
  'UNCONFIRMED',
  'ACCEPTED',
  'UNKNOWN',
  'REJECTED',
  'UNDELIVERABLE',
  'DELIVERED',
  'CANCELLED',
  'EXPIRED',
] as const;

/** One of `IMS_MESSAGE_STATES`. */
export type ImsMessageState = (typeof IMS_MESSAGE_STATES)[number];

/**
 * Answers and reports move a message only up in rank, so neither their order, nor duplicates, nor the number of
 * instances can matter. The two states of a message that never left rank above all: nothing moves it any more. After an attempt, see
 * `rankForReports`.
 */
export const STATE_RANK: Readonly<Record<ImsMessageState, number>> = Object.freeze({
  QUEUED: 0,
  SUBMITTING: 1,
  UNCONFIRMED: 2,
  ACCEPTED: 3,
  UNKNOWN: 4,
  REJECTED: 5,
  UNDELIVERABLE: 6,
  DELIVERED: 7,
  CANCELLED: 8,
  EXPIRED: 8,
});

/**
 * The rank that a report must exceed. What was withdrawn or expired after an attempt may have been sent by that: a report of it counts, as
 * of any message that was submitted.
 */
export function rankForReports({ state, attempts }: { state: ImsMessageState; attempts: number }): number {
  return attempts > 0 && isEndedUnsent(state) ? STATE_RANK.ACCEPTED : STATE_RANK[state];
}

/** Whether it ended in the queue, without another attempt. */
export function isEndedUnsent(state: ImsMessageState): boolean {
  return state === 'CANCELLED' || state === 'EXPIRED';
}

/**
 * Whether an attempt at a message in the queue, or that ended there, may have been accepted. The only one is over, provably unaccepted, where
 * the message still has its token: a resend takes that away.
 */
export function mayHaveBeenAccepted({ attempts, attempt }: { attempts: number; attempt: string | null }): boolean {
  return attempts > 1 || (attempts === 1 && attempt === null);
}

/** Whether nothing more is expected to happen to the message. */
export function isFinal(state: ImsMessageState): boolean {
  return STATE_RANK[state] >= STATE_RANK.REJECTED;
}
