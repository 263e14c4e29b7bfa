/**
 * How many messages a report has proved sent after all: they have the code of those in doubt, and were created at the same time, as nearly as
 * figures tell.
 */
export interface ProvedSent {
  messages: number;
  /**
   * How nearly: the minutes, hours or days in which messages in doubt were created are counted as a whole. Minutes up to 3 hours ago, hours up to
   * 7 days, days before; the coarsest of them is told.
   */
  by: 'minute' | 'hour' | 'day';
  /** When they were counted; `null`: just now. */
  asOf: Date | null;
}
