import type { ImsMessageState } from '../../libs/emay-ims/src/messages/message-state.js';

/**
 * Every legal step, from the row to the column marked x. `SUBMITTING → QUEUED` only when the request provably never left or was
 * refused as a whole; `UNCONFIRMED → QUEUED` only where the time of the attempt was over, and its owner knows the same later. A
 * report about a message that counts as queued proves that it was accepted, if it has been handed over before, but UNKNOWN does not take
 * back what a person wants sent again; if it never has (a
 * database restored from a backup, a second system), it is UNCONFIRMED: somebody may have sent it. What is CANCELLED or EXPIRED has no
 * step here as if it never was handed over; else a report moves it as one of ACCEPTED, see `rankForReports`.
 */
const TABLE = `
                QUEUED SUBMITTING UNCONFIRMED ACCEPTED UNKNOWN REJECTED UNDELIVERABLE DELIVERED CANCELLED EXPIRED
QUEUED          .      x          x           .        x       x        x             x         x         x
SUBMITTING      x      .          x           x        x       x        x             x         .         .
UNCONFIRMED     x      .          .           x        x       x        x             x         .         .
ACCEPTED        .      .          .           .        x       x        x             x         .         .
UNKNOWN         .      .          .           .        .       x        x             x         .         .
REJECTED        .      .          .           .        .       .        x             x         .         .
UNDELIVERABLE   .      .          .           .        .       .        .             x         .         .
DELIVERED       .      .          .           .        .       .        .             .         .         .
CANCELLED       .      .          .           .        .       .        .             .         .         .
EXPIRED         .      .          .           .        .       .        .             .         .         .
`;

const [columns = [], ...rows] = TABLE.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));

/** Each state with each, and whether a message may go from the first to the second. */
export const STEPS = rows.flatMap(([from, ...marks]) =>
  marks.map((mark, index) => ({
    from: from as ImsMessageState,
    to: columns[index] as ImsMessageState,
    isLegal: mark === 'x',
  })),
);

export function canMove(from: ImsMessageState, to: ImsMessageState): boolean {
  return STEPS.some((step) => step.from === from && step.to === to && step.isLegal);
}
