import { isUtf8 } from 'node:buffer';
import { SEALED } from '../../protocol/index.js';
import { headOf, packingsOf } from '../../reports/page/unpacking.js';

/** So much of a batch or a report is shown. */
export const MAX_RAW_BYTES = 16 * 1024;

/** Base64 takes 4 characters for 3 bytes. */
const SEALED_BYTES = (MAX_RAW_BYTES / 4) * 3;

/** The beginning of what came, unpacked, as text; bytes that are no UTF-8 show as U+FFFD. What is still encrypted shows in Base64. */
export async function rawText(bytes: Buffer, contentEncoding: string | null): Promise<string> {
  if (contentEncoding === SEALED && !isUtf8(bytes)) return bytes.toString('base64', 0, SEALED_BYTES);
  const [packings = []] = await packingsOf(bytes, contentEncoding);
  const head = packings.length === 0 ? bytes : await headOf(bytes, packings, MAX_RAW_BYTES);
  return shortened((head.length === 0 ? bytes : head).subarray(0, MAX_RAW_BYTES));
}

/** A text of at most so many bytes of UTF-8, without half a character at the end. */
export function shortened(bytes: Buffer): string {
  const text = bytes.subarray(0, MAX_RAW_BYTES).toString('utf8');
  return bytes.length >= MAX_RAW_BYTES ? text.replace(/\ufffd{1,3}$/, '') : text;
}
