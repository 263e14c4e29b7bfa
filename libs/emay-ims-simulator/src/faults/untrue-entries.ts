import { type Entry, type FaultDefinition, rewriteEntries } from './fault-definition.js';

/** The gateway acts on everything, and its answer tells something untrue of it. */
export interface UntrueEntriesFault {
  readonly kind: 'untrue-entries';
  /**
   * What: `twice`, each entry again; `lower-case`, `cut` (to its half), `foreign` or `crossed` (that of the next entry), the
   * `customImsId`; `one-ims-id`, that of the first for all; `others`, entries of another request. Default: `twice`.
   */
  readonly what?: keyof typeof UNTRUE | undefined;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const foreign = (index: number) => `foreign-${String(index).padStart(6, '0')}`;

type Entries = readonly Entry[];

const UNTRUE = {
  twice: (entries: Entries) => [...entries, ...entries],
  'lower-case': (entries: Entries) =>
    entries.map((entry) => ({ ...entry, customImsId: text(entry.customImsId).toLowerCase() })),
  cut: (entries: Entries) =>
    entries.map(({ customImsId, ...entry }) => {
      const id = text(customImsId);
      return { ...entry, customImsId: id.slice(0, Math.ceil(id.length / 2)) };
    }),
  foreign: (entries: Entries) => entries.map((entry, index) => ({ ...entry, customImsId: foreign(index) })),
  crossed: (entries: Entries) =>
    entries.map((entry, index) => ({ ...entry, customImsId: entries[(index + 1) % entries.length]!.customImsId })),
  'one-ims-id': (entries: Entries) => entries.map((entry) => ({ ...entry, imsId: entries[0]!.imsId })),
  others: (entries: Entries) =>
    entries.map((entry, index) => ({
      ...entry,
      mobile: `0061400${String(index).padStart(6, '0')}`,
      imsId: `20000101000000${String(index).padStart(6, '0')}`,
      customImsId: foreign(index),
    })),
} satisfies Record<string, (entries: Entries) => Entries>;

export const untrueEntries: FaultDefinition<UntrueEntriesFault> = {
  meaning:
    'every entry `twice`; `customImsId` in `lower-case`, `cut`, `foreign` or `crossed`; `one-ims-id` for all; entries of `others`',
  accepts: 'yes',
  fields: {
    what: { type: 'choice', choices: Object.keys(UNTRUE), default: 'twice', meaning: 'what is untrue' },
  },
  play: (exchange, { what }) => exchange.answer(rewriteEntries(exchange.accept(), UNTRUE[what])),
};
