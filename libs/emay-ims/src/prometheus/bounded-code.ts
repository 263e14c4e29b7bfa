import { ANSWER_CODES } from '../protocol/index.js';

/** What ends a request without a code of the gateway's, as far as it is worth telling apart. */
const OURS = [
  'ATTEMPT_OVER',
  'CLAIM_UNANSWERED',
  'CONNECTION_CLOSED',
  'ECONNRESET',
  'HTTP_500',
  'HTTP_502',
  'HTTP_503',
  'HTTP_504',
  'MISSING_ENTRY',
  'OVERSIZE',
  'PAST_EXPIRY',
  'TIMEOUT',
  'UNDECIPHERABLE',
  'UNREADABLE',
];
const CODES: ReadonlySet<string> = new Set([...Object.keys(ANSWER_CODES), ...OURS]);

/** A code as a label: each further value is a time series for ever, so what the gateway makes up is `other`. */
export function boundedCode(code: string): string {
  return CODES.has(code) ? code : 'other';
}
