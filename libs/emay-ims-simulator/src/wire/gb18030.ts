/** Node decodes GB18030 and does not encode it: these tables are the decoder's answers, turned around once. */
let tables: { readonly two: ReadonlyMap<string, number>; readonly four: ReadonlyMap<string, number> } | undefined;

/** How many four-byte codes there are up to the end of the first plane, and where those of the others begin. */
const FIRST_PLANE_CODES = 39_420;
const OTHER_PLANES_AT = 189_000;

/** Text in GB18030, or in GBK, which has no four-byte codes: `?` stands for what it lacks, as Java writes it. */
export function encodeGb18030(text: string, { isGbk = false } = {}): Buffer {
  const { two, four } = (tables ??= buildTables());
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0)!;
    const pair = two.get(character);
    if (point < 0x80) bytes.push(point);
    else if (pair !== undefined) bytes.push(pair >> 8, pair & 0xff);
    else if (isGbk) bytes.push(0x3f);
    else {
      const place = point >= 0x1_0000 ? point - 0x1_0000 + OTHER_PLANES_AT : four.get(character);
      bytes.push(...(place === undefined ? [0x3f] : fourBytes(place)));
    }
  }
  return Buffer.from(bytes);
}

function buildTables(): NonNullable<typeof tables> {
  const pairs = Array.from({ length: 0x7e * 0xbf }, (_, index) => {
    const lead = 0x81 + Math.floor(index / 0xbf);
    return (lead << 8) | (0x40 + (index % 0xbf));
  });
  return {
    two: reversed(pairs, (pair) => [pair >> 8, pair & 0xff]),
    four: reversed([...Array.from({ length: FIRST_PLANE_CODES }).keys()], fourBytes),
  };
}

/** By character, the first place whose bytes stand for it. All are decoded at once, a line for each: that is much faster. */
function reversed(places: readonly number[], toBytes: (place: number) => readonly number[]): Map<string, number> {
  const bytes = Uint8Array.from(places.flatMap((place) => [...toBytes(place), 0x0a]));
  const lines = new TextDecoder('gb18030').decode(bytes).split('\n');
  const table = new Map<string, number>();
  for (const [index, place] of places.entries()) {
    const character = lines[index]!;
    if (character !== '\uFFFD' && [...character].length === 1 && !table.has(character)) table.set(character, place);
  }
  return table;
}

function fourBytes(place: number): number[] {
  return [
    0x81 + Math.floor(place / 12_600),
    0x30 + (Math.floor(place / 1_260) % 10),
    0x81 + (Math.floor(place / 10) % 126),
    0x30 + (place % 10),
  ];
}
