import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FAULT_KINDS, FAULTS } from './faults/catalogue.js';
import type { FaultField } from './faults/fault-definition.js';
import type { FaultOrder } from './faults/fault.js';
import { Bench, dataOf, type Entry, parsed, until } from './testing/gateway-caller.js';

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.start();
});
afterEach(() => bench.simulator.stop());

const IMSES = ['a', 'b', 'c'].map((customImsId, index) => ({ mobile: `006142211800${index}`, customImsId }));

const inject = (fault: FaultOrder) => bench.simulator.inject(fault);
const sendBatch = () => bench.call('sendBatchIMS', { content: 'Hello', imses: IMSES });
const sendSingle = () => bench.call('sendSingleIMS', { ...IMSES[0], content: 'Hello' });
const accepted = () => bench.simulator.accepted().map(({ customImsId }) => customImsId);
const lastRequest = () => bench.simulator.requests().at(-1)!;
const idsOf = (entries: readonly Entry[]) => entries.map(({ customImsId }) => customImsId);

const sendWith = async (fault: FaultOrder) => {
  inject(fault);
  const entries = dataOf<Entry[]>(await sendBatch());
  expect(accepted()).toEqual(['a', 'b', 'c']);
  return entries;
};

it('every field has a default, but for two that mean something else without a value', () => {
  const open = FAULT_KINDS.flatMap((kind) => {
    const fields: [string, FaultField][] = Object.entries(FAULTS[kind].fields);
    return fields.filter(([, field]) => !field.required && field.default === undefined).map(([name]) => [kind, name]);
  });
  expect(open).toEqual([
    ['truncate', 'bytes'],
    ['redirect', 'location'],
  ]);
});

describe('the connection', () => {
  it('reset-before: nothing is accepted, and the whole request had arrived', async () => {
    inject({ kind: 'reset-before' });
    await expect(sendBatch()).rejects.toThrow(/ECONNRESET|hang up/);
    expect(accepted()).toEqual([]);
    expect(lastRequest()).toMatchObject({ fault: 'reset-before', complete: true, finished: false });
    expect(lastRequest()).not.toHaveProperty('status');
  });

  it('reset-after: all is accepted', async () => {
    inject({ kind: 'reset-after' });
    await expect(sendBatch()).rejects.toThrow(/ECONNRESET|hang up/);
    expect(accepted()).toEqual(['a', 'b', 'c']);
    expect(lastRequest()).toMatchObject({ fault: 'reset-after', taken: 3, finished: false });
  });

  it.each([
    [false, []],
    [true, ['a', 'b', 'c']],
  ])('hang, accept %p: no answer until the simulator stops', async (accept, expected) => {
    inject({ kind: 'hang', accept });
    const answer = sendBatch().catch((error: Error) => error.message);
    await until(() => bench.simulator.requests().at(-1)?.fault === 'hang');
    expect(accepted()).toEqual(expected);
    await bench.simulator.stop();
    expect(await answer).toMatch(/ECONNRESET|hang up/);
  });

  it('delay: the answer waits, and so does the acceptance where asked', async () => {
    inject({ kind: 'delay', ms: 40 });
    const late = sendSingle();
    await until(() => accepted().length === 1);
    expect(lastRequest().finished).toBe(false);
    await late;

    inject({ kind: 'delay', ms: 40, before: 'acceptance' });
    const later = sendSingle();
    await until(() => lastRequest().fault === 'delay' && bench.simulator.requests().length === 2);
    expect(accepted()).toHaveLength(1);
    await later;
    expect(accepted()).toHaveLength(2);
  });

  it('drip: the genuine answer in many pieces', async () => {
    inject({ kind: 'drip', intervalMs: 1 });
    const { text, bytes, headers } = await sendSingle();
    expect(JSON.parse(text)).toMatchObject({ code: 'SUCCESS', data: { customImsId: 'a' } });
    expect(headers['content-length']).toBe(String(bytes.length));
  });

  it('drip: survives a caller that goes away', async () => {
    inject({ kind: 'drip', intervalMs: 5 });
    const body = JSON.stringify(bench.signed({ ...IMSES[0], content: 'Hello' }));
    const socket = connect(bench.simulator.port, '127.0.0.1');
    socket.write(`POST /inter/sendSingleIMS HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    await new Promise((resolve) => socket.once('close', resolve));
    expect(dataOf<Entry>(await sendSingle()).customImsId).toBe('a');
    expect(bench.simulator.requests()[0]).toMatchObject({ fault: 'drip', finished: false });
  });

  it('truncate: the connection ends before the promised length', async () => {
    inject({ kind: 'truncate' });
    await expect(sendBatch()).rejects.toThrow(/aborted/);
    expect(accepted()).toHaveLength(3);
    expect(lastRequest().finished).toBe(false);
  });

  it('truncate, breaks body: a complete answer with cut JSON', async () => {
    inject({ kind: 'truncate', breaks: 'body', bytes: 20 });
    const { text } = await sendBatch();
    expect(text).toHaveLength(20);
    expect(() => parsed(text)).toThrow(/JSON/);
    expect(accepted()).toHaveLength(3);
  });
});

describe('another answer', () => {
  it.each<[FaultOrder & { accept?: boolean }, { status: number; text?: string; type?: string }]>([
    [{ kind: 'html' }, { status: 200, type: 'text/html;charset=utf-8' }],
    [
      { kind: 'html', status: 502 },
      { status: 502, type: 'text/html;charset=utf-8' },
    ],
    [
      { kind: 'status', status: 500 },
      { status: 500, text: 'Internal Server Error' },
    ],
    [
      { kind: 'code', code: 'ERROR_SIGN' },
      { status: 200, text: '{"code":"ERROR_SIGN"}' },
    ],
    [
      { kind: 'code', code: 'ERROR_BALANCE' },
      { status: 200, text: '{"code":"ERROR_BALANCE"}' },
    ],
    [{ kind: 'redirect' }, { status: 307, text: '' }],
  ])('%j, on either side of the acceptance', async (fault, expected) => {
    for (const accept of [false, true]) {
      inject(Object.assign({}, fault, { accept }));
      const { status, text, headers } = await sendBatch();
      expect(status).toBe(expected.status);
      expect(headers['content-type']).toBe(expected.type ?? 'text/plain;charset=utf-8');
      expect(text).toBe(expected.text ?? text);
      expect(accepted()).toHaveLength(accept ? 3 : 0);
    }
  });

  it('redirect: points at the same call unless told where', async () => {
    inject({ kind: 'redirect' });
    expect((await sendBatch()).headers.location).toBe('/inter/sendBatchIMS');
    inject({ kind: 'redirect', location: 'http://other.test/', status: 302 });
    expect((await sendBatch()).headers.location).toBe('http://other.test/');
  });
});

describe('a changed answer', () => {
  it('a field that is undefined has its default', async () => {
    expect(idsOf(await sendWith({ kind: 'missing-entries', count: undefined }))).toEqual(['b', 'c']);
  });

  it('missing-entries', async () => {
    expect(idsOf(await sendWith({ kind: 'missing-entries', count: 2 }))).toEqual(['c']);
    inject({ kind: 'missing-entries' });
    expect(dataOf(await sendSingle())).toBeNull();
  });

  it('reordered-entries', async () => {
    expect(idsOf(await sendWith({ kind: 'reordered-entries' }))).toEqual(['c', 'b', 'a']);
  });

  it('stranger-entries', async () => {
    const entries = await sendWith({ kind: 'stranger-entries', count: 2 });
    expect(idsOf(entries)).toEqual(['stranger-000000', 'stranger-000001', 'a', 'b', 'c']);
    inject({ kind: 'stranger-entries' });
    expect(dataOf<Entry>(await sendSingle()).customImsId).toBe('stranger-000000');
  });

  it.each([
    ['twice', ['a', 'b', 'c', 'a', 'b', 'c']],
    ['foreign', ['foreign-000000', 'foreign-000001', 'foreign-000002']],
    ['crossed', ['b', 'c', 'a']],
    ['others', ['foreign-000000', 'foreign-000001', 'foreign-000002']],
  ] as const)('untrue-entries: %s', async (what, ids) => {
    const entries = await sendWith({ kind: 'untrue-entries', what });
    expect(idsOf(entries)).toEqual(ids);
    const taken = bench.simulator.accepted().map(({ mobile }) => mobile);
    const isOurs = entries.map(({ mobile }) => taken.includes(mobile as string));
    expect(isOurs).toEqual(entries.map(() => what !== 'others'));
  });

  it('untrue-entries: ids in another case, cut, or one for all', async () => {
    const entries = await sendWith({ kind: 'untrue-entries', what: 'one-ims-id' });
    expect(new Set(entries.map(({ imsId }) => imsId)).size).toBe(1);
    const single = { ...IMSES[0], content: 'x', customImsId: 'AbCd' };
    for (const [what, id] of [
      ['lower-case', 'abcd'],
      ['cut', 'Ab'],
    ] as const) {
      inject({ kind: 'untrue-entries', what });
      expect(dataOf<Entry>(await bench.call('sendSingleIMS', single)).customImsId).toBe(id);
    }
  });

  it('numeric-ids: bare numbers with every digit', async () => {
    inject({ kind: 'numeric-ids' });
    const { text } = await sendBatch();
    for (const { imsId } of bench.simulator.accepted()) expect(text).toContain(`"imsId":${imsId},"customImsId":"`);
    inject({ kind: 'numeric-ids' });
    expect((await bench.call('sendSingleIMS', { ...IMSES[0], content: 'x', customImsId: '77' })).text).toContain(
      '"customImsId":77}',
    );
  });

  it('oversize: unannounced and huge, but whole', async () => {
    inject({ kind: 'oversize', bytes: 1_000_000 });
    const { headers, bytes, text } = await sendBatch();
    expect(headers).not.toHaveProperty('content-length');
    expect(bytes.length).toBeGreaterThan(1_000_000);
    expect(JSON.parse(text)).toMatchObject({ code: 'SUCCESS' });
  });

  it('gzip', async () => {
    inject({ kind: 'gzip' });
    const { headers, bytes } = await sendBatch();
    expect(headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(gunzipSync(bytes).toString('utf8'))).toMatchObject({ code: 'SUCCESS' });
  });

  it('compressed-bomb: small on the wire, large once inflated, and still JSON', async () => {
    inject({ kind: 'compressed-bomb', bytes: 20_000_000 });
    const { headers, bytes } = await sendBatch();
    expect(headers['content-encoding']).toBe('gzip');
    expect(bytes.length).toBeLessThan(200_000);
    const inflated = gunzipSync(bytes);
    expect(inflated.length).toBeGreaterThan(20_000_000);
    expect(parsed<object>(inflated.toString('utf8'))).toMatchObject({ code: 'SUCCESS' });
  });

  it('compressed-bomb: ends with a caller that goes away', async () => {
    inject({ kind: 'compressed-bomb', bytes: Number.MAX_SAFE_INTEGER });
    const { port } = bench.simulator;
    const socket = connect(port, '127.0.0.1');
    const body = JSON.stringify(bench.signed({ content: 'Hello', imses: IMSES }));
    socket.write(`POST /inter/sendBatchIMS HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    await until(() => lastRequest().status === 200 && !lastRequest().finished);
    await bench.simulator.stop();
  });

  it('changes an answer of reports alike: what is left out is lost', async () => {
    await sendBatch();
    bench.simulator.releaseReports();
    inject({ kind: 'missing-entries', on: 'getIMSReport' });
    expect(idsOf(await bench.pull())).toEqual(['b', 'c']);
    expect(await bench.pull()).toEqual([]);
  });

  it('leaves a refusal a refusal', async () => {
    inject({ kind: 'missing-entries' });
    expect(await bench.code('sendSingleIMS', { ...IMSES[0], content: '' })).toBe('ERROR_CONTENT_EMPTY');
  });
});
