import { createHash } from 'node:crypto';
import type { SimulatorAccount } from '../options.js';
import type { Refusal } from '../wire/answer-code.js';
import type { RequestBody } from '../wire/request-body.js';
import type { WireTime } from '../wire/wire-time.js';
import { isAddressAllowed } from './address-allow-list.js';

export interface CallerRules {
  readonly time: WireTime;
  readonly timestampToleranceMs: number;
  readonly signCase: 'lower' | 'upper' | 'any';
}

/** Address, timestamp, sign, in this order (the last two: assumed). The account and its pace come before. */
export function checkCaller(
  rules: CallerRules,
  account: SimulatorAccount,
  body: RequestBody,
  address: string,
  now: number,
): Refusal {
  if (!isAddressAllowed(account.allowedIps, address)) return 'ERROR_CLIENT_IP';
  const instant = rules.time.parseTimestamp(body.timestamp);
  if (instant === undefined || Math.abs(now - instant) > rules.timestampToleranceMs) return 'ERROR_TIMESTAMP';
  const expected = createHash('md5').update(`${account.appId}${account.secretKey}${body.timestamp}`).digest('hex');
  return signOf(body.sign, rules.signCase) === expected ? undefined : 'ERROR_SIGN';
}

/** In lower case when its case is one that is taken, else as it is, which matches nothing. */
function signOf(sign: string, signCase: CallerRules['signCase']): string {
  if (signCase === 'lower') return sign;
  if (signCase === 'upper' && sign !== sign.toUpperCase()) return '';
  return sign.toLowerCase();
}
