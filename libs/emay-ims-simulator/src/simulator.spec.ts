import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request, Agent } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { SimulatorOptions } from './options.js';
import { startSimulator } from './start-simulator.js';
import { Bench, mobiles, parsed } from './testing/gateway-caller.js';

describe('starting', () => {
  it('takes a free port of the loopback address and a public account', async () => {
    const simulator = await startSimulator();
    expect(simulator.url).toBe(`http://127.0.0.1:${simulator.port}`);
    expect(simulator.accounts).toEqual([{ appId: 'EUCP-EMY-SMS0-SIMUL', secretKey: '0123456789ABCDEF' }]);
    await simulator.stop();
  });

  it('rejects when the port is taken', async () => {
    const simulator = await startSimulator();
    await expect(startSimulator({ port: simulator.port })).rejects.toThrow('EADDRINUSE');
    await simulator.stop();
  });

  it.each<[SimulatorOptions, string]>([
    [{ port: 70_000 }, 'port: 70000 does not fit'],
    [{ accounts: [] }, 'accounts: give at least one'],
    [{ accounts: [{ appId: 'a', secretKey: '' }] }, 'accounts: each one needs'],
    [{ accounts: [1, 2].map(() => ({ appId: 'a', secretKey: 'b' })) }, 'accounts: the appId a is there twice'],
    [{ accounts: [{ appId: 'a', secretKey: 'b', allowedIps: ['10.1'] }] }, 'allowedIps: "10.1" is not an address'],
    [{ reportDelayMs: -1 }, 'reportDelayMs: write'],
    [{ reportDelayMs: { min: 5, max: 4 } }, 'reportDelayMs: write'],
    [{ reportsPerSecond: 0 }, 'reportsPerSecond: 0 does not fit'],
    [{ timeZoneOffset: 'Asia/Shanghai' }, 'timeZoneOffset: write'],
    [parsed<SimulatorOptions>('{"signCase":"title"}'), 'signCase: write'],
    [{ historyLimit: 1.5 }, 'historyLimit: 1.5 does not fit'],
  ])('refuses %j', async (options, message) => {
    await expect(startSimulator(options)).rejects.toThrow(message);
  });
});

it('stops at once, in spite of a connection that is kept alive, and may be stopped twice', async () => {
  const bench = await Bench.start();
  const agent = new Agent({ keepAlive: true });
  await new Promise<void>((resolve) => {
    const outgoing = request(`${bench.simulator.url}/inter/getIMSReport`, { method: 'POST', agent }, (response) => {
      response.on('end', resolve).resume();
    });
    outgoing.end('{}');
  });
  await bench.simulator.stop();
  await bench.simulator.stop();
  agent.destroy();
  await expect(bench.pull()).rejects.toThrow('ECONNREFUSED');
});

it('remembers only the newest entries', async () => {
  const bench = await Bench.start({ historyLimit: 3 });
  const numbers = mobiles(5);
  for (const mobile of numbers) await bench.single(mobile);
  expect(bench.simulator.accepted().map(({ mobile }) => mobile)).toEqual(numbers.slice(2));
  expect(bench.simulator.requests()).toHaveLength(3);
  // What is remembered is not what is owed.
  expect(bench.simulator.pendingReports()).toHaveLength(5);
  await bench.simulator.stop();
});

it('lets its process end once it is told so', async () => {
  const library = new URL('../dist/index.js', import.meta.url).href;
  const script = `const { startSimulator } = await import('${library}'); (await startSimulator()).unref();`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'inherit' });
  expect(await once(child, 'exit')).toEqual([0, null]);
});

describe('reset', () => {
  it('begins a new second of report calls', async () => {
    const bench = await Bench.start({ reportsPerSecond: 1 });
    const codes: string[] = [];
    for (let test = 0; test < 3; test++) {
      codes.push(await bench.code('getIMSReport'), await bench.code('getIMSReport'));
      bench.simulator.reset();
    }
    await bench.simulator.stop();
    expect(codes).toEqual(Array.from({ length: 3 }, () => ['SUCCESS', 'ERROR_OVER_SPEED']).flat());
  });

  it('draws from the beginning again: what a test gets does not depend on those before it', async () => {
    const countries = { '*': { reportDelayMs: { min: 1, max: 1_000_000 } } };
    const bench = await Bench.start({ countries, reportsPerSecond: Infinity });
    const test = async () => {
      bench.simulator.inject({ kind: 'status', status: 503, chance: 0.5, on: 'getIMSReport' });
      const statuses: number[] = [];
      for (let call = 0; call < 32; call++) statuses.push((await bench.call('getIMSReport')).status);
      await bench.batch(mobiles(10).map((mobile) => ({ mobile })));
      const delays = bench.simulator.pendingReports().map(({ dueAt }) => dueAt - bench.now);
      bench.simulator.reset();
      return { statuses, delays };
    };
    const first = await test();
    expect(await test()).toEqual(first);
    await bench.simulator.stop();
  });
});

it('looks at the clock of the host each time, as a test that replaces Date.now expects', async () => {
  const simulator = await startSimulator();
  const { appId } = simulator.accounts[0]!;
  const hostsNow = Date.now;
  try {
    Date.now = () => 1_234_567_890_000;
    simulator.pushReport(appId, {});
  } finally {
    Date.now = hostsNow;
  }
  expect(simulator.pendingReports()).toEqual([{ appId, dueAt: 1_234_567_890_000 }]);
  await simulator.stop();
});

describe('two simulators that start in the same millisecond', () => {
  it('give no id twice, however many messages they take', async () => {
    const benches = [await Bench.start(), await Bench.start()];
    const ids: string[] = [];
    for (let call = 0; call < 2; call++) {
      for (const bench of benches) {
        ids.push(...(await bench.batch(mobiles(300).map((mobile) => ({ mobile })))).map(({ imsId }) => imsId));
      }
    }
    for (const bench of benches) await bench.simulator.stop();
    expect(new Set(ids).size).toBe(1_200);
  });

  it('keep requests and pushes apart', async () => {
    const push = { url: 'http://127.0.0.1:9', form: 'plain', everyMs: 2_000_000_000 } as const;
    const named: (string | undefined)[] = [];
    for (let start = 0; start < 2; start++) {
      const bench = await Bench.start({ reportDelayMs: 0 });
      bench.simulator.changeAccount({ push });
      await bench.single('0061422118000');
      await bench.simulator.pushDue();
      named.push(bench.simulator.requests()[0]?.requestId, bench.simulator.pushed()[0]?.pushId);
      await bench.simulator.stop();
    }
    expect(new Set(named).size).toBe(4);
    expect(named).not.toContain(undefined);
  });
});
