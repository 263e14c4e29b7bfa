import { type FaultDefinition, rewriteEntries } from './fault-definition.js';

/** The gateway acts on everything, and its answer leaves the first entries out. */
export interface MissingEntriesFault {
  readonly kind: 'missing-entries';
  /** How many. Default: 1. */
  readonly count?: number | undefined;
}

export const missingEntries: FaultDefinition<MissingEntriesFault> = {
  meaning: 'the answer without its first `count` entries',
  accepts: 'yes',
  fields: { count: { type: 'integer', min: 1, default: 1, meaning: 'how many' } },
  play: (exchange, { count }) => exchange.answer(rewriteEntries(exchange.accept(), (entries) => entries.slice(count))),
};
