import type { DatabaseKind } from '../support/databases.js';
import type { Spread } from '../support/spread.js';

/** What a goal is measured with. */
export interface Bench {
  isQuick: boolean;
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
  value: number;
  goal: string;
  met: boolean;
}

export function atLeastTimes(limit: number, baseline: string, ours: Spread, theirs: Spread): Comparison {
  const value = ours.median / theirs.median;
  return { baseline, theirs, kind: 'ratio', value, goal: `≥ ${limit} ×`, met: value >= limit };
}

export function atMostTimes(limit: number, baseline: string, ours: Spread, theirs: Spread): Comparison {
  const value = ours.median / theirs.median;
  return { baseline, theirs, kind: 'ratio', value, goal: `≤ ${limit} ×`, met: value <= limit };
}

export function atMostMore(limit: number, unit: string, baseline: string, ours: Spread, theirs: Spread): Comparison {
  const value = ours.median - theirs.median;
  return { baseline, theirs, kind: 'difference', value, goal: `≤ +${limit} ${unit}`, met: value <= limit };
}

export function atMost(limit: number, unit: string, ours: Spread): Comparison {
  const value = ours.median;
  return { baseline: null, theirs: null, kind: 'plain', value, goal: `≤ ${limit} ${unit}`, met: value <= limit };
}
