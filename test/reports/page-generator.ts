import {
  brotliCompressSync,
  brotliDecompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateRawSync,
  inflateSync,
} from 'node:zlib';
import type { Chance } from './chance.js';
import { generateAnswer } from './answer-generator.js';
import { gb18030 } from './gb18030.js';

/** A page as a gateway, or something between, could have made it of reports. */
export interface GeneratedPage {
  /** What it is, for people. */
  what: string;
  body: Buffer;
  contentType: string | null;
  contentEncoding: string | null;
  /** The ids of the reports that are whole in the bytes. */
  whole: string[];
  /** How many were in it before it was cut. */
  reports: number;
  isCut: boolean;
  /** Something in it is no JSON, so that nobody can be sure where it ends. */
  isDamaged: boolean;
}

interface Coding {
  label: string;
  /** What the answer may say about it, the truth or not. */
  headers: readonly (string | null)[];
  /** A byte order mark in front. */
  mark?: string;
  encode(text: string): Buffer;
}

const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const CODINGS: readonly Coding[] = [
  { label: 'UTF-8', headers: [null, 'application/json;charset=UTF-8', 'text/plain'], encode: Buffer.from },
  { label: 'UTF-8', headers: ['text/html; charset=ISO-8859-1', 'text/plain;charset=GBK'], encode: Buffer.from },
  { label: 'UTF-8 with a mark', headers: [null, 'application/json'], mark: '\uFEFF', encode: Buffer.from },
  { label: 'UTF-16LE with a mark', headers: [null, 'x;charset=UTF-16'], mark: '\uFEFF', encode: utf16 },
  { label: 'UTF-16BE with a mark', headers: [null], mark: '\uFEFF', encode: (text) => utf16(text).swap16() },
  { label: 'UTF-16LE', headers: [null, 'text/plain;charset=utf-16le'], encode: utf16 },
  { label: 'GB18030', headers: [null, 'text/html;charset=gb2312', 'text/plain; charset="GBK"'], encode: gb18030 },
  { label: 'GB18030', headers: ['text/plain;charset=UTF-8', 'x;charset=latin1', 'x;charset=none'], encode: gb18030 },
];

interface Packing {
  label: string;
  headers: readonly (string | null)[];
  pack(bytes: Buffer): Buffer;
  /** What can be had of one that was cut. */
  unpack(bytes: Buffer): Buffer;
}

const same = (bytes: Buffer) => bytes;
const CUT = { finishFlush: constants.Z_SYNC_FLUSH };
const FAST = { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } };
const ungzip = (bytes: Buffer) => gunzipSync(bytes, CUT);
const PACKINGS: readonly Packing[] = [
  { label: 'plain', headers: [null, null, 'identity'], pack: same, unpack: same },
  { label: 'plain', headers: ['gzip', 'deflate', 'br'], pack: same, unpack: same },
  { label: 'gzip', headers: [null, 'gzip', 'identity'], pack: gzipSync, unpack: ungzip },
  {
    label: 'gzip twice',
    headers: ['gzip'],
    pack: (bytes) => gzipSync(gzipSync(bytes)),
    unpack: (bytes) => ungzip(ungzip(bytes)),
  },
  {
    label: 'zlib',
    headers: [null, 'deflate'],
    pack: (bytes) => deflateSync(bytes, { level: 1 }),
    unpack: (bytes) => inflateSync(bytes, CUT),
  },
  {
    label: 'bare deflate',
    headers: [null, 'deflate'],
    pack: deflateRawSync,
    unpack: (bytes) => inflateRawSync(bytes, CUT),
  },
  {
    label: 'brotli',
    headers: [null, 'br'],
    pack: (bytes) => brotliCompressSync(bytes, FAST),
    unpack: (bytes) => brotliDecompressSync(bytes, { finishFlush: constants.BROTLI_OPERATION_FLUSH }),
  },
];

/** Where it may be cut, as a part of its bytes. */
const CUTS = [null, null, null, 0.05, 0.3, 0.6, 0.6, 0.95, 0.999];

/** One page. `newId` gives each report the id that it is known by. */
export function generatePage(chance: Chance, newId: () => string): GeneratedPage {
  const coding = chance(CODINGS);
  const packing = chance(PACKINGS);
  const at = chance(CUTS);
  const { text, end, reports, shape } = generateAnswer(chance, newId);
  const coded = coding.encode((coding.mark ?? '') + text);
  const bytesUpTo = bytesOf(coding, text);
  const packed = packing.pack(coded);
  const body = at === null ? packed : packed.subarray(0, Math.floor(packed.length * at));
  const arrived = at === null ? coded.length : lengthOf(packing, body);
  const contentEncoding = chance(packing.headers);
  const contentType = chance(coding.headers);
  return {
    what: [
      `${coding.label} as ${contentType}`,
      `${packing.label} as ${contentEncoding}`,
      `${shape} of ${reports.length}`,
      at === null ? 'whole' : `cut at ${at}`,
    ].join(', '),
    body,
    contentType,
    contentEncoding,
    whole: reports.filter((report) => bytesUpTo(report.end) <= arrived).map(({ id }) => id),
    reports: reports.length,
    isDamaged: shape === 'a list with damage',
    isCut: bytesUpTo(end) > arrived,
  };
}

/** How many bytes a text takes up to a place; asked from one place to the next. */
function bytesOf({ mark = '', encode }: Coding, text: string): (place: number) => number {
  let from = 0;
  let bytes = mark === '' ? 0 : encode(mark).length;
  return (place) => {
    bytes += encode(text.slice(from, place)).length;
    from = place;
    return bytes;
  };
}

/** How much of the text can be had of what came; nothing where not even the packing's own head did. */
function lengthOf({ unpack }: Packing, body: Buffer): number {
  try {
    return unpack(body).length;
  } catch {
    return 0;
  }
}
