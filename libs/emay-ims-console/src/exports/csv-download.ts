import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Mask } from '../masking/mask.js';
import type { AccountOperations, MessageSearch, OperatorMessage } from '../operations.js';
import { BOM, csvLine } from './csv.js';
import { COLUMNS } from './message-columns.js';

/** A download that takes no byte for so long is over. */
const STALL_MS = 60_000;
const ROWS_A_READ = 500;

export interface Download {
  readonly operations: AccountOperations;
  readonly search: MessageSearch;
  readonly mask: Mask;
  readonly response: ServerResponse;
  /** Rejects once the one who downloads may not any more. */
  readonly checkAccess: () => Promise<void>;
  readonly accessMs: number;
  /** Ends it from outside. */
  readonly signal: AbortSignal;
}

/**
 * Writes every message of a search, read by read, as fast as it is taken.
 *
 * @returns how many rows
 * @throws with the rows written so far in `rows`; the answer has no end then, and must be cut off
 */
export async function downloadCsv(download: Download): Promise<number> {
  const { operations, search, mask, response, checkAccess, accessMs, signal } = download;
  let rows = 0;
  let checkedAt = performance.now();
  try {
    await write(response, BOM + csvLine(COLUMNS), signal);
    let after: string | undefined;
    do {
      if (performance.now() - checkedAt > accessMs) {
        await checkAccess();
        checkedAt = performance.now();
      }
      const page = await operations.search({ ...search, limit: ROWS_A_READ, ...(after !== undefined && { after }) });
      const lines = page.items.map((message) => csvLine(valuesOf(mask.message(message), mask)));
      if (lines.length > 0) await write(response, lines.join(''), signal);
      rows += lines.length;
      after = page.next ?? undefined;
    } while (after !== undefined);
    response.end();
    return rows;
  } catch (error) {
    throw Object.assign(new Error('The download has been cut off', { cause: error }), { rows });
  }
}

function valuesOf(message: OperatorMessage, mask: Mask): (string | number | Date | null)[] {
  const seen = mask.whole(message) as OperatorMessage;
  return COLUMNS.map((column) => seen[column]);
}

async function write(response: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (response.destroyed) throw new Error('The connection is closed');
  if (response.write(text)) return;
  const end = AbortSignal.any([signal, AbortSignal.timeout(STALL_MS)]);
  await once(response, 'drain', { signal: end });
}
