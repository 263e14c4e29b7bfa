import { ANSWER_CODES } from '../protocol/index.js';

/** What ends a request or a message without a code of the gateway's. */
const OURS = [
  'ANOTHER_ATTEMPT_UNDER_WAY',
  'ATTEMPT_ABANDONED',
  'ATTEMPT_OVER',
  'CLAIM_UNANSWERED',
  'CONNECTION_CLOSED',
  'CONNECTION_FAILED',
  'CONNECT_TIMEOUT',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'GIVEN_UP',
  'HALF_PROVEN',
  'MISSING_ENTRY',
  'NOT_HANDED_OVER',
  'OVERSIZE',
  'PAST_EXPIRY',
  'REPORTED_UNSENT',
  'REQUEST_NOT_MADE',
  'STORE_FAILED',
  'TIMEOUT',
  'UNDECIPHERABLE',
  'UNREADABLE',
];
const LISTED: ReadonlySet<string> = new Set([...Object.keys(ANSWER_CODES), ...OURS]);
const HTTP_STATUS = /^HTTP_[1-5]\d\d$/;

/** Under which messages of any other code are counted: what a gateway makes up would make rows without end. */
export const OTHER_CODE = 'other';

/** A message's code as figures have it; '' for none, as the column is part of a key. */
export function figureCode(code: string | null): string {
  if (code === null || code === '') return '';
  return isCountedApart(code) ? code : OTHER_CODE;
}

/** Whether figures tell messages with this code from others. */
export function isCountedApart(code: string): boolean {
  return LISTED.has(code) || HTTP_STATUS.test(code);
}
