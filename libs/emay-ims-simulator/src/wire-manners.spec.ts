import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Bench, type Entry, dataOf, mobiles, until } from './testing/gateway-caller.js';

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.start();
});
afterAll(() => bench.simulator.stop());

const GOOD = { mobile: '0061422118000', content: '你好 👋', customImsId: 'mine' };

it('answers as the document draws it, in plain text, with its length', async () => {
  const { status, headers, text, bytes } = await bench.call('sendSingleIMS', GOOD);
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/plain;charset=utf-8');
  expect(headers['content-length']).toBe(String(bytes.length));
  expect(JSON.parse(text)).toEqual({
    code: 'SUCCESS',
    data: { mobile: '0061422118000', imsId: expect.stringMatching(/^\d{20}$/), customImsId: 'mine' },
  });
  expect(bench.simulator.accepted().at(-1)).toEqual({
    appId: 'EUCP-EMY-SMS0-SIMUL',
    imsId: dataOf<Entry>({ status, headers, text, bytes }).imsId,
    customImsId: 'mine',
    mobile: '0061422118000',
    content: '你好 👋',
    acceptedAt: bench.now,
    requestId: bench.simulator.requests().at(-1)!.requestId,
    call: 'sendSingleIMS',
  });
});

it('answers an error with HTTP 200 and a code alone', async () => {
  const { status, headers, text } = await bench.call('sendSingleIMS', { ...GOOD, sign: 'wrong' });
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/plain;charset=utf-8');
  expect(text).toBe('{"code":"ERROR_SIGN"}');
});

it('does not look at Content-Type', async () => {
  expect(await bench.code('sendSingleIMS', GOOD, { 'Content-Type': 'image/png' })).toBe('SUCCESS');
});

it('speaks HTTP/1.0', async () => {
  const body = JSON.stringify(bench.signed(GOOD));
  const socket = connect(bench.simulator.port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => (received += chunk.toString('utf8')));
  socket.write(`POST /inter/sendSingleIMS HTTP/1.0\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  await new Promise((resolve) => socket.on('close', resolve));
  expect(received).toContain('{"code":"SUCCESS"');
});

it('answers 404 outside the four calls and 405 to another method', async () => {
  expect((await bench.post('/inter/sendIMS', '{}')).status).toBe(404);
  expect((await bench.post('/inter/getIMSReport', '', {}, 'GET')).status).toBe(405);
});

it('accepts nothing of a body that breaks off, and remembers how much came', async () => {
  const accepted = bench.simulator.accepted().length;
  const socket = connect(bench.simulator.port, '127.0.0.1');
  await new Promise((resolve) => socket.on('connect', resolve));
  const requests = bench.simulator.requests().length;
  socket.write('POST /inter/sendSingleIMS HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"appId":');
  await until(() => bench.simulator.requests().length > requests);
  socket.destroy();
  await until(() => bench.simulator.requests().at(-1)!.bytes > 0);
  expect(bench.simulator.requests().at(-1)).toMatchObject({ bytes: 9, complete: false, finished: false });
  expect(bench.simulator.accepted()).toHaveLength(accepted);
});

it('counts the bytes of each request and knows whether its answer was finished', async () => {
  const body = JSON.stringify(bench.signed(GOOD));
  await bench.post('/inter/sendSingleIMS', body);
  expect(bench.simulator.requests().at(-1)).toMatchObject({
    call: 'sendSingleIMS',
    appId: 'EUCP-EMY-SMS0-SIMUL',
    bytes: Buffer.byteLength(body),
    complete: true,
    code: 'SUCCESS',
    status: 200,
    recipients: 1,
    taken: 1,
    finished: true,
  });
});

it('gives out unique, increasing ids that do not fit a double', async () => {
  const ids: string[] = [];
  for (let round = 0; round < 3; round++) {
    const entries = await bench.batch(mobiles(300).map((mobile) => ({ mobile })));
    ids.push(...entries.map(({ imsId }) => imsId));
  }
  expect(new Set(ids).size).toBe(900);
  expect(ids.toSorted()).toEqual(ids);
  expect(String(Number(ids[0]))).not.toBe(ids[0]);
});
