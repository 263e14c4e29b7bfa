import { createHash } from 'node:crypto';
import type { SimulatorAccount } from '../options.js';
import type { Refusal } from '../wire/answer-code.js';
import type { RequestBody } from '../wire/request-body.js';
import type { WireTime } from '../wire/wire-time.js';

export interface CallerRules {
  readonly time: WireTime;
  readonly timestampToleranceMs: number;
  readonly signCase: 'lower' | 'upper' | 'any';
}

/** Timestamp, then sign (assumed). The account, its pace and the address come before. */
export function checkSign(rules: CallerRules, account: SimulatorAccount, body: RequestBody, now: number): Refusal {
  const instant = rules.time.parseTimestamp(body.timestamp);
  if (instant === undefined || Math.abs(now - instant) > rules.timestampToleranceMs) return 'ERROR_TIMESTAMP';
  const expected = createHash('md5').update(`${account.appId}${account.secretKey}${body.timestamp}`).digest('hex');
  return signOf(body.sign, rules.signCase) === expected ? undefined : 'ERROR_SIGN';
}

/** When the request was made, then for how many seconds it is valid, then whether it still is. */
export function checkRequestTime({ requestTime, requestValidPeriod }: RequestBody, now: number): Refusal {
  if (!isCount(requestTime)) return 'ERROR_REQUESTTIME';
  if (!isCount(requestValidPeriod)) return 'ERROR_REQUESTVALIDPERIOD';
  return requestTime + requestValidPeriod * 1000 > now ? undefined : 'ERROR_REQUESTTIME_TIMEOUT';
}

/** A whole number from 1, as JSON has it (assumed: no text). */
function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

/** In lower case when its case is one that is taken, else as it is, which matches nothing. */
function signOf(sign: string, signCase: CallerRules['signCase']): string {
  if (signCase === 'lower') return sign;
  if (signCase === 'upper' && sign !== sign.toUpperCase()) return '';
  return sign.toLowerCase();
}
