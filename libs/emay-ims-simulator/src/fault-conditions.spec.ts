import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FaultOrder } from './faults/fault.js';
import { Bench, parsed } from './testing/gateway-caller.js';

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.start({ reportsPerSecond: Infinity });
});
afterEach(() => bench.simulator.stop());

const inject = (fault: FaultOrder) => bench.simulator.inject(fault);
const sendSingle = () => bench.call('sendSingleIMS', { mobile: '0061422118000', content: 'Hello' });
const sendBatch = () => bench.call('sendBatchIMS', { content: 'Hello', imses: [{ mobile: '0061422118000' }] });
const served = async () => (await sendSingle()).status;
const status = async () => (await bench.call('getIMSReport')).status;

async function statuses(count: number): Promise<number[]> {
  const seen: number[] = [];
  for (let index = 0; index < count; index++) seen.push(await status());
  return seen;
}

it('skip: lets some go by first', async () => {
  const { id } = inject({ kind: 'status', status: 500, skip: 2, times: 2 });
  expect(await statuses(5)).toEqual([200, 200, 500, 500, 200]);
  expect(bench.simulator.faults().map((fault) => fault.id)).not.toContain(id);
});

it('skip counts only the calls that the fault waits for', async () => {
  inject({ kind: 'status', status: 500, skip: 1, on: 'sendSingleIMS' });
  expect(await statuses(2)).toEqual([200, 200]);
  expect([await served(), await served()]).toEqual([200, 500]);
});

it('afterMs and forMs: a window by the clock of the gateway', async () => {
  inject({ kind: 'status', status: 503, afterMs: 1_000, forMs: 500 });
  expect(await statuses(2)).toEqual([200, 200]);
  bench.now += 1_000;
  expect(await statuses(3)).toEqual([503, 503, 503]);
  bench.now += 499;
  expect(await status()).toBe(503);
  expect(bench.simulator.faults()).toHaveLength(1);
  bench.now += 1;
  expect(await status()).toBe(200);
  expect(bench.simulator.faults()).toEqual([]);
});

describe('chance', () => {
  const run = async (seed: number, chance = 0.5) => {
    const drawn = await Bench.start({ reportsPerSecond: Infinity, seed });
    const fault = drawn.simulator.inject({ kind: 'status', status: 500, chance });
    const seen: number[] = [];
    for (let index = 0; index < 64; index++) seen.push((await drawn.call('getIMSReport')).status);
    const { met } = fault;
    await drawn.simulator.stop();
    return { met, seen: seen.join(' ') };
  };

  it('is the same for the same seed, and goes on until it is removed', async () => {
    const first = await run(7);
    expect(first.met).toBeGreaterThan(16);
    expect(first.met).toBeLessThan(48);
    expect(await run(7)).toEqual(first);
    expect((await run(8)).seen).not.toBe(first.seen);
  });

  it('one order does not shift the draws of another', async () => {
    const alone = await run(7);
    const both = await Bench.start({ reportsPerSecond: Infinity, seed: 7 });
    const fault = both.simulator.inject({ kind: 'status', status: 500, chance: 0.5 });
    both.simulator.inject({ kind: 'status', status: 503, chance: 0.5 });
    const seen: number[] = [];
    for (let index = 0; index < 64; index++) seen.push((await both.call('getIMSReport')).status);
    await both.simulator.stop();
    expect(fault.met).toBe(alone.met);
    expect(seen.map((code) => (code === 500 ? 500 : 200)).join(' ')).toBe(alone.seen);
  });
});

it('faults() names what is armed, what is left and what was met', async () => {
  inject({ kind: 'status', status: 500, times: 3 });
  inject({ kind: 'hang', on: 'sendBatchIMS', times: Infinity });
  await status();
  expect(bench.simulator.faults()).toEqual([
    expect.objectContaining({ order: { kind: 'status', status: 500, times: 3 }, remaining: 2, met: 1 }),
    expect.objectContaining({ remaining: Infinity, met: 0 }),
  ]);
});

it.each([
  [null, 'null is not an order'],
  [{}, 'there is no kind undefined'],
  [{ kind: 'toString' }, 'there is no kind "toString"'],
  [{ kind: 'earthquake' }, 'write one of: refuse, reset-before'],
  [{ kind: 'status' }, 'status needs status'],
  [{ kind: 'status', status: 99 }, 'status is 99; write a whole number from 200 to 599'],
  [{ kind: 'status', status: '500' }, 'status is 500; write a whole number'],
  [{ kind: 'code', code: 5 }, 'code is 5; write a text: such as ERROR_SIGN'],
  [{ kind: 'delay', ms: 5, before: 'lunch' }, 'before is "lunch"; write one of: answer, acceptance'],
  [{ kind: 'redirect', status: 304 }, 'status is 304; write one of: 307'],
  [{ kind: 'hang', accept: 'yes' }, 'accept is "yes"; write true or false'],
  [{ kind: 'reset-before', accept: true }, 'reset-before has no "accept"'],
  [{ kind: 'hang', chance: 0 }, 'chance is 0; write a number above 0'],
  [{ kind: 'hang', chance: 1.5 }, 'chance is 1.5'],
  [{ kind: 'hang', skip: -1 }, 'skip is -1; write a whole number from 0'],
  [{ kind: 'refuse', forMs: 2_147_483_648 }, 'forMs is 2147483648; write a whole number from 0 to 2147483647'],
  [{ kind: 'delay', ms: 2_147_483_648 }, 'ms is 2147483648; write a whole number from 0 to 2147483647'],
  [{ kind: 'drip', intervalMs: 2_147_483_648 }, 'intervalMs is 2147483648; write a whole number from 0 to 2147483647'],
  [{ kind: 'early-reports', answerAfterMs: 2_147_483_648 }, 'answerAfterMs is 2147483648; write a whole number from 0'],
  [{ kind: 'clock-skew', ms: 9e15 }, 'ms is 9000000000000000; write a whole number from -3155760000000 to'],
  [{ kind: 'clock-skew', ms: -9e15 }, 'ms is -9000000000000000; write a whole number from -3155760000000 to'],
  [
    { kind: 'code', code: '余额不足', where: 'header' },
    'code is "余额不足"; write a text that an HTTP header can hold',
  ],
  [{ kind: 'code', code: 'ERROR\r\nX: y', where: 'header' }, 'write a text that an HTTP header can hold'],
  [
    { kind: 'redirect', location: 'http://h/回' },
    'location is "http://h/回"; write a text that an HTTP header can hold',
  ],
  [{ kind: 'hang', forMs: 'long' }, 'forMs is long; write a whole number'],
  [{ kind: 'hang', probability: 1 }, 'hang has no "probability"; it has no field of its own'],
  [{ kind: 'drip', interval: 1 }, 'drip has no "interval"; it has intervalMs'],
  [{ kind: 'hang', times: 0 }, 'times is 0; write a whole number from 1'],
  [{ kind: 'hang', on: [] }, 'on is []; write one or several of: sendSingleIMS, sendBatchIMS'],
  [{ kind: 'refuse', chance: 0.02 }, 'refuse meets no requests, so it has no "chance"; it has afterMs, forMs'],
  [{ kind: 'refuse', on: 'sendBatchIMS' }, 'so it has no "on"'],
  [{ kind: 'refuse', times: 1 }, 'so it has no "times"'],
  [{ kind: 'refuse', skip: 1 }, 'so it has no "skip"'],
  [
    { kind: 'wrongly-pushed', on: 'getIMSReport' },
    'wrongly-pushed meets pushes, so it has no "on"; it has times, skip',
  ],
  [{ kind: 'malformed-reports', on: 'sendSingleIMS' }, 'malformed-reports does not meet sendSingleIMS; write one or'],
  [{ kind: 'partly-accepted', on: ['sendBatchIMS', 'getIMSReport'] }, 'partly-accepted does not meet getIMSReport'],
  [{ kind: 'hang', on: 'sendIMS' }, 'write one or several of: sendSingleIMS'],
])('refuses %j and says what to write', (order, message) => {
  expect(() => inject(parsed<FaultOrder>(JSON.stringify(order)))).toThrow(message);
  expect(bench.simulator.faults()).toEqual([]);
});

describe('injecting', () => {
  it('spoils as many calls as asked, once by default', async () => {
    const once = inject({ kind: 'status', status: 500 });
    expect(once.remaining).toBe(1);
    expect([await served(), await served()]).toEqual([500, 200]);
    expect(once.remaining).toBe(0);
    inject({ kind: 'status', status: 500, times: 2 });
    expect([await served(), await served(), await served()]).toEqual([500, 500, 200]);
  });

  it('waits for the calls it is for', async () => {
    inject({ kind: 'status', status: 500, on: ['getIMSReport', 'sendBatchIMS'] });
    expect(await served()).toBe(200);
    expect((await sendBatch()).status).toBe(500);
  });

  it('plays faults in the order they came', async () => {
    inject({ kind: 'status', status: 500 });
    inject({ kind: 'status', status: 503 });
    expect([await served(), await served(), await served()]).toEqual([500, 503, 200]);
  });

  it('goes on until it is removed or all are cleared', async () => {
    const endless = inject({ kind: 'status', status: 500, times: Infinity });
    expect([await served(), await served()]).toEqual([500, 500]);
    endless.remove();
    expect(await served()).toBe(200);
    inject({ kind: 'status', status: 500, times: Infinity });
    bench.simulator.clearFaults();
    expect(await served()).toBe(200);
  });
});

describe('a request that asks to send to nobody, as clients try the way', () => {
  const tryTheWay = () => bench.code('sendBatchIMS', { content: 'Hello', imses: [] });

  it('is left alone by faults that are counted, and does not count', async () => {
    inject({ kind: 'code', code: 'ERROR_OVER_SPEED', times: 1, skip: 1 });
    expect(await tryTheWay()).toBe('ERROR_MOBILE_EMPTY');
    expect((await sendSingle()).text).toContain('SUCCESS');
    expect(await tryTheWay()).toBe('ERROR_MOBILE_EMPTY');
    expect((await sendSingle()).text).toContain('ERROR_OVER_SPEED');
  });

  it('meets those that last', async () => {
    inject({ kind: 'code', code: 'ERROR_OVER_SPEED', times: Infinity });
    expect(await tryTheWay()).toBe('ERROR_OVER_SPEED');
  });
});
