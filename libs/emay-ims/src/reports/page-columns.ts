import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { SqlRow } from '../database/ims-database.js';
import type { SqlDialect } from '../database/sql-dialect.js';
import { SEALED } from '../protocol/index.js';
import type { StoredPage } from './report-batch-store.js';

const MAX_TEXT_BYTES = 1024 * 1024;
const MAX_TYPE_LENGTH = 255;
const MAX_ENCODING_LENGTH = 64;

export const PAGE_COLUMNS = [
  ...(['body', 'raw', 'raw_packed', 'content_type', 'content_encoding', 'cut'] as const),
  ...(['source', 'content_hash'] as const),
] as const;

type PageColumns = Record<(typeof PAGE_COLUMNS)[number], string | number | Buffer | null>;

/**
 * How a page is kept: every byte of it.
 *
 * - As text where it is some, so that people, and the release before, can read it in the database.
 * - Otherwise as bytes; packed where it is so long that statements and memory would suffer.
 */
export async function columnsOf(page: StoredPage, dialect: SqlDialect, asBytes: boolean): Promise<PageColumns> {
  const { body, contentType, contentEncoding, cut } = page;
  const shared = {
    content_type: headerText(contentType, MAX_TYPE_LENGTH),
    content_encoding: headerText(contentEncoding, MAX_ENCODING_LENGTH),
    cut,
    source: page.source ?? null,
    content_hash: page.contentHash ?? null,
  };
  // No database takes a NUL in a text.
  if (!asBytes && body.length <= MAX_TEXT_BYTES && !body.includes(0) && isUtf8(body)) {
    return { body: dialect.longText(body), raw: null, raw_packed: 0, ...shared };
  }
  // What is encrypted would not get shorter, and must not be taken for what it is packed into.
  const isPackable = body.length > MAX_TEXT_BYTES && contentEncoding !== SEALED;
  const packed = isPackable ? await promisify(gzip)(body) : body;
  const isShorter = packed.length < body.length;
  return { body: null, raw: isShorter ? packed : body, raw_packed: isShorter ? 1 : 0, ...shared };
}

/** The page of a row. One that we have packed stays so: whoever reads pages unpacks them. */
export function pageOf(row: SqlRow, raw: Buffer | null = row.raw === null ? null : bytesOf(row.raw)): StoredPage {
  const text = (column: string) => (row[column] === null || row[column] === undefined ? null : String(row[column]));
  return {
    id: String(row.id),
    body: raw ?? Buffer.from(text('body') ?? ''),
    contentType: text('content_type'),
    contentEncoding: text('content_encoding'),
    cut: text('cut'),
    requested: row.requested === null ? null : Number(row.requested),
    progress: Number(row.progress ?? 0),
    ...(text('source') === PUSH && pushed(text('content_hash'))),
  };
}

/** The source of a page that the gateway has sent by itself. */
export const PUSH = 'push';

/** What a pushed page has beside the bytes: a bare list, which is read as the answer to a pull with the code in its header. */
export function pushed(contentHash: string | null) {
  return { source: PUSH, contentHash, headerCode: 'SUCCESS' } as const;
}

/** What drivers make of bytes; `libsql` no view of them, but the memory itself. */
export function bytesOf(value: unknown): Buffer {
  const bytes = value as Uint8Array | ArrayBuffer;
  return ArrayBuffer.isView(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : Buffer.from(bytes);
}

/** As much of a header as says something about charset and packing. */
function headerText(header: string | null, maxLength: number): string | null {
  return header === null ? null : header.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, maxLength);
}
