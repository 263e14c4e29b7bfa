import type { DatabaseKind } from '../support/databases.js';
import type { Spread } from '../support/spread.js';

/** What a goal is measured with. */
export interface Bench {
  isQuick: boolean;
  /** Also what takes an hour to prepare, such as a table of 10,000,000 rows. */
  isLarge: boolean;
  rounds: number;
  /** Those asked for whose server answers. */
  databases: DatabaseKind[];
  /** `null` where Redis does not answer. */
  redisUrl: string | null;
  profileFolder: string | null;
  /** Tells, on stderr, what is going on. */
  say(line: string): void;
  /** Tells, beside the results, what could not be measured. */
  skip(what: string): void;
}

export interface Goal {
  /** As in goals.md, such as `P1`. */
  key: string;
  title: string;
  measure: (bench: Bench) => Promise<Outcome[]>;
  /** For `--against`: what of this goal is compared between two commits. */
  ours?: OurTurns;
}

/** Turns of the module alone, with no other contender. */
export interface OurTurns {
  databases: readonly DatabaseKind[];
  /** @param tree - folder of another commit, built, whose module is to be run; `null`: this one's */
  turn: (bench: Bench, kind: DatabaseKind, tree: string | null) => Promise<Record<string, number>>;
}

/** One measured number of ours, against what it has to be. */
export interface Outcome {
  /** Unique, such as `P2.mariadb`. */
  key: string;
  /** What was measured, with its counts. */
  what: string;
  unit: string;
  ours: Spread;
  comparisons: Comparison[];
}

export interface Comparison {
  /** Name of the baseline; `null` where the goal is a plain limit. */
  baseline: string | null;
  theirs: Spread | null;
  /** Ours held against theirs, in the form of the goal. */
  kind: 'ratio' | 'difference' | 'plain';
  /** Of the medians. */
  value: number;
  /** The least and the most of all rounds, each by itself. */
  range: { min: number; max: number };
  goal: string;
  /** `open`: the medians meet the goal, but a round does not, so that the next run may miss it. */
  met: 'yes' | 'open' | 'no';
}

export function atLeastTimes(limit: number, baseline: string, ours: Spread, theirs: Spread): Comparison {
  const judged = judge(
    ours,
    theirs,
    (one, other) => one / other,
    (value) => value >= limit,
  );
  return { baseline, theirs, kind: 'ratio', goal: `≥ ${limit} ×`, ...judged };
}

export function atMostTimes(limit: number, baseline: string, ours: Spread, theirs: Spread): Comparison {
  const judged = judge(
    ours,
    theirs,
    (one, other) => one / other,
    (value) => value <= limit,
  );
  return { baseline, theirs, kind: 'ratio', goal: `≤ ${limit} ×`, ...judged };
}

export function atMostMore(limit: number, unit: string, baseline: string, ours: Spread, theirs: Spread): Comparison {
  const judged = judge(
    ours,
    theirs,
    (one, other) => one - other,
    (value) => value <= limit,
  );
  return { baseline, theirs, kind: 'difference', goal: `≤ +${limit} ${unit}`, ...judged };
}

export function atMost(limit: number, unit: string, ours: Spread): Comparison {
  const judged = judge(
    ours,
    ours,
    (one) => one,
    (value) => value <= limit,
  );
  return { baseline: null, theirs: null, kind: 'plain', goal: `≤ ${limit} ${unit}`, ...judged };
}

function judge(
  ours: Spread,
  theirs: Spread,
  compare: (ours: number, theirs: number) => number,
  meets: (value: number) => boolean,
): Pick<Comparison, 'value' | 'range' | 'met'> {
  const value = compare(ours.median, theirs.median);
  const byRound = ours.values.map((one, round) => compare(one, theirs.values[round] ?? theirs.median));
  const range = { min: Math.min(...byRound), max: Math.max(...byRound) };
  if (!meets(value)) return { value, range, met: 'no' };
  return { value, range, met: meets(range.min) && meets(range.max) ? 'yes' : 'open' };
}
