import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { EmayImsModule, EmayImsService, EmayImsStoreError } from 'nestjs-emay-ims';
import { setTimeout as pause } from 'node:timers/promises';
import type { EngineJob } from '../../libs/emay-ims/src/engine/engine.js';
import { InProcessEngine } from '../../libs/emay-ims/src/engine/in-process-engine.js';
import { Round } from '../../libs/emay-ims/src/engine/round.js';
import { eventually } from '../support/eventually.js';
import { ACCOUNT } from '../support/gateway-app.js';
import { Workbench } from './workbench.js';

const ACTIVE = { dispatch: { enabled: true }, reports: { enabled: true } };
const SWEEP = 'emay-ims:default:sweep';
const CLAIM = 'emay-ims:default:claim';
const FIGURES = 'emay-ims:default:figures';
const DISPATCH = 'emay-ims:default:dispatch';
const REPORTS = 'emay-ims:default:reports';
/** So rarely that no test sees its time come. */
const NEVER = { everyMs: 86_400_000 };

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await bench.close();
});

const startScheduled = async (options: Parameters<Workbench['options']>[0]) => {
  const host = await bench.start({
    imports: [ScheduleModule.forRoot(), EmayImsModule.forRoot(bench.options(options))],
  });
  return { host, registry: host.get(SchedulerRegistry) };
};

describe('in a host with ScheduleModule', () => {
  it.each<[string, Parameters<Workbench['options']>[0], string[], string[]]>([
    ['intervals', ACTIVE, [CLAIM, SWEEP, FIGURES, DISPATCH, REPORTS], []],
    ['a cron job', { ...ACTIVE, reports: { cron: '0 3 * * *' } }, [CLAIM, SWEEP, FIGURES, DISPATCH], [REPORTS]],
    ['nothing but its claim where it only stores', {}, [CLAIM], []],
    [
      'named jobs',
      { ...ACTIVE, name: 'a' },
      [CLAIM, SWEEP, FIGURES, DISPATCH, REPORTS].map((name) => name.replace('default', 'a')),
      [],
    ],
  ])(
    'shows its jobs in the SchedulerRegistry, and takes them away on close: %s',
    async (_, options, intervals, crons) => {
      const { host, registry } = await startScheduled(options);
      expect(registry.getIntervals().toSorted()).toEqual(intervals.toSorted());
      expect([...registry.getCronJobs().keys()]).toEqual(crons);
      await host.close();
      expect(registry.getIntervals()).toEqual([]);
      expect([...registry.getCronJobs().keys()]).toEqual([]);
    },
  );

  it('lets the host delete them, and closes all the same', async () => {
    const { host, registry } = await startScheduled({ ...ACTIVE, reports: { cron: '* * * * *' } });
    registry.deleteInterval(DISPATCH);
    registry.deleteCronJob(REPORTS);
    await host.close();
    expect(bench.logs.lines.filter((line) => line.startsWith('error'))).toEqual([]);
  });

  it('leaves alone what the host has put in their place', async () => {
    const { host, registry } = await startScheduled(ACTIVE);
    registry.deleteInterval(DISPATCH);
    registry.addInterval(
      DISPATCH,
      setInterval(() => undefined, NEVER.everyMs),
    );
    const engineOnly = jest.spyOn(registry, 'deleteInterval');
    await host.get(EmayImsModule).onModuleDestroy();
    expect(engineOnly.mock.calls.flat()).not.toContain(DISPATCH);
    expect(registry.getIntervals()).toEqual([DISPATCH]);
  });

  it('does not start, and leaves no timer, where a name is taken', async () => {
    const host = await bench.compile({
      imports: [ScheduleModule.forRoot(), EmayImsModule.forRoot(bench.options(ACTIVE))],
    });
    const registry = host.get(SchedulerRegistry);
    registry.addInterval(
      REPORTS,
      setInterval(() => undefined, NEVER.everyMs),
    );
    const [started, cleared] = [jest.spyOn(globalThis, 'setInterval'), jest.spyOn(globalThis, 'clearInterval')];
    await expect(host.init()).rejects.toThrow(/emay-ims:default:reports/);
    expect(registry.getIntervals()).toEqual([REPORTS]);
    const running = started.mock.results
      .map(({ value }): unknown => value)
      .filter((timer) => !cleared.mock.calls.some(([stopped]) => stopped === timer));
    expect(running).toEqual([]);
  });
});

describe('without ScheduleModule', () => {
  it('sends what is queued and pulls its reports all the same', async () => {
    const host = await bench.start({
      imports: [
        EmayImsModule.forRoot(bench.options({ dispatch: { intervalMs: 10 }, reports: { cron: '* * * * * *' } })),
      ],
    });
    const ims = host.get(EmayImsService);
    await ims.enqueue([{ mobile: '+61422118000', content: 'Hello', customImsId: 'one' }]);
    await eventually(
      () => ims.findOne('one'),
      (message) => message?.state === 'DELIVERED',
    );
    expect(bench.simulator.accepted()).toMatchObject([{ appId: ACCOUNT.appId }]);
  });
});

/** A job whose rounds end when the test says so. */
function heldJob(schedule: EngineJob['schedule'] = NEVER) {
  const ends: (() => void)[] = [];
  const seen = { rounds: 0, underWay: 0, most: 0 };
  const job: EngineJob = {
    name: 'held',
    schedule,
    async run() {
      seen.rounds++;
      seen.most = Math.max(seen.most, ++seen.underWay);
      await new Promise<void>((resolve) => void ends.push(resolve));
      seen.underWay--;
    },
  };
  return { job, seen, end: () => ends.shift()?.() };
}
const settled = () => pause(5);

describe('the engine', () => {
  let engine: InProcessEngine;
  let errors: jest.SpiedFunction<Logger['error']>;
  beforeEach(async () => {
    errors = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    const host = await bench.compile({});
    engine = new InProcessEngine(host.get(ModuleRef), 'default');
  });
  afterEach(() => engine.stop());

  it('runs each job at once, then by its interval', async () => {
    let rounds = 0;
    await engine.start([{ name: 'often', schedule: { everyMs: 10 }, run: async () => void rounds++ }]);
    expect(rounds).toBe(1);
    await eventually(
      () => rounds,
      (count) => count >= 4,
    );
  });

  it('runs by a cron expression', async () => {
    let rounds = 0;
    await engine.start([{ name: 'cron', schedule: { cron: '* * * * * *' }, run: async () => void rounds++ }]);
    await eventually(
      () => rounds,
      (count) => count >= 3,
    );
    await engine.stop();
    const atStop = rounds;
    await pause(1_100);
    expect(rounds).toBe(atStop);
  });

  it('never runs a job twice at a time', async () => {
    const { job, seen, end } = heldJob({ everyMs: 10 });
    await engine.start([job]);
    await eventually(
      () => seen.rounds,
      (rounds) => rounds === 1,
    );
    for (let round = 1; round <= 3; round++) {
      await pause(40);
      expect(seen).toMatchObject({ rounds: round, underWay: 1 });
      end();
      await eventually(
        () => seen.rounds,
        (rounds) => rounds > round,
      );
    }
    expect(seen.most).toBe(1);
    const stopped = engine.stop();
    end();
    await stopped;
  });

  it('runs once more for any number of wakes during a round', async () => {
    const { job, seen, end } = heldJob();
    await engine.start([job]);
    for (let wake = 0; wake < 5; wake++) engine.wake('held');
    expect(seen.rounds).toBe(1);
    end();
    await settled();
    expect(seen.rounds).toBe(2);
    end();
    await settled();
    expect(seen).toMatchObject({ rounds: 2, underWay: 0, most: 1 });
    engine.wake('held');
    expect(seen.rounds).toBe(3);
    end();
  });

  it('loses no wake, however close to the end of a round', async () => {
    for (let turns = 0; turns < 12; turns++) {
      let rounds = 0;
      const ends: (() => void)[] = [];
      const run = () => {
        rounds++;
        return rounds === 1 ? new Promise<void>((resolve) => void ends.push(resolve)) : Promise.resolve();
      };
      const round = new Round({ name: 'close', schedule: NEVER, run }, () => undefined);
      round.request();
      ends.shift()?.();
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      round.request();
      await settled();
      expect({ turns, rounds }).toEqual({ turns, rounds: 2 });
    }
  });

  it('ignores a wake for a job it does not have', () => {
    expect(() => engine.wake('nobody')).not.toThrow();
  });

  it.each<[string, () => Promise<void>]>([
    ['rejects', () => Promise.reject(new Error('INSERT +61422118000'))],
    [
      'throws at once',
      () => {
        throw new TypeError('content of +61422118000');
      },
    ],
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors
    ['rejects with no error', () => Promise.reject('+61422118000')],
    ['rejects with nothing', () => Promise.reject(null)],
  ])('goes on after a round that %s, and logs no data of it', async (_, fail) => {
    let rounds = 0;
    const run = () => (++rounds === 1 ? fail() : Promise.resolve());
    await engine.start([{ name: 'failing', schedule: { everyMs: 10 }, run }]);
    await eventually(
      () => rounds,
      (count) => count >= 3,
    );
    expect(errors).toHaveBeenCalledTimes(1);
    expect(errors.mock.calls[0]).toEqual([
      expect.stringMatching(/^failing failed and will run again: (Error|TypeError|failure)$/),
      { account: 'default', job: 'failing' },
    ]);
  });

  it('says of our own errors what they say: they carry no data', async () => {
    const failure = new EmayImsStoreError('ECONNREFUSED');
    const run = () => Promise.reject(failure);
    await engine.start([{ name: 'failing', schedule: NEVER, run }]);
    await settled();
    expect(errors.mock.calls[0]?.join()).toContain('ECONNREFUSED');
    expect(errors.mock.calls[0]?.[1]).toEqual({ account: 'default', job: 'failing', code: 'ECONNREFUSED' });
  });

  it('waits in stop for the round under way, and starts none after it', async () => {
    const { job, seen, end } = heldJob({ everyMs: 10 });
    await engine.start([job]);
    engine.wake('held');
    let hasStopped = false;
    const stopping = engine.stop().then(() => (hasStopped = true));
    await pause(40);
    expect(hasStopped).toBe(false);
    end();
    await stopping;
    engine.wake('held');
    await pause(30);
    expect(seen).toMatchObject({ rounds: 1, underWay: 0 });
    await engine.stop();
  });
});
