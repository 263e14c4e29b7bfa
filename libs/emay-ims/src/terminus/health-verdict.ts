import type { ImsAccountPulse } from '../operator/account-pulse.js';
import { printableCode } from '../protocol/index.js';

/**
 * What is not as it should be while the database answers:
 * - `circuit`: this instance hands nothing over, as the gateway is away or refuses the account
 * - `queue`: a message that is due has waited too long
 * - `reports`: this instance polls, but has not emptied the gateway's queue for too long, nor does another one try
 * - `reports-blocked`: the gateway refuses to hand reports out, again and again
 * - `report-pages`: as of this instance's last pull a page of reports could not be applied; or one waits in a file of this machine
 * - `spool`: the spool folder cannot be used: a page that comes while the database is away would find no place there
 */
export type EmayImsHealthProblem = 'circuit' | 'queue' | 'reports' | 'reports-blocked' | 'report-pages' | 'spool';

/** What counts as a problem, and which problems fail the check. */
export interface EmayImsHealthOptions {
  /** Name of the account. Default: `default`. */
  account?: string | undefined;
  /**
   * Problems that make the check `down`. Default: none, they are reported. Taking instances out of service, or restarting
   * them, brings no gateway back, and messages can still be taken and queued.
   */
  failOn?: readonly EmayImsHealthProblem[] | undefined;
  /** How long a message that is due may wait, in ms. Default: 300,000. */
  maxQueueAgeMs?: number | undefined;
  /**
   * How old the last good pull may be, in ms. Default: three intervals, at least 300,000; with `reports.cron` none.
   */
  maxPullAgeMs?: number | undefined;
  /** How long the database may take to answer, in ms. Default: 1,000, as long as Kubernetes waits for a probe. */
  timeoutMs?: number | undefined;
}

/** What the indicator tells of an account. No number, text, key or address. */
export interface EmayImsHealthFacts {
  account: string;
  database: 'up';
  /** `closed`, or why this instance hands nothing over. */
  circuit: string;
  /** For how long the oldest message that is due has waited, in ms; `null`: none is due. */
  oldestDueForMs: number | null;
  /** When this instance last emptied the gateway's queue of reports; `null`: not since it started. */
  lastGoodPullAt: string | null;
  /** Who pulls just now. */
  pollLease: ImsAccountPulse['pollLease'];
  problems: EmayImsHealthProblem[];
}

const MIN_AGE_MS = 300_000;
const INTERVALS = 3;

/** Reads a pulse: pure. `upForMs` is the age of this instance. */
export function judgeHealth(
  pulse: ImsAccountPulse,
  { maxQueueAgeMs = MIN_AGE_MS, maxPullAgeMs = defaultPullAge(pulse) }: EmayImsHealthOptions,
  upForMs: number,
): EmayImsHealthFacts {
  const { account, circuitOpenFor, oldestDueForMs, lastGoodPullAt, polls, pollLease, setAsidePages, spooledPages } =
    pulse;
  const pullAgeMs = pulse.lastGoodPullForMs ?? upForMs;
  const problems: EmayImsHealthProblem[] = [];
  if (circuitOpenFor !== null) problems.push('circuit');
  if (oldestDueForMs !== null && oldestDueForMs > maxQueueAgeMs) problems.push('queue');
  if (polls && pullAgeMs > maxPullAgeMs && pollLease !== 'another-instance') problems.push('reports');
  if (pulse.reportsBlockedFor) problems.push('reports-blocked');
  if (setAsidePages + spooledPages > 0) problems.push('report-pages');
  if (pulse.spoolFailure) problems.push('spool');
  return {
    account,
    database: 'up',
    circuit: circuitOpenFor === null ? 'closed' : printableCode(circuitOpenFor),
    oldestDueForMs,
    lastGoodPullAt: lastGoodPullAt && lastGoodPullAt.toISOString(),
    pollLease,
    problems,
  };
}

function defaultPullAge({ pollEveryMs }: ImsAccountPulse): number {
  return pollEveryMs === null ? Infinity : Math.max(MIN_AGE_MS, INTERVALS * pollEveryMs);
}
