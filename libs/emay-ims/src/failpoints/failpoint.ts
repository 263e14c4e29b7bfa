import { setTimeout as pause } from 'node:timers/promises';
import { GuardedLogger } from '../diagnostics/index.js';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';

/** The points at which a test can make this process die, stand still or lose its database. In the order of a message's life. */
const FAILPOINTS = [
  /** Messages are stored and committed, the caller does not know it yet. */
  'messages-stored',
  /** The point of no return is committed, no byte has left. */
  'before-request',
  /** The answer is here, nothing is settled. */
  'after-request',
  /** The answer is settled, nobody knows it yet. */
  'after-settle',
  /** A durable handler is about to be called with an event that it has claimed. */
  'before-handler',
  /** The intent to pull is recorded, nothing has been asked for. */
  'before-pull',
  /** A page of reports is here and nowhere else. */
  'after-pull',
  /** The page is about to be written to the database. */
  'store-page',
  /** The page is stored, not applied. */
  'after-store-page',
  /** A pushed page is stored, its sender not answered. */
  'after-store-push',
  /** The page is applied, the transaction still open. */
  'before-apply-commit',
  /** The page is in a spool file. */
  'after-spool',
  /** The spooled page is in the database, its file still there. */
  'before-unspool',
] as const;

export type Failpoint = (typeof FAILPOINTS)[number];

/** `kill`: SIGKILL. `pause:MS`: stand still. `database-error`: as if the database were gone. */
type Action = { kind: 'kill' } | { kind: 'pause'; ms: number } | { kind: 'database-error' };

interface Plan {
  action: Action;
  /** Which passage it is for, from 1; 0: every one. */
  passage: number;
}

const PLANS = readPlans(process.env.EMAY_IMS_FAILPOINTS);
const passages = new Map<Failpoint, number>();

/**
 * Marks a point. Does nothing unless `EMAY_IMS_FAILPOINTS` was set when the process started, e.g.
 * `after-pull=kill`, `store-page=database-error`, `before-request@3=pause:2000`; several are separated by commas.
 *
 * The published package has none: `scripts/without-failpoints.mjs` takes out each line that names this file or calls it.
 */
export const failpoint: (name: Failpoint) => Promise<void> | undefined = PLANS.size > 0 ? pass : () => undefined;

/** Whoever finds the variable in a service that serves must not have to guess why it dies. */
export function warnOfFailpoints(account: string): void {
  if (PLANS.size === 0) return;
  GuardedLogger.of(account).warn(
    `Failpoints are armed in this process (${[...PLANS.keys()].join(', ')}): this build is for tests. ` +
      'Unset EMAY_IMS_FAILPOINTS, or install the published package.',
  );
}

async function pass(name: Failpoint): Promise<void> {
  const plan = PLANS.get(name);
  if (!plan) return;
  const passage = (passages.get(name) ?? 0) + 1;
  passages.set(name, passage);
  if (plan.passage === 0 || plan.passage === passage) await act(plan.action, name);
}

function readPlans(text: string | undefined): Map<Failpoint, Plan> {
  return new Map(text ? text.split(',').map(readPlan) : []);
}

function readPlan(text: string): [Failpoint, Plan] {
  const match = /^([a-z-]+)(?:@(\d+))?=(kill|database-error|pause:(\d+))$/.exec(text.trim());
  if (!match) throw new Error(`EMAY_IMS_FAILPOINTS: "${text}" is not NAME[@PASSAGE]=kill|database-error|pause:MS`);
  const [, given = '', passage = '0', kind, ms] = match;
  const name = FAILPOINTS.find((known) => known === given);
  if (!name) {
    throw new Error(`EMAY_IMS_FAILPOINTS: there is no failpoint "${given}"; there are ${FAILPOINTS.join(', ')}`);
  }
  const action: Action = kind === 'kill' || kind === 'database-error' ? { kind } : { kind: 'pause', ms: Number(ms) };
  return [name, { action, passage: Number(passage) }];
}

async function act(action: Action, name: Failpoint): Promise<void> {
  switch (action.kind) {
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      // The signal may take a moment; nothing may happen in it.
      return new Promise(() => undefined);
    case 'pause':
      return pause(action.ms);
    case 'database-error':
      throw new EmayImsStoreError('CONNECTION_LOST', { mayBeStored: name === 'messages-stored' });
  }
}
