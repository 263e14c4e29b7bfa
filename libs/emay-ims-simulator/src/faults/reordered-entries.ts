import { type FaultDefinition, rewriteEntries } from './fault-definition.js';

/** The genuine answer with its entries last to first. */
export interface ReorderedEntriesFault {
  readonly kind: 'reordered-entries';
}

export const reorderedEntries: FaultDefinition<ReorderedEntriesFault> = {
  meaning: 'the entries in reverse order',
  accepts: 'yes',
  fields: {},
  play: (exchange) => exchange.answer(rewriteEntries(exchange.accept(), (entries) => entries.toReversed())),
};
