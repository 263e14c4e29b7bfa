import { expect, it } from '@jest/globals';
import { Bench, mobiles } from './testing/gateway-caller.js';

it('beyond pendingLimit the oldest report is dropped, and counted', async () => {
  const bench = await Bench.start({ pendingLimit: 3 });
  const numbers = mobiles(5);
  for (const mobile of numbers) {
    await bench.single(mobile);
    bench.now += 1;
  }
  expect(bench.simulator.pendingReports().map(({ mobile }) => mobile)).toEqual(numbers.slice(2));
  expect(bench.simulator.counters()).toEqual({
    requests: 5,
    accepted: 5,
    handedOut: 0,
    pushedElsewhere: 0,
    pushed: 0,
    acknowledged: 0,
    givenUp: 0,
    pending: 3,
    dropped: 2,
  });
  bench.now += 300;
  expect(await bench.pull()).toHaveLength(3);
  expect(bench.simulator.counters()).toMatchObject({ handedOut: 3, pending: 0 });
  await bench.simulator.stop();
});

it('counts what its lists have forgotten', async () => {
  const bench = await Bench.start({ historyLimit: 1 });
  for (const mobile of mobiles(3)) await bench.single(mobile);
  expect(bench.simulator.accepted()).toHaveLength(1);
  expect(bench.simulator.counters()).toMatchObject({ requests: 3, accepted: 3, pending: 3 });
  await bench.simulator.stop();
});

it('reset forgets everything but the ids', async () => {
  const bench = await Bench.start({ pendingLimit: 1 });
  const [first, second] = mobiles(2);
  const { imsId } = await bench.single(first!);
  await bench.single(second!);
  bench.simulator.inject({ kind: 'hang', times: Infinity });
  bench.simulator.inject({ kind: 'refuse', forMs: Infinity });
  bench.simulator.reset();
  expect(bench.simulator.counters()).toEqual({
    requests: 0,
    accepted: 0,
    handedOut: 0,
    pushedElsewhere: 0,
    pushed: 0,
    acknowledged: 0,
    givenUp: 0,
    pending: 0,
    dropped: 0,
  });
  const { simulator } = bench;
  const lists = [
    simulator.accepted(),
    simulator.requests(),
    simulator.handedOut(),
    simulator.pendingReports(),
    simulator.faults(),
  ];
  expect(lists).toEqual([[], [], [], [], []]);
  const next = await bench.single(first!);
  expect(BigInt(next.imsId)).toBeGreaterThan(BigInt(imsId));
  await bench.simulator.stop();
});
