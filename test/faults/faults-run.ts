import type { BreakingProxy } from './breaking-proxy.js';
import type { CallStream } from './calls.js';
import type { FaultsDatabase, HostHabits } from './database.js';
import type { Kind } from './database-kind.js';
import type { Fleet } from './fleet.js';
import type { Gateway } from './gateway.js';
import type { OwnServer } from './own-server.js';
import type { Random } from './random.js';

export interface Account {
  appId: string;
  secretKey: string;
}

/** Whether workers pull reports, are pushed them, or both. */
export type ReportSource = 'pull' | 'push' | 'both';

export interface Limits {
  /** Of a request. */
  timeoutMs: number;
  /** After that long, others may take an attempt for abandoned. */
  attemptMs: number;
  statementTimeoutMs: number;
  /** How many attempts a worker may have under way. */
  attemptsAtATime: number;
  /** For how long nothing may change before the end. */
  stuckMs: number;
  realTime: boolean;
}

/** All that takes part in a run, for the rounds and the judge. */
export interface FaultsRun {
  round: Round;
  random: Random;
  stream: CallStream;
  account: Account;
  limits: Limits;
  database: FaultsDatabase;
  server: OwnServer | null;
  gateway: Gateway;
  proxy: BreakingProxy | null;
  fleet: Fleet;
  stalls: string[];
  /** Ids of messages that somebody else is said to have sent. */
  reportedUnsent: Set<string>;
  notes: string[];
}

/** What one round of a mode does to the workers, and what that takes. */
export interface Round {
  /** How the workers are ended after the last round. Default: `terminate`. */
  readonly endsWith?: 'kill' | 'terminate';
  /** It makes no sense with an SQLite file. */
  readonly needsServer?: boolean;
  /** It takes a server of the run's own. */
  readonly ownServer?: boolean;
  /** The gateway lies, see `lies.ts`: what it handed out and what is in doubt is judged by what it has said. */
  readonly isLying?: boolean;
  /** It is about reports that are pushed. */
  readonly needsPushes?: boolean;
  /** The workers reach the database through a `BreakingProxy`. */
  readonly behindProxy?: boolean;
  /** Of the workers' requests; see `run.ts`. */
  readonly timeoutMs?: number;
  /**
   * Deadline of the workers' statements, where one that gets no answer is what is tried. A statement may then be too slow on a busy machine
   * alone: calls may fail at it. Default: long enough for any that is not stuck.
   */
  readonly impatientMs?: number;
  /** Messages have an end of their own; see `calls.ts`. */
  readonly expiring?: boolean;
  /** What a worker's host does to its connections; see `host-habits.ts`. */
  habits?(kind: Kind, random: Random): HostHabits;
  run(run: FaultsRun): Promise<void>;
}

/** Takes down what is wrong: which rule is broken, and by what. */
export type Violate = (kind: string, what: string) => void;

/** How often something was counted, by its name. */
export type Tally = Record<string, number>;
