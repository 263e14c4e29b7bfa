import { type FaultBehaviour, rewriteEntries } from './fault-behaviour.js';

/** The genuine answer with its entries last to first. */
export interface ReorderedEntriesFault {
  readonly kind: 'reordered-entries';
}

export const reorderedEntries: FaultBehaviour<ReorderedEntriesFault> = (exchange) =>
  exchange.answer(rewriteEntries(exchange.accept(), (entries) => entries.toReversed()));
