/** GB18030 of a text: Node decodes it, but does not encode. */
export function gb18030(text: string): Buffer {
  return Buffer.from(Array.from(text).flatMap((character) => bytesOf(character.codePointAt(0) as number)));
}

const twoBytes = new Map<number, number[]>();

function bytesOf(codePoint: number): number[] {
  if (codePoint < 0x80) return [codePoint];
  if (codePoint >= 0x10000) return fourBytes(codePoint - 0x10000);
  if (twoBytes.size === 0) readTable();
  const known = twoBytes.get(codePoint);
  if (!known) throw new Error(`Choose texts of characters that GBK has: U+${codePoint.toString(16)} is none.`);
  return known;
}

function fourBytes(index: number): number[] {
  return [
    0x90 + Math.floor(index / 12_600),
    0x30 + (Math.floor(index / 1_260) % 10),
    0x81 + (Math.floor(index / 10) % 126),
    0x30 + (index % 10),
  ];
}

function readTable(): void {
  const decoder = new TextDecoder('gb18030');
  for (let first = 0x81; first <= 0xfe; first++) {
    for (let second = 0x40; second <= 0xfe; second++) {
      const text = second === 0x7f ? '' : decoder.decode(Uint8Array.of(first, second));
      if (text.length === 1) twoBytes.set(text.charCodeAt(0), [first, second]);
    }
  }
}
