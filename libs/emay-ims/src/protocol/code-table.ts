/**
 * The entries by the text `nameOf` gives them, frozen. It has no prototype, so that looking up what the gateway sent finds
 * an entry or nothing, also for `constructor`.
 */
export function codeTable<Entry extends object>(
  entries: readonly Entry[],
  nameOf: (entry: Entry) => string,
): Readonly<Record<string, Entry>> {
  const table: Record<string, Entry> = Object.create(null);
  for (const entry of entries) table[nameOf(entry)] = Object.freeze(entry);
  return Object.freeze(table);
}
