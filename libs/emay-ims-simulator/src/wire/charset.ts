import { encodeGb18030 } from './gb18030.js';

interface Charset {
  /** As a Content-Type names it. */
  readonly name: string;
  /** Bytes before the text. */
  readonly mark?: readonly number[];
  /** As the platform's decoder names it. */
  readonly decodedAs: string;
  readonly encode: (text: string) => Buffer;
}

export type CharsetName = 'utf-8' | 'utf-8-bom' | 'gb18030' | 'gbk' | 'utf-16' | 'utf-16le' | 'latin-1';

/** The charsets that a body can be written in. What one of them lacks is `?`, as Java writes it. */
export const CHARSETS: { readonly [Name in CharsetName]: Charset } = {
  'utf-8': { name: 'utf-8', decodedAs: 'utf-8', encode: (text) => Buffer.from(text) },
  'utf-8-bom': { name: 'utf-8', mark: [0xef, 0xbb, 0xbf], decodedAs: 'utf-8', encode: (text) => Buffer.from(text) },
  gb18030: { name: 'gb18030', decodedAs: 'gb18030', encode: (text) => encodeGb18030(text) },
  gbk: { name: 'gbk', decodedAs: 'gbk', encode: (text) => encodeGb18030(text, { isGbk: true }) },
  'utf-16': {
    name: 'utf-16',
    mark: [0xfe, 0xff],
    decodedAs: 'utf-16be',
    encode: (text) => Buffer.from(text, 'utf16le').swap16(),
  },
  'utf-16le': { name: 'utf-16le', decodedAs: 'utf-16le', encode: (text) => Buffer.from(text, 'utf16le') },
  'latin-1': {
    name: 'iso-8859-1',
    decodedAs: 'latin1',
    encode: (text) => Buffer.from(text.replaceAll(/[^\0-\u00FF]/gu, '?'), 'latin1'),
  },
};

export const CHARSET_NAMES = Object.keys(CHARSETS) as readonly CharsetName[];

/** The text with the mark of its charset, if that has one. */
export function encodeText(text: string, charset: CharsetName): Buffer {
  const { mark = [], encode } = CHARSETS[charset];
  return mark.length === 0 ? encode(text) : Buffer.concat([Buffer.from(mark), encode(text)]);
}

/** The charset that a header names, such as `UTF-8`. */
export function charsetNamed(name: string): CharsetName | undefined {
  return CHARSET_NAMES.find((charset) => CHARSETS[charset].name === name.trim().toLowerCase());
}

/** The text without its mark; `undefined` where the bytes are none of that charset. */
export function decodeText(bytes: Buffer, charset: CharsetName): string | undefined {
  try {
    return new TextDecoder(CHARSETS[charset].decodedAs, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
