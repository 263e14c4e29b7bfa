/** Messages that became UNCONFIRMED together: with the same code, less than 10 minutes apart by their submission. */
export interface DoubtIncident {
  id: string;
  code: string | null;
  /** Submission of the first of them. */
  from: Date;
  /** Submission of the last. */
  to: Date;
  /** How many are still UNCONFIRMED. */
  count: number;
  /**
   * Messages of this time and code whose report came after all: they were sent. By the minute for 3 hours, by the hour for 7 days, and by the day
   * before that.
   */
  provedSent: number;
  /** UNCONFIRMED by ISO 3166-1 alpha-2; `''`: numbers whose prefix has none. */
  countries: Record<string, number>;
  /** When `provedSent` was counted; `null`: just now. `count` is always of now. */
  asOf: Date | null;
  /** There are more doubts than the newest 10,000, which were looked at. */
  isCut: boolean;
}
