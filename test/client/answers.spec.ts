import { afterEach, describe, expect, it } from '@jest/globals';
import { ANSWER_CODES } from 'nestjs-emay-ims';
import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Bench, MESSAGE } from './support/client-under-test.js';
import { answering, httpAnswer, type AnswerParts } from './support/raw-server.js';

const bench = new Bench();
afterEach(() => bench.close());

const ENTRY = { mobile: '0061422118000', imsId: '15538534128511200', customImsId: MESSAGE.customImsId };
const READ_ENTRY = { ...ENTRY, mobile: '+61422118000' };
const SUCCESS = JSON.stringify({ code: 'SUCCESS', data: ENTRY });
const HTML = '<html><body><h1>502 Bad Gateway</h1></body></html>';

async function outcomeOf(body: string | Buffer, parts?: AnswerParts) {
  const server = await bench.server(answering(body, parts));
  return bench.client(server.url).sendSingleIms(MESSAGE);
}

describe('SUCCESS is accepted', () => {
  const bodies: [string, string, unknown[]][] = [
    ['with data as an object', SUCCESS, [READ_ENTRY]],
    ['with data as a list', JSON.stringify({ code: 'SUCCESS', data: [ENTRY] }), [READ_ENTRY]],
    ['with a byte order mark', `\uFEFF${SUCCESS}`, [READ_ENTRY]],
    ['with blank lines around', `\r\n\r\n${SUCCESS}\n`, [READ_ENTRY]],
    [
      'with numeric ids, of which no digit is lost',
      `{"code":"SUCCESS","data":{"mobile":61422118000,"imsId":18446744073709551615,"customImsId":9007199254740993}}`,
      [{ mobile: '+61422118000', imsId: '18446744073709551615', customImsId: '9007199254740993' }],
    ],
    ['without data', '{"code":"SUCCESS"}', []],
    ['with null for data', '{"code":"SUCCESS","data":null}', []],
    ['with an empty list', '{"code":"SUCCESS","data":[]}', []],
    ['with null ids', '{"code":"SUCCESS","data":{"imsId":null}}', [{ mobile: null, imsId: null, customImsId: null }]],
  ];
  it.each(bodies)('%s', async (_name, body, entries) => {
    await expect(outcomeOf(body)).resolves.toEqual({ kind: 'accepted', entries });
  });

  const forms: [string, AnswerParts][] = [
    ['text/plain', { headers: ['Content-Type: text/plain;charset=UTF-8'] }],
    ['text/html', { headers: ['Content-Type: text/html'] }],
    ['no content type', { headers: [] }],
    ['no reason phrase', { status: '200' }],
    ['"Connection: close"', { headers: ['Connection: close', `Content-Length: ${Buffer.byteLength(SUCCESS)}`] }],
  ];
  it.each(forms)('with %s', async (_name, parts) => {
    await expect(outcomeOf(SUCCESS, parts)).resolves.toEqual({ kind: 'accepted', entries: [READ_ENTRY] });
  });

  it.each(['100 Continue', '102 Processing', '103 Early Hints'])('after %s', async (status) => {
    const server = await bench.server({
      onRequest: (socket) => void socket.write(`HTTP/1.1 ${status}\r\n\r\n${httpAnswer(SUCCESS).toString()}`),
    });
    await expect(bench.client(server.url).sendSingleIms(MESSAGE)).resolves.toMatchObject({ kind: 'accepted' });
  });

  it('in chunks that cut characters in two', async () => {
    const text = Buffer.from(JSON.stringify({ code: 'SUCCESS', data: { ...ENTRY, customImsId: '编号😀' } }));
    const server = await bench.server({
      onRequest: (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
        for (const byte of text) socket.write(Buffer.from([0x31, 13, 10, byte, 13, 10]));
        socket.write('0\r\n\r\n');
      },
    });
    await expect(bench.client(server.url).sendSingleIms(MESSAGE)).resolves.toEqual({
      kind: 'accepted',
      entries: [{ ...READ_ENTRY, customImsId: '编号😀' }],
    });
  });

  it('over TLS with a trusted certificate', async () => {
    const server = await bench.server({ tls: true, ...answering(SUCCESS) });
    const client = bench.client(server.url, { trusting: true });
    await expect(client.sendSingleIms(MESSAGE)).resolves.toEqual({ kind: 'accepted', entries: [READ_ENTRY] });
    await expect(client.sendSingleIms(MESSAGE)).resolves.toEqual({ kind: 'accepted', entries: [READ_ENTRY] });
    expect(server.connections()).toBe(1);
  });
});

describe('a listed code is refused', () => {
  const codes = Object.values(ANSWER_CODES)
    .filter(({ kind }) => kind !== 'success' && kind !== 'doubtful')
    .map(({ code }) => code);

  it('for each of the document but ERROR_PARAMS, and those met elsewhere that prove something', () => {
    expect(codes).toHaveLength(10 + 7);
  });

  it.each(codes)('%s', async (code) => {
    await expect(outcomeOf(JSON.stringify({ code }))).resolves.toEqual({ kind: 'refused', code });
    await expect(outcomeOf(JSON.stringify({ code, data: '' }))).resolves.toEqual({ kind: 'refused', code });
  });
});

describe('a listed code is refused, whatever of the request comes with it', () => {
  const code = 'ERROR_MOBILE_ERROR';
  const { mobile, customImsId } = ENTRY;
  const ECHO = { mobile, customImsId };

  it.each<[string, unknown]>([
    ['its number and our id', { code, data: ECHO }],
    ['as a list', { code, data: [ECHO] }],
    ['without an id of theirs', { code, data: [{ ...ECHO, imsId: null }] }],
    ['with an empty one', { code, data: [{ ...ECHO, imsId: ' ' }] }],
    ['as text', { code, data: JSON.stringify([{ ...ECHO, imsId: '' }]) }],
    ['beside the code', { code, ...ECHO, message: 'imsId' }],
  ])('%s', async (_name, answer) => {
    await expect(outcomeOf(JSON.stringify(answer))).resolves.toEqual({ kind: 'refused', code });
  });
});

describe('a listed code with the id that the gateway gives to what it accepts proves nothing', () => {
  const unconfirmed = { kind: 'unconfirmed', reason: 'UNREADABLE' };

  it.each(['ERROR_BALANCE', 'ERROR_OVER_SPEED', 'ERROR_SIGN', 'ERROR_MOBILE_ERROR'])('%s', async (code) => {
    for (const data of [ENTRY, [ENTRY], [{}, ENTRY], [{ imsId: 7 }], { imses: [ENTRY] }, JSON.stringify([ENTRY])]) {
      await expect(outcomeOf(JSON.stringify({ code, data }))).resolves.toMatchObject(unconfirmed);
    }
    await expect(outcomeOf(JSON.stringify({ code, ...ENTRY }))).resolves.toMatchObject(unconfirmed);
    await expect(outcomeOf(JSON.stringify({ code, result: [ENTRY] }, null, 2))).resolves.toMatchObject(unconfirmed);
  });

  it('nor where the code is in the header', async () => {
    for (const body of [ENTRY, [ENTRY], { data: [ENTRY] }, JSON.stringify(ENTRY)]) {
      const outcome = outcomeOf(JSON.stringify(body), { headers: ['result: ERROR_BALANCE'] });
      await expect(outcome).resolves.toMatchObject(unconfirmed);
    }
  });
});

describe('the code is read', () => {
  const inHeader = (code: string) => ({ headers: [`result: ${code}`] });

  it('from the header `result` where the body has none', async () => {
    await expect(outcomeOf('', inHeader('ERROR_SIGN'))).resolves.toEqual({ kind: 'refused', code: 'ERROR_SIGN' });
    await expect(outcomeOf('{}', inHeader('ERROR_SIGN'))).resolves.toEqual({ kind: 'refused', code: 'ERROR_SIGN' });
    const accepted = { kind: 'accepted', entries: [READ_ENTRY] };
    await expect(outcomeOf(JSON.stringify(ENTRY), inHeader('SUCCESS'))).resolves.toEqual(accepted);
    await expect(outcomeOf(JSON.stringify([ENTRY]), inHeader('SUCCESS'))).resolves.toEqual(accepted);
    await expect(outcomeOf('', inHeader('SUCCESS'))).resolves.toEqual({ kind: 'accepted', entries: [] });
  });

  it('from the body first', async () => {
    const accepted = { kind: 'accepted', entries: [READ_ENTRY] };
    await expect(outcomeOf(SUCCESS, inHeader('ERROR_SIGN'))).resolves.toEqual(accepted);
  });

  it.each(['ERROR_OVER_SPEED', 'ERROR_SIGN', 'ERROR_MOBILE_ERROR'])(
    'and %s of a body proves nothing where the header says SUCCESS',
    async (code) => {
      const outcome = outcomeOf(JSON.stringify({ code }), inHeader('SUCCESS'));
      await expect(outcome).resolves.toMatchObject({ kind: 'unconfirmed', reason: 'UNREADABLE' });
      const twice = outcomeOf(JSON.stringify({ code }), inHeader('ERROR_PARAMS'));
      await expect(twice).resolves.toEqual({ kind: 'refused', code });
    },
  );

  it.each([
    ['with a page of somebody else', HTML, {}],
    ['with another status', '', { status: '502 Bad Gateway' }],
    ['twice', '', { headers: ['result: SUCCESS', 'result: ERROR_SIGN'] }],
  ])('not from a header %s', async (_how, body, parts: AnswerParts) => {
    const outcome = await outcomeOf(body, { ...inHeader('ERROR_SIGN'), ...parts });
    expect(outcome).toMatchObject({ kind: 'unconfirmed' });
  });
});

describe('any other answer is unconfirmed, its text kept:', () => {
  const answers: [string, string, AnswerParts, string][] = [
    ['HTML with status 200', HTML, { headers: ['Content-Type: text/html'] }, 'UNREADABLE'],
    ['JSON cut short', SUCCESS.slice(0, -2), {}, 'UNREADABLE'],
    ['JSON without a code', '{"data":[]}', {}, 'UNREADABLE'],
    ['a JSON list', '[{"code":"SUCCESS"}]', {}, 'UNREADABLE'],
    ['a JSON text', '"SUCCESS"', {}, 'UNREADABLE'],
    ['a code that is no text', '{"code":200}', {}, 'UNREADABLE'],
    ['SUCCESS with a text for data', '{"code":"SUCCESS","data":"ok"}', {}, 'UNREADABLE'],
    ['success in lower case', '{"code":"success"}', {}, 'success'],
    ['an unlisted code', '{"code":"ERROR_SMS_TIME"}', {}, 'ERROR_SMS_TIME'],
    ['ERROR_PARAMS', '{"code":"ERROR_PARAMS"}', {}, 'ERROR_PARAMS'],
    ['the name of a property of every object', '{"code":"constructor"}', {}, 'constructor'],
    ['a code made of the prototype', '{"__proto__":{"code":"SUCCESS"}}', {}, 'UNREADABLE'],
    ...['201 Created', '202 Accepted', '300 Choices', '400 Bad Request', '401 Unauthorized']
      .concat('403 Forbidden', '404 Not Found', '429 Too Many Requests', '500 Error', '502 Bad Gateway', '503 Busy')
      .flatMap((status): [string, string, AnswerParts, string][] => {
        const reason = `HTTP_${status.slice(0, 3)}`;
        return [
          [`${status} with HTML`, HTML, { status }, reason],
          [`${status} with SUCCESS`, SUCCESS, { status }, reason],
          [`${status} with a refusal`, '{"code":"ERROR_SIGN"}', { status }, reason],
        ];
      }),
  ];
  it.each(answers)('%s', async (_name, body, parts, reason) => {
    await expect(outcomeOf(body, parts)).resolves.toEqual({ kind: 'unconfirmed', reason, rawAnswer: body });
  });

  it.each(['200 OK', '204 No Content', '205 Reset Content', '304 Not Modified', '500 Error'])(
    '%s and no body',
    async (status) => {
      const reason = status.startsWith('200') ? 'UNREADABLE' : `HTTP_${status.slice(0, 3)}`;
      await expect(outcomeOf('', { status })).resolves.toEqual({ kind: 'unconfirmed', reason, rawAnswer: null });
    },
  );

  it.each([
    ['200 OK', 'UNREADABLE'],
    ['500 Error', 'HTTP_500'],
  ])('%s: at most 1,000 characters of it, fit for every database', async (status, reason) => {
    const outcome = await outcomeOf(`\0${'好'.repeat(998)}😀${'x'.repeat(5_000)}`, { status });
    expect(outcome).toEqual({ kind: 'unconfirmed', reason, rawAnswer: `\uFFFD${'好'.repeat(998)}\uFFFD` });
  });

  it('a gzip answer, though identity was asked for, is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20));
    const before = process.memoryUsage.rss();
    for (const body of [gzipSync(SUCCESS), bomb]) {
      await expect(outcomeOf(body, { headers: ['Content-Encoding: gzip'] })).resolves.toEqual({
        kind: 'unconfirmed',
        reason: 'UNREADABLE',
        rawAnswer: expect.stringMatching(/^[\s\S]{1,1000}$/),
      });
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(32 * 1024 * 1024);
  });
});

describe('an answer longer than maxResponseBytes', () => {
  const LIMIT = 2_048;

  it.each([
    ['of known length', ''],
    ['in chunks', 'chunked'],
  ])('%s is cut there, and the connection closed', async (_name, framing) => {
    let written = 0;
    const hungUp = new EventEmitter();
    const hangingUp = once(hungUp, 'close');
    const server = await bench.server({
      onRequest: (socket) => {
        const header = framing === '' ? 'Content-Length: 1000000000' : 'Transfer-Encoding: chunked';
        socket.write(`HTTP/1.1 200 OK\r\n${header}\r\n\r\n`);
        const chunk = framing === '' ? 'x'.repeat(65_536) : `10000\r\n${'x'.repeat(65_536)}\r\n`;
        const pour = () => {
          while (!socket.destroyed && socket.write(chunk)) written += chunk.length;
          socket.once('drain', pour);
        };
        socket.once('close', () => hungUp.emit('close'));
        pour();
      },
    });
    const client = bench.client(server.url, { http: { maxResponseBytes: LIMIT } });
    await expect(client.sendSingleIms(MESSAGE)).resolves.toEqual({
      kind: 'unconfirmed',
      reason: 'OVERSIZE',
      rawAnswer: 'x'.repeat(1_000),
    });
    await hangingUp;
    expect(written).toBeLessThan(100_000_000);
  });

  it('is told apart from one of exactly that length', async () => {
    const outcomes = [];
    for (const length of [LIMIT, LIMIT + 1]) {
      const server = await bench.server(answering(SUCCESS.padEnd(length, ' ')));
      outcomes.push(await bench.client(server.url, { http: { maxResponseBytes: LIMIT } }).sendSingleIms(MESSAGE));
    }
    expect(outcomes).toMatchObject([{ kind: 'accepted' }, { kind: 'unconfirmed', reason: 'OVERSIZE' }]);
  });
});

describe('fetching reports', () => {
  it.each(['{"code":"SUCCESS","data":[]}', '{"code":"ERROR_OVER_SPEED"}', 'no JSON at all', ''])(
    'hands out the body of status 200 unread: %p',
    async (body) => {
      const server = await bench.server(answering(body));
      await expect(bench.client(server.url).getImsReport()).resolves.toEqual({
        kind: 'answered',
        body: Buffer.from(body),
        contentType: null,
        contentEncoding: null,
      });
    },
  );

  it('hands out the bytes, neither unpacked nor decoded, and what says how to read them', async () => {
    for (const body of [gzipSync('{"code":"SUCCESS"}'), Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x80])]) {
      const headers = ['Content-Type: text/plain;charset=GBK', 'Content-Encoding: gzip'];
      const server = await bench.server(answering(body, { headers }));
      await expect(bench.client(server.url).getImsReport()).resolves.toEqual({
        kind: 'answered',
        body,
        contentType: 'text/plain;charset=GBK',
        contentEncoding: 'gzip',
      });
    }
  });

  it.each([
    ['reset', (socket: Socket) => socket.resetAndDestroy(), 'ECONNRESET', 20_000],
    ['closed', (socket: Socket) => socket.end(), 'ECONNRESET', 20_000],
    ['silent', () => undefined, 'TIMEOUT', 5_000],
  ])('keeps all that came of an answer whose connection is then %s', async (_how, end, reason, timeoutMs) => {
    const body = Buffer.from('汉'.repeat(60_000)).subarray(0, -1);
    const server = await bench.server({
      onRequest: (socket) => {
        socket.write(httpAnswer(body, { headers: [`Content-Length: ${body.length + 9}`] }), () =>
          setTimeout(() => end(socket), 1_000),
        );
      },
    });
    const client = bench.client(server.url, { http: { timeoutMs } });
    const outcome = await client.getImsReport();
    expect(outcome).toMatchObject({ kind: 'unconfirmed', reason });
    expect(outcome.kind === 'unconfirmed' && outcome.page?.body.equals(body)).toBe(true);
  });

  it('keeps of one that is too long as much as is allowed', async () => {
    for (const limit of [2_048, 3 * 1024 * 1024]) {
      const server = await bench.server(answering(Buffer.alloc(4 * 1024 * 1024, '0123456789')));
      const outcome = await bench.client(server.url, { http: { maxResponseBytes: limit } }).getImsReport();
      expect(outcome).toMatchObject({ kind: 'unconfirmed', reason: 'OVERSIZE' });
      const kept = outcome.kind === 'unconfirmed' ? outcome.page?.body : undefined;
      expect(kept?.equals(Buffer.alloc(limit, '0123456789'))).toBe(true);
    }
  });

  it('is unconfirmed with any other status', async () => {
    const server = await bench.server(answering(SUCCESS, { status: '500 Error' }));
    await expect(bench.client(server.url).getImsReport()).resolves.toEqual({
      kind: 'unconfirmed',
      reason: 'HTTP_500',
      rawAnswer: SUCCESS,
      page: { body: Buffer.from(SUCCESS), contentType: null, contentEncoding: null },
    });
  });
});
