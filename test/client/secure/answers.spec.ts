import { afterEach, describe, expect, it } from '@jest/globals';
import { ANSWER_CODES } from 'nestjs-emay-ims';
import { gzipSync } from 'node:zlib';
import { Bench, MESSAGE } from '../support/client-under-test.js';
import { httpAnswer } from '../support/raw-server.js';
import {
  encrypt,
  encryptedGateway,
  encryptPacked,
  encryptPaddedWrongly,
  type EncryptedAnswer,
} from './support/encrypted-gateway.js';

const bench = new Bench();
afterEach(() => bench.close());

const ENTRY = { mobile: '0061422118000', imsId: '15538534128511200', customImsId: MESSAGE.customImsId };
const READ_ENTRY = { ...ENTRY, mobile: '+61422118000' };
const DATA = JSON.stringify(ENTRY);
const ENVELOPE = JSON.stringify({ code: 'SUCCESS', data: ENTRY });
const OTHER_KEY = 'SOME-OTHER-KEY-0';

async function outcomeOf(answer: EncryptedAnswer, maxResponseBytes?: number) {
  const server = await bench.server(encryptedGateway({ answer: () => answer }));
  return bench.client(server.url, { transport: 'secure', http: { maxResponseBytes } }).sendSingleIms(MESSAGE);
}

describe('SUCCESS that decrypts is accepted', () => {
  it.each<[string, EncryptedAnswer, unknown[]?]>([
    ['as it should be', { code: 'SUCCESS', data: ENTRY }],
    ['not packed, though the request was', { code: 'SUCCESS', body: encrypt(DATA) }],
    ['encrypted before it was packed', { code: 'SUCCESS', body: gzipSync(encrypt(DATA)) }],
    ['as a list', { code: 'SUCCESS', data: [ENTRY] }],
    ['in an envelope', { code: 'SUCCESS', body: encryptPacked(ENVELOPE) }],
    ['in an envelope, its header missing', { code: null, body: encryptPacked(ENVELOPE) }],
    ['with a byte order mark and blanks', { code: 'SUCCESS', body: encrypt(`\uFEFF ${DATA}\r\n`) }],
    ['with status 202', { code: 'SUCCESS', data: ENTRY, status: '202 Accepted' }],
    ['with status 500', { code: 'SUCCESS', data: ENTRY, status: '500 Error' }],
    ['as HTML by its header', { code: 'SUCCESS', data: ENTRY, headers: ['Content-Type: text/html'] }],
    ['as JSON by its header', { code: 'SUCCESS', data: ENTRY, headers: ['Content-Type: application/json'] }],
    ['with its header in other letters', { code: null, data: ENTRY, headers: ['RESULT:  SUCCESS '] }],
    ['naming nobody', { code: 'SUCCESS', body: encrypt('') }, []],
    ['naming nobody, as a list', { code: 'SUCCESS', data: [] }, []],
    ['naming nobody, as null', { code: 'SUCCESS', body: encrypt('null') }, []],
  ])('%s', async (_name, answer, entries = [READ_ENTRY]) => {
    await expect(outcomeOf(answer)).resolves.toEqual({ kind: 'accepted', entries });
  });

  it('with bare numbers for ids, of which no digit is lost', async () => {
    const body = encrypt('{"mobile":61422118000,"imsId":18446744073709551615}');
    await expect(outcomeOf({ code: 'SUCCESS', body })).resolves.toEqual({
      kind: 'accepted',
      entries: [{ mobile: '+61422118000', imsId: '18446744073709551615', customImsId: null }],
    });
  });
});

describe('SUCCESS that does not decrypt is UNDECIPHERABLE', () => {
  const sealed = encryptPacked(DATA);
  it.each<[string, EncryptedAnswer]>([
    ['without a body', { code: 'SUCCESS' }],
    ['under another key', { code: 'SUCCESS', body: encryptPacked(DATA, OTHER_KEY) }],
    ['cut within a block', { code: 'SUCCESS', body: sealed.subarray(0, -1) }],
    ['cut between blocks', { code: 'SUCCESS', body: sealed.subarray(0, -16) }],
    ['padded wrongly', { code: 'SUCCESS', body: encryptPaddedWrongly(DATA) }],
    ['packed and then cut', { code: 'SUCCESS', body: encrypt(gzipSync(DATA).subarray(0, -12)) }],
    ['packed and not encrypted', { code: 'SUCCESS', body: gzipSync(DATA) }],
    ['in the clear', { code: 'SUCCESS', body: DATA }],
    ['in the clear, in an envelope', { code: 'SUCCESS', body: ENVELOPE }],
    ['in the clear, in an envelope, its header missing', { code: null, body: ENVELOPE }],
    ['an error page', { code: 'SUCCESS', body: '<html><h1>502</h1></html>', status: '502 Bad Gateway' }],
    ['something that is no JSON', { code: 'SUCCESS', body: encrypt('SUCCESS') }],
    ['no text, its header missing', { code: null, body: encryptPacked(DATA, OTHER_KEY) }],
  ])('%s', async (_name, answer) => {
    await expect(outcomeOf(answer)).resolves.toMatchObject({ kind: 'unconfirmed', reason: 'UNDECIPHERABLE' });
  });

  it('and kept so that the right key can open it later', async () => {
    const body = encryptPacked(DATA, OTHER_KEY);
    const outcome = await outcomeOf({ code: 'SUCCESS', body });
    if (outcome.kind !== 'unconfirmed') throw new Error(outcome.kind);
    expect(Buffer.from(outcome.rawAnswer ?? '', 'base64')).toEqual(body);
  });

  it('where it is but the request, given back', async () => {
    const server = await bench.server({
      onRequest: (socket, { body }) => void socket.write(httpAnswer(body, { headers: ['result: SUCCESS'] })),
    });
    for (const gzip of [true, false]) {
      const client = bench.client(server.url, { transport: 'secure', protocol: { gzip } });
      const outcome = await client.sendSingleIms(MESSAGE);
      expect(outcome).toMatchObject({ kind: 'unconfirmed', reason: 'UNDECIPHERABLE' });
      // Decrypted, it would repeat the text.
      expect(JSON.stringify(outcome)).not.toMatch(/你好|quoted|422118000/);
    }
  });

  it('where little unpacks to more than an answer may be', async () => {
    const bomb = encryptPacked(`[${' '.repeat(10 * 1024 * 1024)}]`);
    expect(bomb.length).toBeLessThan(20_000);
    await expect(outcomeOf({ code: 'SUCCESS', body: bomb }, 64 * 1024)).resolves.toMatchObject({
      kind: 'unconfirmed',
      reason: 'UNDECIPHERABLE',
    });
  });
});

describe('without a code, nothing is taken', () => {
  it.each<[string, EncryptedAnswer, string]>([
    ['bare data, its header missing', { code: null, data: ENTRY }, 'UNREADABLE'],
    ['an empty body', { code: null }, 'UNREADABLE'],
    ['HTML', { code: null, body: '<html></html>' }, 'UNREADABLE'],
    ['an empty header', { code: '', data: ENTRY }, 'UNREADABLE'],
    ['HTML with a status of its own', { code: null, body: '<html></html>', status: '502 Bad Gateway' }, 'HTTP_502'],
    ['bare data with a status of its own', { code: null, data: ENTRY, status: '500 Error' }, 'HTTP_500'],
    ['two codes', { code: 'SUCCESS', data: ENTRY, headers: ['result: ERROR_SIGN'] }, 'UNREADABLE'],
  ])('%s', async (_name, answer, reason) => {
    await expect(outcomeOf(answer)).resolves.toMatchObject({ kind: 'unconfirmed', reason });
  });
});

describe('a listed code is refused', () => {
  const refusing = Object.values(ANSWER_CODES).filter(({ kind }) => kind !== 'success' && kind !== 'doubtful');

  it.each(refusing)('$code', async ({ code }) => {
    await expect(outcomeOf({ code })).resolves.toEqual({ kind: 'refused', code });
  });

  const code = 'ERROR_CUSTOM_IMSID';
  it.each<[string, EncryptedAnswer]>([
    ['with status 400', { code, status: '400 Bad Request' }],
    ['with a page of the server’s', { code, body: '<html></html>', status: '500 Error' }],
    ['in an envelope in the clear', { code, body: JSON.stringify({ code }) }],
    ['in an envelope in the clear, its header missing', { code: null, body: JSON.stringify({ code }) }],
    ['in an encrypted envelope', { code, data: { code, data: '' } }],
    ['in an encrypted envelope, its header missing', { code: null, data: { code } }],
    ['with a body under another key', { code, body: encryptPacked('{}', OTHER_KEY) }],
    ['with an empty body, encrypted', { code, body: encrypt('') }],
    ['with a text of its own, encrypted', { code, data: { message: 'no' } }],
    ['with what it refuses, encrypted', { code, data: [{ ...ENTRY, imsId: null }] }],
  ])('%s', async (_name, answer) => {
    await expect(outcomeOf(answer)).resolves.toEqual({ kind: 'refused', code });
  });
});

describe('what proves nothing is unconfirmed', () => {
  it.each(['ERROR_PARAMS', 'ERROR_REQUEST_NO_VALID', 'ERROR_NEW'])('%s', async (code) => {
    await expect(outcomeOf({ code })).resolves.toMatchObject({ kind: 'unconfirmed', reason: code });
  });

  const code = 'ERROR_CUSTOM_IMSID';
  it.each<[string, EncryptedAnswer]>([
    ['a no whose body says yes', { code, body: encryptPacked(ENVELOPE) }],
    ['a no whose body says yes in the clear', { code, body: ENVELOPE }],
    ['a no whose body names the message', { code, data: ENTRY }],
    ['a no whose body lists the message', { code, body: encrypt(`[${DATA}]`) }],
    ['a no that names the message', { code, data: { code, data: ENTRY } }],
    ['a no that lists the message', { code, data: { code, data: [ENTRY] } }],
    ['a no that lists the message, its header missing', { code: null, data: { code, data: [ENTRY] } }],
    ['a no that lists the message in the clear', { code, body: JSON.stringify({ code, data: [ENTRY] }) }],
    ['a no whose body lists the message in the clear', { code, body: `[${DATA}]` }],
    ['a no whose body lists the message in the clear, and is cut', { code, body: `[${DATA},` }],
    ['a yes whose body says no', { code: 'SUCCESS', data: { code } }],
    ['two different noes', { code, data: { code: 'ERROR_LONG_CONTENT' } }],
    ['two different noes, one in the clear', { code, body: '{"code":"ERROR_LONG_CONTENT"}' }],
  ])('%s', async (_name, answer) => {
    await expect(outcomeOf(answer)).resolves.toMatchObject({ kind: 'unconfirmed', reason: 'UNREADABLE' });
  });

  it('data that is no data', async () => {
    await expect(outcomeOf({ code: 'SUCCESS', body: encryptPacked('{"data":7}') })).resolves.toMatchObject({
      kind: 'unconfirmed',
      reason: 'UNREADABLE',
      rawAnswer: '{"data":7}',
    });
  });
});
