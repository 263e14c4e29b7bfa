import { setTimeout as pause } from 'node:timers/promises';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';

/** The points at which a test can make this process die, stand still or lose its database. In the order of a message's life. */
export type Failpoint =
  /** Messages are stored and committed, the caller does not know it yet. */
  | 'messages-stored'
  /** The point of no return is committed, no byte has left. */
  | 'before-request'
  /** The answer is here, nothing is settled. */
  | 'after-request'
  /** The answer is settled, nobody knows it yet. */
  | 'after-settle'
  /** A durable handler is about to be called with an event that it has claimed. */
  | 'before-handler'
  /** The intent to pull is recorded, nothing has been asked for. */
  | 'before-pull'
  /** A page of reports is here and nowhere else. */
  | 'after-pull'
  /** The page is about to be written to the database. */
  | 'store-page'
  /** The page is stored, not applied. */
  | 'after-store-page'
  /** The page is applied, the transaction still open. */
  | 'before-apply-commit'
  /** The page is in a spool file. */
  | 'after-spool'
  /** The spooled page is in the database, its file still there. */
  | 'before-unspool';

/** `kill`: SIGKILL. `pause=MS`: stand still. `database-error`: as if the database were gone. */
type Action = { kind: 'kill' } | { kind: 'pause'; ms: number } | { kind: 'database-error' };

interface Plan {
  action: Action;
  /** Which passage it is for, from 1; 0: every one. */
  passage: number;
}

/**
 * Marks a point. Does nothing unless `EMAY_IMS_FAILPOINTS` was set when the process started, e.g.
 * `after-pull=kill`, `store-page=database-error`, `before-request@3=pause:2000`; several are separated by commas.
 */
export const failpoint: (name: Failpoint) => Promise<void> | undefined = armed(process.env.EMAY_IMS_FAILPOINTS);

function armed(text: string | undefined): (name: Failpoint) => Promise<void> | undefined {
  if (!text) return () => undefined;
  const plans = new Map(text.split(',').map(readPlan));
  const passages = new Map<string, number>();
  return async (name) => {
    const plan = plans.get(name);
    if (!plan) return;
    const passage = (passages.get(name) ?? 0) + 1;
    passages.set(name, passage);
    if (plan.passage === 0 || plan.passage === passage) await act(plan.action, name);
  };
}

function readPlan(text: string): [string, Plan] {
  const match = /^([a-z-]+)(?:@(\d+))?=(kill|database-error|pause:(\d+))$/.exec(text.trim());
  if (!match) throw new Error(`EMAY_IMS_FAILPOINTS: "${text}" is not NAME[@PASSAGE]=kill|database-error|pause:MS`);
  const [, name = '', passage = '0', kind, ms] = match;
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
      throw new EmayImsStoreError('FAILPOINT', { mayBeStored: name === 'messages-stored' });
  }
}
