import type { Token } from '../injection/per-account.js';

/** Something that is done again and again, and at once when there is reason to. */
export interface EngineJob {
  /** Unique within the host: see `jobName`. */
  name: string;
  /** How often: every so many milliseconds, or by a cron expression. */
  schedule: { everyMs: number } | { cron: string };
  /** Whether jobs with the same interval, of whatever account, run in the same turn, so that they can share what they ask. */
  isTogether?: boolean;
  /** One round. The engine never runs it twice at a time, and logs what it throws. */
  run(): Promise<void>;
}

/** What runs when. The default runs in this process; another may share the work between processes. */
export interface EmayImsEngine {
  /** Runs each job by its schedule from now on, the first round at once. */
  start(jobs: readonly EngineJob[]): Promise<void>;
  /** Runs the job soon, without waiting for its time; during a round, once more after it. */
  wake(name: string): void;
  /** Starts no round any more; resolves when those under way have ended. Never rejects. */
  stop(): Promise<void>;
}

/** The engine of an account. */
export const ACCOUNT_ENGINE: Token<EmayImsEngine> = Symbol('EmayImsEngine');

/** The name of an account's job, e.g. `emay-ims:default:dispatch`. */
export function jobName(account: string, job: string): string {
  return `emay-ims:${account}:${job}`;
}
