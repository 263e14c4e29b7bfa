import { DELIVERED, type PlannedReport, planReport } from '../circumstances/planned-report.js';
import type { Fault } from '../faults/fault.js';
import { ANSWER_CODES } from '../wire/answer-code.js';

/** What a number's ending chooses: the reports of its message, or a fault of the whole request that names it. */
export type MagicOutcome = { readonly meaning: string } & (
  { readonly reports: readonly PlannedReport[] } | { readonly fault: Fault }
);

/**
 * Magic numbers end in these five digits and two more. Seven digits in all, so a run of consecutive numbers meets them
 * once in ten million, and a valid Australian mobile can still carry them: 0061 42 99990 03.
 */
export const MAGIC_PREFIX = '99990';

const reports = (meaning: string, ...planned: PlannedReport[]): MagicOutcome => ({ meaning, reports: planned });
const fault = (meaning: string, played: Fault): MagicOutcome => ({ meaning, fault: played });
const refuse = (code: string): MagicOutcome => fault(`the call is answered ${code}`, { kind: 'code', code });

const REFUSALS = Object.keys(ANSWER_CODES).filter((code) => code !== 'SUCCESS');

/** By the last two digits. */
export const MAGIC_NUMBERS: ReadonlyMap<string, MagicOutcome> = new Map<string, MagicOutcome>([
  ['01', reports('DELIVRD', ...DELIVERED)],
  ['02', reports('TIMEOUT, after timeoutReportAfterMs', planReport('TIMEOUT'))],
  ['03', reports('FAIL_BALANCE', planReport('FAIL_BALANCE'))],
  ['04', reports('FAIL_MOBILE', planReport('FAIL_MOBILE'))],
  ['05', reports('FAIL_MOBILE_SUPPORT', planReport('FAIL_MOBILE_SUPPORT'))],
  ['06', reports('FAIL_MOBILE_REPEAT', planReport('FAIL_MOBILE_REPEAT'))],
  ['07', reports('FAIL_BLACK_DICT', planReport('FAIL_BLACK_DICT'))],
  ['08', reports('FAIL_RESPONSE', planReport('FAIL_RESPONSE'))],
  ['09', reports('FAIL_UNKNOW', planReport('FAIL_UNKNOW'))],
  ['10', reports('FAIL_INTERCEPT, a state that the document does not list', planReport('FAIL_INTERCEPT'))],
  ['11', reports('no report, ever')],
  ['12', reports('TIMEOUT, as soon as other reports', { state: 'TIMEOUT', when: 'operator' })],
  ['13', reports('DELIVRD twice', ...DELIVERED, ...DELIVERED)],
  ['14', reports('FAIL_RESPONSE, then DELIVRD', planReport('FAIL_RESPONSE'), planReport('DELIVRD'))],
  ['15', reports('DELIVRD, then FAIL_RESPONSE', planReport('DELIVRD'), planReport('FAIL_RESPONSE'))],
  ['16', reports('DELIVRD, due before the send is answered', { state: 'DELIVRD', when: 'at-once' })],
  ['17', reports('DELIVRD without imsId', { state: 'DELIVRD', when: 'operator', omits: 'imsId' })],
  ['18', reports('DELIVRD without customImsId', { state: 'DELIVRD', when: 'operator', omits: 'customImsId' })],
  ['19', reports('DELIVRD without desc', { state: 'DELIVRD', when: 'operator', omits: 'desc' })],
  ['20', reports('DELIVRD with a null submitTime', { state: 'DELIVRD', when: 'operator', omits: 'submitTime' })],
  // 21 to 31: the documented refusals in the order of §3.
  ...REFUSALS.map((code, index): [string, MagicOutcome] => [String(21 + index), refuse(code)]),
  ['32', refuse('ERROR_OVER_SPEED')],
  ['33', refuse('ERROR_BALANCE')],
  ['34', refuse('ERROR_REQUEST_NO_VALID')],
  [
    '35',
    fault('the call is accepted, yet answered ERROR_REQUEST_NO_VALID', {
      kind: 'code',
      code: 'ERROR_REQUEST_NO_VALID',
      accept: true,
    }),
  ],
  [
    '36',
    fault('the call is accepted, yet answered ERROR_PARAMS', { kind: 'code', code: 'ERROR_PARAMS', accept: true }),
  ],
  ['41', fault('connection reset, nothing accepted', { kind: 'reset-before' })],
  ['42', fault('connection reset after acceptance', { kind: 'reset-after' })],
  ['43', fault('no answer, nothing accepted', { kind: 'hang' })],
  ['44', fault('no answer after acceptance', { kind: 'hang', accept: true })],
  ['45', fault('HTTP 500, nothing accepted', { kind: 'status', status: 500 })],
  ['46', fault('HTTP 502 after acceptance', { kind: 'status', status: 502, accept: true })],
  ['47', fault('an HTML page after acceptance', { kind: 'html', accept: true })],
  ['48', fault('the answer breaks off after acceptance', { kind: 'truncate' })],
]);

export function magicOutcome(mobile: string): MagicOutcome | undefined {
  if (!mobile.startsWith(MAGIC_PREFIX, mobile.length - 7)) return undefined;
  return MAGIC_NUMBERS.get(mobile.slice(-2));
}
