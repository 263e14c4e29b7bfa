import { type Entry, type FaultDefinition, rewriteEntries } from './fault-definition.js';

/** The answer begins with entries that nobody asked about; for a single send, one takes the place of the true entry. */
export interface StrangerEntriesFault {
  readonly kind: 'stranger-entries';
  /** How many. Default: 1. */
  readonly count?: number | undefined;
}

export const strangerEntries: FaultDefinition<StrangerEntriesFault> = {
  meaning: '`count` entries of other messages before the true ones; a single send gets only one of another message',
  accepts: 'yes',
  fields: { count: { type: 'integer', min: 1, default: 1, meaning: 'how many' } },
  play: (exchange, { count }) =>
    exchange.answer(
      rewriteEntries(exchange.accept(), (entries) => [
        ...Array.from({ length: count }, (_, index) => stranger(entries[0], index)),
        ...entries,
      ]),
    ),
};

/** Keeps the other fields, so that a stranger among reports has a state and times. */
function stranger(like: Entry | undefined, index: number): Entry {
  const number = String(index).padStart(6, '0');
  return { ...like, mobile: `0061400${number}`, imsId: `20000101000000${number}`, customImsId: `stranger-${number}` };
}
