import type { ProvedSent } from './proved-sent.js';

/**
 * Messages that became UNCONFIRMED together: with the same code, less than 10 minutes apart by their submission.
 *
 * - One that reaches over the end of a page goes on in the next, as another incident.
 */
export interface DoubtIncident {
  id: string;
  code: string | null;
  /** Submission of the first of them. */
  from: Date;
  /** Submission of the last. */
  to: Date;
  /** How many are still UNCONFIRMED. */
  count: number;
  /** `null`: not known, as figures do not count its code apart, or have not counted everything yet. */
  provedSent: ProvedSent | null;
  /** UNCONFIRMED by ISO 3166-1 alpha-2; `''`: numbers whose prefix has none. */
  countries: Record<string, number>;
}
