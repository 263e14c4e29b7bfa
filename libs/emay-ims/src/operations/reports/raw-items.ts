import type { SqlRow } from '../../database/ims-database.js';
import { pageOf, PAGE_COLUMNS } from '../../reports/page-columns.js';
import { charsetsOf, decoded, SAMPLE_BYTES } from '../../reports/page/charset.js';
import { ItemReading, type ReadItem } from '../../reports/page/item-reading.js';
import { headOf, packingsOf, unpacked } from '../../reports/page/unpacking.js';
import type { OpenAccount } from '../account-access.js';

/** A batch of 500 has some 150 kB; so many of them, no longer than that, are looked into for one list. */
const MOST_BATCHES = 20;
const MOST_BYTES = 256 * 1024;
const MOST_CHARACTERS = 1024 * 1024;

/** Where a report stands in its batch. */
export interface ReportPlace {
  batchId: string;
  position: number;
}

/** Reports as they came, from their batches: by `batch.position`. What has been purged, or is in a batch of unusual length, is missing. */
export async function rawItemsAt(open: OpenAccount, places: readonly ReportPlace[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const ids = [...new Set(places.map(({ batchId }) => batchId))].slice(0, MOST_BATCHES);
  for (const id of ids) {
    const wanted = new Set(places.filter(({ batchId }) => batchId === id).map(({ position }) => position));
    const row = await findBatch(open, id);
    if (!row) continue;
    for (const [position, raw] of await rawItemsOf(row, wanted)) found.set(`${id}.${position}`, raw);
  }
  return found;
}

async function findBatch({ internals, name }: OpenAccount, id: string): Promise<SqlRow | undefined> {
  const [row] = await internals.database.rows(
    `SELECT id, requested, progress, ${PAGE_COLUMNS.join(', ')} FROM emay_ims_report_batch
     WHERE account = ? AND id = ? AND COALESCE(LENGTH(body), 0) <= ${MOST_BYTES} AND COALESCE(LENGTH(raw), 0) <= ${MOST_BYTES}
       AND (body IS NOT NULL OR raw IS NOT NULL)`,
    [name, id],
    { isLong: true },
  );
  return row;
}

/** As `PageReader` finds them: the first charset that all of it is in, or in which it comes to its end. */
async function rawItemsOf(row: SqlRow, wanted: ReadonlySet<number>): Promise<Map<number, string>> {
  const { body, contentEncoding, contentType } = pageOf(row);
  let best = new Map<number, string>();
  for (const packings of await packingsOf(body, contentEncoding)) {
    const head = await headOf(body, packings, SAMPLE_BYTES);
    for (const charset of charsetsOf(head, contentType)) {
      // An item that is refused is given out as it came.
      const reading = new ItemReading(decoded(unpacked(body, packings), charset), () => 'shown', MOST_CHARACTERS);
      const items = await collect(reading).catch(() => null);
      if (items === null) continue;
      if (items.size > best.size) best = items;
      if (charset.isStrict || reading.isWhole) break;
    }
    if (best.size > 0) break;
  }
  return new Map([...best].filter(([position]) => wanted.has(position)));
}

async function collect(reading: ItemReading): Promise<Map<number, string>> {
  const items = new Map<number, string>();
  for await (const some of reading.items()) for (const item of some) items.set(item.position, rawOf(item));
  return items;
}

function rawOf(item: ReadItem): string {
  return 'raw' in item ? item.raw : '';
}
