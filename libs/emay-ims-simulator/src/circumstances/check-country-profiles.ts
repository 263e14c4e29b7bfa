import { isJsonObject } from '../wire/json.js';
import type { CountryProfiles, DelayProfile } from './country-profile.js';

const FIELDS = new Set(['reportDelayMs', 'outcomes', 'reportLoss']);

export function isDelayProfile(value: unknown): value is DelayProfile {
  if (typeof value === 'number') return isWait(value);
  if (!isJsonObject(value)) return false;
  const { min, max, median, p95 } = value;
  if (median === undefined) return isWait(min) && isWait(max) && max >= min;
  return isWait(median) && median > 0 && isWait(p95) && p95 >= median;
}

/** Throws a `RangeError` whose message says what to write. */
export function checkCountryProfiles(profiles: unknown): asserts profiles is CountryProfiles {
  if (!isJsonObject(profiles)) throw wrong('write an object such as { "61": { "reportLoss": 0.01 } }');
  for (const [code, profile] of Object.entries(profiles)) {
    if (!/^([1-9]\d{0,3}|\*)$/.test(code)) {
      throw wrong(`"${code}" is not a calling code; write one without leading zeros, such as 86, or * for all others`);
    }
    checkProfile(code, profile);
  }
}

function checkProfile(code: string, profile: unknown): void {
  if (!isJsonObject(profile)) throw wrong(`${code}: write an object such as { "reportLoss": 0.01 }`);
  const strange = Object.keys(profile).find((name) => !FIELDS.has(name));
  if (strange !== undefined) throw wrong(`${code}: there is no "${strange}"; write one of: ${[...FIELDS].join(', ')}`);
  const { reportDelayMs, outcomes, reportLoss = 0 } = profile;
  if (reportDelayMs !== undefined && !isDelayProfile(reportDelayMs)) {
    throw wrong(`${code}: reportDelayMs is milliseconds, { min, max } or { median, p95 }`);
  }
  if (typeof reportLoss !== 'number' || !(reportLoss >= 0 && reportLoss <= 1)) {
    throw wrong(`${code}: reportLoss is a share from 0 to 1, such as 0.01`);
  }
  if (outcomes !== undefined) checkOutcomes(code, outcomes);
}

function checkOutcomes(code: string, outcomes: unknown): void {
  const weights = isJsonObject(outcomes) ? Object.values(outcomes) : [];
  const fit = weights.every((weight) => isWait(weight));
  if (weights.length === 0 || !fit || weights.every((weight) => weight === 0)) {
    throw wrong(
      `${code}: outcomes are report states with their weights, such as { "DELIVRD": 97, "FAIL_RESPONSE": 3 }`,
    );
  }
}

function isWait(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function wrong(sentence: string): RangeError {
  return new RangeError(`countries: ${sentence}.`);
}
