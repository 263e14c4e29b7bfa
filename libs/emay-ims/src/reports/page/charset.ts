/** How to read bytes as text. A strict reading ends at the first bytes that the charset does not have. */
export interface Charset {
  label: string;
  isStrict: boolean;
}

/** So much tells what the rest is. */
export const SAMPLE_BYTES = 64 * 1024;

const UTF_8 = 'utf-8';
/** What Chinese systems mean by GB2312 and GBK as well, which are parts of it. */
const GB18030 = 'gb18030';
/** Said by servers where nobody has chosen a charset. Every byte is something in them, so they prove nothing. */
const SAY_NOTHING = new Set(['windows-1252', UTF_8]);

/**
 * The charsets that a text may be in, the likeliest first: what its first bytes show, UTF-8 if all of it is, what the answer
 * declares, GB18030. Where it is none of them strictly, some bytes are damaged: then by what most of it is.
 *
 * Decoding is Node's own ICU.
 */
export function* charsetsOf(head: Buffer, contentType: string | null): Iterable<Charset> {
  const utf16 = utf16Of(head);
  if (utf16) return yield { label: utf16, isStrict: false };
  yield { label: UTF_8, isStrict: true };
  const damagedUtf8 = { label: UTF_8, isStrict: false };
  if (isMostlyUtf8(head)) return yield damagedUtf8;
  const declared = declaredCharset(contentType);
  for (const label of new Set([declared ?? GB18030, GB18030])) yield { label, isStrict: true };
  yield { label: declared ?? GB18030, isStrict: false };
  yield damagedUtf8;
}

/** The text, piece by piece. A character that is cut at the end is left out. Throws where a strict reading finds something else. */
export async function* decoded(
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
  charset: Charset,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(charset.label, { fatal: charset.isStrict });
  for await (const piece of pieces) yield decoder.decode(piece, { stream: true });
}

function utf16Of([first, second]: Buffer): string | null {
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le';
  return (first === 0xfe && second === 0xff) || (first === 0 && second !== 0) ? 'utf-16be' : null;
}

function declaredCharset(contentType: string | null): string | null {
  const [, name] = /charset\s*=\s*["']?([\w.:-]+)/i.exec(contentType ?? '') ?? [];
  if (name === undefined) return null;
  try {
    const label = new TextDecoder(name).encoding;
    if (SAY_NOTHING.has(label)) return null;
    return label === 'gbk' ? GB18030 : label;
  } catch {
    return null; // A charset that Node does not know.
  }
}

/** Whether more characters beyond ASCII are UTF-8 than are not: Chinese in another charset hardly ever looks like it. */
function isMostlyUtf8(head: Buffer): boolean {
  const text = new TextDecoder(UTF_8).decode(head, { stream: true });
  let sound = 0;
  let damaged = 0;
  for (const [character] of text.matchAll(/[^\0-\x7f]/gu)) {
    if (character === '\ufffd') damaged++;
    else sound++;
  }
  return sound > damaged;
}
