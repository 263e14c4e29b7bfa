/** Most ids in one row of `emay_ims_due` or `emay_ims_attempt`: as many as a request takes. */
export const IDS_IN_A_ROW = 300;

/** Message ids as one text: a row for each message would cost several times as much. */
export function packIds(customImsIds: readonly string[]): string {
  return JSON.stringify(customImsIds);
}

export function unpackIds(packed: string): string[] {
  return JSON.parse(packed) as string[];
}

/** How an id stands within the text. */
export function packedId(customImsId: string): string {
  return JSON.stringify(customImsId);
}

export function inRowsOf<Item>(items: readonly Item[], size = IDS_IN_A_ROW): Item[][] {
  const rows: Item[][] = [];
  for (let start = 0; start < items.length; start += size) rows.push(items.slice(start, start + size));
  return rows;
}
