/** A text as it reads, and where in the original each of its characters comes from. */
export interface DecodedText {
  text: string;
  /** For each UTF-16 unit of `text`: where the original of it begins and ends. */
  from: number[];
  to: number[];
}

/** Escapes within escapes (JSON inside HTML inside JSON) are rare beyond this. */
const MOST_LAYERS = 4;

const NAMED_ENTITIES = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
]);

interface Decoder {
  pattern: RegExp;
  decode: (all: string, ...groups: (string | undefined)[]) => string;
}

/** The ways in which a page writes characters that it does not want to write as they are. */
const DECODERS: readonly Decoder[] = [
  { pattern: /(?:%[0-9a-f]{2})+/gi, decode: (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8') },
  {
    pattern: /\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|([^ux]))/gi,
    decode: (_all, unit, byte, plain) =>
      unit || byte
        ? String.fromCharCode(parseInt((unit ?? byte) as string, 16))
        : /[bfnrt]/.test(plain ?? '')
          ? ' '
          : (plain ?? ''),
  },
  {
    pattern: /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]+));/gi,
    decode: (all, hex, decimal, name) =>
      hex || decimal
        ? codePoint(hex ? parseInt(hex, 16) : Number(decimal))
        : (NAMED_ENTITIES.get((name ?? '').toLowerCase()) ?? all),
  },
  // UTF-8 that somebody took for Latin-1.
  { pattern: /[\u0080-\u00ff]{2,}/g, decode: (run) => utf8OrAsItIs(run) },
];

export function asItStands(text: string): DecodedText {
  const from = Array.from({ length: text.length }, (_, index) => index);
  return { text, from, to: from.map((index) => index + 1) };
}

/** Whether `decodeText` may change it. */
export function hasEscapes(text: string): boolean {
  return DECODERS.some(({ pattern }) => text.search(pattern) >= 0);
}

/** Undoes percent, JSON and HTML escapes, one inside the other, and UTF-8 read as Latin-1. */
export function decodeText(original: string): DecodedText {
  let decoded = asItStands(original);
  for (let layer = 0; layer < MOST_LAYERS; layer++) {
    const before = decoded.text;
    for (const decoder of DECODERS) decoded = apply(decoder, decoded);
    if (decoded.text === before) break;
  }
  return decoded;
}

function apply({ pattern, decode }: Decoder, decoded: DecodedText): DecodedText {
  const { text, from, to } = decoded;
  if (text.search(pattern) < 0) return decoded;
  const result: DecodedText = { text: '', from: [], to: [] };
  let done = 0;
  const copyUpTo = (end: number) => {
    result.text += text.slice(done, end);
    for (; done < end; done++) {
      result.from.push(from[done] as number);
      result.to.push(to[done] as number);
    }
  };
  for (const match of text.matchAll(pattern)) {
    copyUpTo(match.index);
    const [all, ...groups] = match;
    const characters = decode(all, ...groups);
    const end = match.index + match[0].length;
    for (let unit = 0; unit < characters.length; unit++) {
      result.from.push(from[match.index] as number);
      result.to.push(to[end - 1] as number);
    }
    result.text += characters;
    done = end;
  }
  copyUpTo(text.length);
  return result;
}

function codePoint(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

function utf8OrAsItIs(run: string): string {
  const text = Buffer.from(run, 'latin1').toString('utf8');
  return text.includes('\uFFFD') ? run : text;
}
