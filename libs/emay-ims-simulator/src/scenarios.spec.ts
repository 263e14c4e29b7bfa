import { afterEach, describe, expect, it } from '@jest/globals';
import type { Scenario } from './faults/scenario.js';
import { Bench, parsed } from './testing/gateway-caller.js';

let bench: Bench;

afterEach(() => bench.simulator.stop());

async function pulls(count: number): Promise<number[]> {
  const seen: number[] = [];
  for (let index = 0; index < count; index++) seen.push((await bench.call('getIMSReport')).status);
  return seen;
}

const start = async (scenario: Scenario) => {
  bench = await Bench.start({ reportsPerSecond: Infinity, scenario });
};

it('plays its steps one after the other, from the first request on', async () => {
  await start({
    steps: [{ pass: 2 }, { kind: 'status', status: 500, times: 2 }, { pass: 1 }, { kind: 'status', status: 503 }],
  });
  expect(bench.simulator.faults()).toEqual([expect.objectContaining({ remaining: 4 })]);
  expect(await pulls(8)).toEqual([200, 200, 500, 500, 200, 503, 200, 200]);
  expect(bench.simulator.faults()).toEqual([]);
});

it('a step waits for its calls, and the others go by', async () => {
  await start({
    steps: [
      { pass: 1, on: 'sendSingleIMS' },
      { kind: 'status', status: 500 },
    ],
  });
  expect(await pulls(3)).toEqual([200, 200, 200]);
  await bench.single('0061422118000');
  expect(await pulls(2)).toEqual([500, 200]);
});

it('repeats where asked, until it is removed', async () => {
  await start({ steps: [{ pass: 1 }, { kind: 'status', status: 500 }], repeat: true });
  expect(await pulls(5)).toEqual([200, 500, 200, 500, 200]);
  expect(bench.simulator.faults()[0]!.remaining).toBe(Infinity);
  bench.simulator.faults()[0]!.remove();
  expect(await pulls(2)).toEqual([200, 200]);
});

it('a step with a time ends by the clock, even when nothing comes', async () => {
  await start({
    steps: [
      { kind: 'status', status: 500, forMs: 1_000 },
      { kind: 'status', status: 503 },
    ],
  });
  bench.now += 1_000;
  expect(await pulls(2)).toEqual([503, 200]);
});

it('a scenario that repeats steps which end at once does not spin', async () => {
  await start({ steps: [{ kind: 'hang', forMs: 0 }], repeat: true });
  expect(await pulls(2)).toEqual([200, 200]);
});

it('a fault injected before it comes first, one injected later comes after it', async () => {
  bench = await Bench.start({ reportsPerSecond: Infinity });
  bench.simulator.inject({ kind: 'status', status: 501 });
  bench.simulator.play({ steps: [{ kind: 'status', status: 502 }] });
  bench.simulator.inject({ kind: 'status', status: 503 });
  expect(await pulls(4)).toEqual([501, 502, 503, 200]);
});

describe('a scenario that cannot be played', () => {
  it.each([
    [null, 'write { "steps"'],
    [{ steps: [] }, 'with at least one step'],
    [{ steps: [{ pass: 0 }] }, 'step 1: pass is 0; write a whole number from 1'],
    [{ steps: [{ pass: 1 }, { kind: 'fire' }] }, 'step 2: fault: there is no kind "fire"'],
    [{ steps: [{ pass: 1, on: 'send' }] }, 'step 1: fault: there is no call "send"'],
    [{ steps: [{ pass: 1, on: [] }] }, 'step 1: fault: on is []; write one or several of: sendSingleIMS'],
    [{ steps: [{ kind: 'refuse', times: 3 }] }, 'step 1: fault: refuse meets no requests'],
    [{ steps: [{ pass: 1, times: 2 }] }, 'step 1: a step with pass has no "times"'],
    [{ steps: [{ pass: 1 }], loop: true }, 'there is no "loop"'],
    [{ steps: [{ pass: 1 }], repeat: 3 }, 'repeat is true or false'],
  ])('%j', async (scenario, message) => {
    bench = await Bench.start();
    const wrong = parsed<Scenario>(JSON.stringify(scenario));
    expect(() => bench.simulator.play(wrong)).toThrow(message);
    await expect(Bench.start({ scenario: wrong })).rejects.toThrow(message);
  });
});
