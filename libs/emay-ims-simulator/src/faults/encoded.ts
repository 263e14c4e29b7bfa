import { type Break, BREAKS, sendCut } from '../exchange/cut-body.js';
import { placesWithin } from '../exchange/whole-reports.js';
import { CHARSET_NAMES, CHARSETS, type CharsetName, encodeText } from '../wire/charset.js';
import { PACKING_NAMES, type PackingName, PACKINGS } from '../wire/packing.js';
import type { FaultDefinition } from './fault-definition.js';

/** Whether a header tells how the body is written. */
const TELLS = ['truth', 'another', 'nothing'] as const;
type Tells = (typeof TELLS)[number];

/** The genuine answer in another charset, packed unasked, cut, or all of it. */
export interface EncodedFault {
  readonly kind: 'encoded';
  /** `utf-16` is big-endian with its mark. Default: `utf-8`. */
  readonly charset?: CharsetName | undefined;
  /** What Content-Type says of the charset. Default: `truth`. */
  readonly declares?: Tells | undefined;
  /** `deflate-raw` has no zlib header, as some servers send it. Default: `none`. */
  readonly packing?: PackingName | undefined;
  /** What Content-Encoding says of the packing. Default: `truth`. */
  readonly announces?: Tells | undefined;
  /** The share of the body, as it goes over the wire, that is sent. Default: 100. */
  readonly percent?: number | undefined;
  /** How it ends where `percent` is below 100, as in `truncate`. Default: `body`. */
  readonly breaks?: Break | undefined;
}

export const encoded: FaultDefinition<EncodedFault> = {
  meaning:
    'the answer in another `charset`, compressed without being asked, under headers that may be wrong; `percent` of it',
  accepts: 'yes',
  fields: {
    charset: { type: 'choice', choices: CHARSET_NAMES, default: 'utf-8', meaning: 'how the text is written' },
    declares: { type: 'choice', choices: TELLS, default: 'truth', meaning: 'what Content-Type says of the charset' },
    packing: { type: 'choice', choices: PACKING_NAMES, default: 'none', meaning: 'how the bytes are packed' },
    announces: {
      type: 'choice',
      choices: TELLS,
      default: 'truth',
      meaning: 'what Content-Encoding says of the packing',
    },
    percent: { type: 'integer', min: 0, max: 100, default: 100, meaning: 'share of the packed body that arrives' },
    breaks: { type: 'choice', choices: BREAKS, default: 'body', meaning: 'what is cut, below 100 percent' },
  },
  play(exchange, { charset, declares, packing, announces, percent, breaks }) {
    const answer = exchange.accept();
    const { pack, unpack } = PACKINGS[packing];
    const { form } = exchange;
    const whole = pack(form.seal(encodeText(form.text(answer), charset)));
    const sentBytes = Math.floor((whole.length * percent) / 100);
    const headers = { ...contentType(charset, declares), ...contentEncoding(packing, announces) };
    if (percent === 100) {
      exchange.answerAs(whole, answer, headers);
      return;
    }
    const readable = sentBytes === 0 ? 0 : form.readableIn(unpack(whole.subarray(0, sentBytes)));
    exchange.keepsWhole(placesWithin(answer, { text: form.text, charset }, readable));
    sendCut(exchange, { code: answer.code, whole, sentBytes, breaks, headers });
  },
};

function contentType(charset: CharsetName, tells: Tells): Record<string, string> {
  const { name } = CHARSETS[charset];
  if (tells === 'nothing') return { 'Content-Type': 'text/plain' };
  const said = tells === 'truth' ? name : name === 'utf-8' ? 'gb18030' : 'utf-8';
  return { 'Content-Type': `text/plain;charset=${said}` };
}

function contentEncoding(packing: PackingName, tells: Tells): Record<string, string> {
  const { name } = PACKINGS[packing];
  if (tells === 'nothing' || (tells === 'truth' && packing === 'none')) return {};
  return { 'Content-Encoding': tells === 'truth' ? name : name === 'gzip' ? 'br' : 'gzip' };
}
