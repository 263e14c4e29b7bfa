import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { RequestEcho } from './request-echo.js';

const SIGN = '5d41402abc4b2a76b9719d911017c592';
const CONTENT = 'Your code is 4711, 您的验证码 <b>"été"</b> & 😀 100%';
const MOBILE = '+61422118000';
const JSON_BODY = JSON.stringify({ sign: SIGN, mobile: '0061422118000', content: CONTENT, customImsId: 'order-4' });

function echo(content = CONTENT, mobile = MOBILE): RequestEcho {
  const made = new RequestEcho([{ content, mobile }]);
  made.signs.push(SIGN);
  return made;
}

const escapeAll = (text: string) =>
  Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
const escapeBeyondAscii = (text: string) => text.replace(/[^ -~]/g, escapeAll);
const inHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&#34;');
const asReferences = (text: string) =>
  Array.from(text, (character) => `&#x${character.codePointAt(0)?.toString(16)};`).join('');

const WRITTEN: [string, (text: string) => string][] = [
  ['as it was', (text) => text],
  ['in upper case', (text) => text.toUpperCase()],
  ['with JSON escapes', escapeBeyondAscii],
  [
    'with JSON escapes in capitals',
    (text) => escapeBeyondAscii(text).replace(/\\u[0-9a-f]{4}/g, (unit) => `\\u${unit.slice(2).toUpperCase()}`),
  ],
  ['with nothing but JSON escapes', escapeAll],
  ['with escaped slashes and quotes', (text) => text.replaceAll('/', '\\/').replaceAll('"', '\\"')],
  ['percent-encoded', encodeURIComponent],
  [
    'percent-encoded in small letters',
    (text) => encodeURIComponent(text).replace(/%../g, (byte) => byte.toLowerCase()),
  ],
  ['as a form would', (text) => encodeURIComponent(text).replaceAll('%20', '+')],
  ['HTML-escaped', inHtml],
  ['as character references', asReferences],
  ['as JSON in HTML', (text) => inHtml(escapeBeyondAscii(text))],
  ['as HTML in JSON', (text) => escapeBeyondAscii(inHtml(text))],
  ['percent-encoded twice', (text) => encodeURIComponent(encodeURIComponent(text))],
  ['as Latin-1', (text) => Buffer.from(text).toString('latin1')],
  ['letter by letter', (text) => [...text].join(' ')],
];

describe('an answer that repeats the request', () => {
  it.each(WRITTEN)('%s keeps neither text nor signature nor number', (_name, write) => {
    const kept = echo().redact(`<h1>502 Bad Gateway</h1> You sent: ${write(JSON_BODY)} <hr>nginx`);
    expect(kept).toContain('502 Bad Gateway');
    expect(kept).toContain('nginx');
    const plain = kept.replace(/<h1>502 Bad Gateway<\/h1> You sent: |<hr>nginx/g, '');
    for (const part of ['4711', 'code is', '您的', '验证码', 'été', '61422118', '118000', '5d41', '7c592', 'C4B2A']) {
      for (const written of [part, write(part)]) {
        expect(plain.toLowerCase()).not.toContain(written.toLowerCase());
      }
    }
  });

  it('keeps ids, codes and all that it says itself', () => {
    const answer =
      '{"code":"ERROR_NEW","message":"channel 12 is closed","data":[{"imsId":"20230731143600123456","customImsId":"order-4711"}]}';
    expect(echo().redact(answer)).toBe(answer);
  });

  it('says what it left out, and where', () => {
    expect(echo('Hello, world').redact(`"content":"Hello, world!","mobile":"0061422118000","sign":"${SIGN}"`)).toBe(
      '"content":"(text)!","mobile":"(number)","sign":"(sign)"',
    );
  });

  it.each([
    ['0061422118000', '(number)'],
    ['+61 422-118-000', '+(number)'],
    ['0422118000', '0(number)'],
    ['422118000', '(number)'],
  ])('knows the number as %s', (written, kept) => {
    expect(echo().redact(`sign=${SIGN}, mobile=${written};`)).toBe(`sign=(sign), mobile=${kept};`);
    expect(echo().redact(`mobile=${written};`)).toBe(`mobile=${written};`);
  });

  it.each(['OK', '好', '4711', 'a'])('does not keep a short text: %s', (content) => {
    expect(echo(content).redact(`{"content":"${content}","code":"BROKEN1"}`)).toBe(
      '{"content":"(text)","code":"BROKEN1"}',
    );
  });

  it('is cut short in the middle of it', () => {
    expect(echo().redact(JSON_BODY.slice(0, JSON_BODY.indexOf('4711') + 2))).not.toContain('code is');
  });

  it('keeps no six letters of any text in a row, however it is escaped', () => {
    const letters = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
    const looksEscaped = fc.constantFrom(
      '%41%42',
      '&amp;',
      '\\u0041',
      '\\n',
      '&#65;',
      '%25',
      '%E4',
      '&eacute;',
      '\u00e4\u00b8',
    );
    const text = fc
      .array(fc.oneof(letters, looksEscaped), { minLength: 1, maxLength: 6 })
      .map((parts) => parts.join(''));
    const writing = fc.constantFrom(...WRITTEN.map(([, write]) => write));
    fc.assert(
      fc.property(text, writing, (content, write) => {
        const kept = echo(content).redact(`{"echo":"${write(content)}"}`);
        const bare = (of: string) =>
          [...of.toLowerCase()].filter((character) => /[\p{L}\p{N}]/u.test(character)).join('');
        const secret = bare(content);
        for (let at = 0; at + 6 <= secret.length; at++) expect(bare(kept)).not.toContain(secret.slice(at, at + 6));
      }),
    );
  });

  it('is searched for long texts of their own by cutting out hardly any piece of them', () => {
    const words = '您的订单已发货 your parcel has left the warehouse and comes tomorrow 请注意查收 ';
    const content = (index: number) => `${index} ${words.repeat(20)}`.slice(0, 500);
    const messages = Array.from({ length: 300 }, (_, index) => ({ mobile: MOBILE, content: content(index) }));
    const page = `<h1>502 &amp; 坏网关</h1>${'<p>The proxy was not told why, in whatever words it asked.</p>'.repeat(70)}`;
    const slice = jest.spyOn(String.prototype, 'slice');
    const cut = () => slice.mock.calls.length;
    try {
      expect(new RequestEcho(messages).redact(page)).toBe(page);
      expect(cut()).toBeLessThan(50_000);
    } finally {
      slice.mockRestore();
    }
  });

  it('takes little time, whatever it is', () => {
    const messages = Array.from({ length: 300 }, (_, index) => ({
      mobile: `+6142211${String(index).padStart(4, '0')}`,
      content: `${index} ${'A text of some length. '.repeat(20)}`,
    }));
    const many = new RequestEcho(messages);
    const began = performance.now();
    many.redact(JSON.stringify(messages).slice(0, 16_000));
    many.redact('%41'.repeat(5_000));
    many.redact('\\'.repeat(16_000));
    many.redact('&'.repeat(16_000));
    expect(performance.now() - began).toBeLessThan(30_000);
  });
});
