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

/** Whether nothing more is expected to happen to the message. */
export function isFinal(state: ImsMessageState): boolean {
  return STATE_RANK[state] >= STATE_RANK.REJECTED;
}
