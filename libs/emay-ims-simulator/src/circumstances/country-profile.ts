/** Milliseconds: always the same, evenly drawn from a range, or log-normal, as most waits in a network are. */
export type DelayProfile =
  number | { readonly min: number; readonly max: number } | { readonly median: number; readonly p95: number };

/** What becomes of a country's messages. Magic, bad and repeated numbers keep their own outcomes. */
export interface CountryProfile {
  /** Time from acceptance to the carrier's report, in milliseconds. Default: the option `reportDelayMs`. */
  readonly reportDelayMs?: DelayProfile | undefined;
  /** How often each report state comes, as weights of any sum, such as `{ DELIVRD: 97, FAIL_RESPONSE: 3 }`. Default: `DELIVRD`. */
  readonly outcomes?: Readonly<Record<string, number>> | undefined;
  /** Share of the messages that no report ever comes for, from 0 to 1. Default: 0. */
  readonly reportLoss?: number | undefined;
}

/** Profiles by calling code without its zeros, such as `86`; the longest code that fits a number wins, `*` is all others. */
export type CountryProfiles = Readonly<Record<string, CountryProfile>>;

/**
 * A mix of the kind that international traffic shows. The figures are made up (nobody publishes theirs): they are there so
 * that every outcome comes up in a test of a few thousand messages, not to predict anybody's delivery rate.
 */
export const REALISTIC_COUNTRIES: CountryProfiles = Object.freeze({
  '*': profile({ median: 4_000, p95: 45_000 }, 930, { FAIL_RESPONSE: 40, FAIL_UNKNOW: 15, TIMEOUT: 10 }, 0.004),
  '1': profile({ median: 2_500, p95: 15_000 }, 965, { FAIL_RESPONSE: 20, FAIL_UNKNOW: 8, TIMEOUT: 3 }, 0.002),
  '44': profile({ median: 2_500, p95: 15_000 }, 970, { FAIL_RESPONSE: 18, FAIL_UNKNOW: 5, TIMEOUT: 3 }, 0.001),
  '61': profile({ median: 3_000, p95: 20_000 }, 970, { FAIL_RESPONSE: 17, FAIL_UNKNOW: 6, TIMEOUT: 3 }, 0.001),
  '62': profile({ median: 6_000, p95: 90_000 }, 900, { FAIL_RESPONSE: 60, FAIL_UNKNOW: 20, TIMEOUT: 15 }, 0.008),
  '81': profile({ median: 3_500, p95: 25_000 }, 950, { FAIL_RESPONSE: 30, FAIL_UNKNOW: 10, TIMEOUT: 6 }, 0.002),
  '91': profile({ median: 5_000, p95: 60_000 }, 915, { FAIL_RESPONSE: 50, FAIL_UNKNOW: 15, TIMEOUT: 12 }, 0.006),
});

function profile(
  reportDelayMs: DelayProfile,
  delivered: number,
  others: Readonly<Record<string, number>>,
  reportLoss: number,
): CountryProfile {
  const outcomes = { DELIVRD: delivered, ...others, FAIL_MOBILE_SUPPORT: 3, FAIL_BLACK_DICT: 2 };
  return Object.freeze({ reportDelayMs, outcomes: Object.freeze(outcomes), reportLoss });
}
