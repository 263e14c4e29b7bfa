import { type FaultBehaviour, rewriteEntries } from './fault-behaviour.js';

/** The gateway acts on everything, and its answer leaves the first entries out. */
export interface MissingEntriesFault {
  readonly kind: 'missing-entries';
  /** How many. Default: 1. */
  readonly count?: number;
}

export const missingEntries: FaultBehaviour<MissingEntriesFault> = (exchange, { count = 1 }) =>
  exchange.answer(rewriteEntries(exchange.accept(), (entries) => entries.slice(count)));
