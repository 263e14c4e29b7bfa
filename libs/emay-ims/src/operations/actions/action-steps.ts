import type { EventfulSession } from '../../events/transaction-events.js';
import { failpoint } from '../../failpoints/failpoint.js';
import type { ActionProgress } from '../api/bulk-action.js';
import type { OpenAccount } from '../account-access.js';
import { EmayImsActionConflictError } from '../action-conflict-error.js';
import type { Audit } from '../audit.js';
import { MOST_CHANGED_IDS, toProgress, type ActionStore, type StoredAction } from './action-store.js';

const ITEMS_PER_STEP = 500;

/** Who applies an action, and why. */
export interface Applier {
  by: string;
  reason: string;
}

/**
 * Applies what was previewed, step by step.
 *
 * - A step is one transaction: it locks the action, changes the next messages that are still as previewed, and keeps how far it got. So each
 *   message is gone through once, whoever applies the action, and however often.
 */
export class ActionSteps {
  constructor(
    private readonly open: OpenAccount,
    private readonly actions: ActionStore,
    private readonly audit: Audit,
  ) {}

  /** @throws EmayImsActionConflictError where it cannot be applied */
  async apply(id: string, applier: Applier): Promise<ActionProgress> {
    for (;;) {
      const progress = await this.open.internals.events.transaction((session) => this.step(id, applier, session));
      if (progress.action === 'resend' && progress.done > 0) this.open.account.jobs.wakeDispatcher();
      await failpoint('after-action-step');
      if (progress.state === 'done') return progress;
    }
  }

  private async step(id: string, { by, reason }: Applier, session: EventfulSession): Promise<ActionProgress> {
    const action = checked(await this.actions.lock(id, session), by);
    if (action.state === 'DONE') return toProgress(action);
    if (action.state === 'PREVIEWED') {
      action.state = 'RUNNING';
      action.reason = reason;
      const { filter, messages } = action;
      const entry = { actor: by, action: action.action, filter, items: messages, done: 0, skipped: 0, reason };
      action.auditId = await this.audit.record(entry, session);
    }
    await this.change(action, session);
    if (action.reached >= action.items.length) action.state = 'DONE';
    await this.actions.advance(action, session);
    const { auditId, done, changed } = action;
    if (auditId !== null) await this.audit.count(auditId, { done, skipped: changed }, session);
    return toProgress(action);
  }

  private async change(action: StoredAction, session: EventfulSession): Promise<void> {
    const items = action.items.slice(action.reached, action.reached + ITEMS_PER_STEP);
    const decision = {
      decision: action.action,
      by: action.actor,
      reason: action.reason ?? '',
      auditId: action.auditId,
    };
    const done = new Set(await this.open.internals.resolver.resolve(items, decision, session));
    const left = items.map(({ customImsId }) => customImsId).filter((customImsId) => !done.has(customImsId));
    action.reached += items.length;
    action.done += done.size;
    action.changed += left.length;
    action.changedIds = [...action.changedIds, ...left].slice(0, MOST_CHANGED_IDS);
  }
}

/** @throws EmayImsActionConflictError where it cannot be applied */
function checked(action: StoredAction | null, by: string): StoredAction {
  if (action === null)
    throw new EmayImsActionConflictError('unknown', 'There is no such action (any more): preview it again.');
  if (action.actor !== by) {
    throw new EmayImsActionConflictError(
      'another-actor',
      'Another actor has previewed this action: preview it yourself.',
    );
  }
  if (action.state === 'PREVIEWED' && action.isExpired) {
    throw new EmayImsActionConflictError('expired', 'The preview has expired after 5 minutes: preview it again.');
  }
  return action;
}
