import { EXIT_CODE } from '../exit-code.js';

export type Outcome = 'ok' | 'fail' | 'not verified';

/** What the doctor found about one thing. Holds no secret. */
export interface Check {
  name: string;
  outcome: Outcome;
  found: string;
  /** What to do about it; also where it is in order, but not for long. */
  todo: string | null;
}

export function ok(name: string, found: string, todo: string | null = null): Check {
  return { name, outcome: 'ok', found, todo };
}

export function fail(name: string, found: string, todo: string | null = null): Check {
  return { name, outcome: 'fail', found, todo };
}

export function notVerified(name: string, found: string, todo: string | null = null): Check {
  return { name, outcome: 'not verified', found, todo };
}

/** 0: all is in order. 1: something is not. 2: nothing is known to be wrong, but something could not be verified. */
export function exitCodeOf(checks: readonly Check[]): number {
  if (checks.some(({ outcome }) => outcome === 'fail')) return EXIT_CODE.failed;
  return checks.some(({ outcome }) => outcome === 'not verified') ? 2 : EXIT_CODE.fine;
}

const OUTCOME_WIDTH = '[not verified]'.length;

/** The checks for people: the outcome, the name, what was found; below it what to do. */
export function checkLines(checks: readonly Check[]): string[] {
  const nameWidth = Math.max(...checks.map(({ name }) => name.length));
  return checks.flatMap(({ name, outcome, found, todo }) => [
    `${`[${outcome}]`.padEnd(OUTCOME_WIDTH)}  ${name.padEnd(nameWidth)}  ${found}`,
    ...(todo === null ? [] : [`${' '.repeat(OUTCOME_WIDTH + nameWidth + 4)}→ ${todo}`]),
  ]);
}
