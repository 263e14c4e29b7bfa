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
 * instances can matter. The two states of a message that never left rank above all: nothing moves it any more.
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

const RESULTS: readonly ImsMessageState[] = ['UNKNOWN', 'REJECTED', 'UNDELIVERABLE', 'DELIVERED'];

/**
 * Every legal step. `SUBMITTING → QUEUED` only when the request provably never left or was refused as a whole;
 * `UNCONFIRMED → QUEUED` only where the time of the attempt was over, and its owner knows the same later. A report about a message
 * that counts as queued proves that it was accepted, if it has been handed over before; if it never has (a database restored from a
 * backup, a second system), it is UNCONFIRMED: somebody may have sent it.
 */
const STEPS: Readonly<Record<ImsMessageState, readonly ImsMessageState[]>> = Object.freeze({
  QUEUED: ['SUBMITTING', 'UNCONFIRMED', 'CANCELLED', 'EXPIRED', ...RESULTS],
  SUBMITTING: ['QUEUED', 'UNCONFIRMED', 'ACCEPTED', ...RESULTS],
  UNCONFIRMED: ['QUEUED', 'ACCEPTED', ...RESULTS],
  ACCEPTED: RESULTS,
  UNKNOWN: ['REJECTED', 'UNDELIVERABLE', 'DELIVERED'],
  REJECTED: ['UNDELIVERABLE', 'DELIVERED'],
  UNDELIVERABLE: ['DELIVERED'],
  DELIVERED: [],
  CANCELLED: [],
  EXPIRED: [],
});

/** Whether a message may go from one state to the other. */
export function canMove(from: ImsMessageState, to: ImsMessageState): boolean {
  return STEPS[from].includes(to);
}

/** Whether nothing more is expected to happen to the message. */
export function isFinal(state: ImsMessageState): boolean {
  return STATE_RANK[state] >= STATE_RANK.REJECTED;
}
