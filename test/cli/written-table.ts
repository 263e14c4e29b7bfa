import type { ByteSource } from '../../src/cli/batch/csv-rows.js';

/** Bytes as they come from a disk, in pieces that respect no character. */
export function inPieces(bytes: Buffer, size: number): ByteSource {
  return {
    isFile: true,
    assertUnchanged: () => undefined,
    async *[Symbol.asyncIterator]() {
      for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
    },
  };
}

/** Writes a text in an encoding, with its byte order mark or without. */
export function encoded(text: string, encoding: Encoding, hasMark: boolean): Buffer {
  const marked = hasMark ? `\uFEFF${text}` : text;
  if (encoding === 'utf-8') return Buffer.from(marked, 'utf8');
  if (encoding === 'gb18030') return inGb18030(text);
  const bytes = Buffer.from(marked, 'utf16le');
  return encoding === 'utf-16be' ? bytes.swap16() : bytes;
}

export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'gb18030'] as const;
export type Encoding = (typeof ENCODINGS)[number];

let gb18030: Map<string, Buffer> | null = null;

/** Of GB18030 what has two bytes: Node reads it, but does not write it. */
function inGb18030(text: string): Buffer {
  gb18030 ??= twoByteCharacters();
  const known = gb18030;
  return Buffer.concat([...text].map((character) => known.get(character) ?? Buffer.from(character, 'ascii')));
}

function twoByteCharacters(): Map<string, Buffer> {
  const decoder = new TextDecoder('gb18030');
  const characters = new Map<string, Buffer>();
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const bytes = Buffer.from([lead, trail]);
      const character = decoder.decode(bytes);
      if ([...character].length === 1 && character !== '\uFFFD') characters.set(character, bytes);
    }
  }
  return characters;
}
