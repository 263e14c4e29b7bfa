import { underWay, type Evidence, type StoredMessage } from './evidence.js';
import type { Violate } from './faults-run.js';

const USUAL = new Set(['QUEUED', 'SUBMITTING', 'ACCEPTED', 'DELIVERED']);

/**
 * Holds each message against the lists that lead to it: what no list leads to is never submitted, never ends, and is counted as delivered.
 */
export function judgeLists({ messages, lists }: Evidence, violate: Violate) {
  for (const message of messages.values()) {
    const { id, state, attempt, isHeld, outcome } = message;
    if (state === 'QUEUED' && !isHeld && !lists.due.has(id))
      violate('not listed', `${id}: QUEUED, not in emay_ims_due`);
    if ((state === 'SUBMITTING' || state === 'ACCEPTED') && !lists.underWay.has(underWay(attempt, id))) {
      violate('not listed', `${id}: ${state}, not in emay_ims_attempt`);
    }
    if (outcome !== outcomeOf(message)) violate('not listed', `${id}: ${state}, listed as ${outcome}`);
  }
  return { due: lists.due.size, underWay: lists.underWay.size };
}

function outcomeOf({ state, isHeld }: StoredMessage): string | null {
  if (isHeld) return 'HELD';
  return USUAL.has(state) ? null : state;
}
