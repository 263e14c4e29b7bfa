import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import {
  EmayImsAccounts,
  EmayImsAccountsModule,
  EmayImsClient,
  EmayImsClock,
  EmayImsModule,
  EmayImsOptionsError,
  EmayImsService,
  getEmayImsClientToken,
  getEmayImsClockToken,
  getEmayImsEngineToken,
  getEmayImsHttpToken,
  getEmayImsToken,
  type EmayImsEngine,
  type EngineJob,
} from 'nestjs-emay-ims';
import { Workbench } from './workbench.js';

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.close());

const MESSAGE = { mobile: '+61422118000', content: 'Hello', customImsId: 'a' };

/** Runs a job when it is told to, and at no other time. */
class EngineOnCall implements EmayImsEngine {
  private jobs = new Map<string, EngineJob>();
  readonly woken: string[] = [];

  async start(jobs: readonly EngineJob[]): Promise<void> {
    this.jobs = new Map(jobs.map((job) => [job.name, job]));
  }

  wake(name: string): void {
    this.woken.push(name);
  }

  async stop(): Promise<void> {
    this.jobs.clear();
  }

  get names(): string[] {
    return [...this.jobs.keys()];
  }

  async run(name: string): Promise<void> {
    await this.jobs.get(name)?.run();
  }
}

class ClockOfLongAgo extends EmayImsClock {
  monotonic = () => 0;
  wall = () => Date.UTC(2001, 1, 3, 4, 5, 6);
}

describe('a part of an account that a host brings itself', () => {
  it('its engine decides when jobs run', async () => {
    const engine = new EngineOnCall();
    const options = bench.options({
      dispatch: { intervalMs: 10 },
      retention: { days: 3 },
      providers: [{ provide: getEmayImsEngineToken(), useValue: engine }],
    });
    const host = await bench.start({ imports: [EmayImsModule.forRoot(options)] });
    expect(engine.names).toEqual(
      ['claim', 'sweep', 'figures', 'dispatch', 'retention'].map((job) => `emay-ims:default:${job}`),
    );
    const ims = host.get(EmayImsService);
    await ims.enqueue([MESSAGE]);
    expect(engine.woken).toEqual(['emay-ims:default:dispatch']);
    expect(bench.simulator.accepted()).toHaveLength(0);
    await engine.run('emay-ims:default:dispatch');
    expect(bench.simulator.accepted()).toHaveLength(1);
    await host.close();
    expect(engine.names).toEqual([]);
  });

  it('its clock signs requests, and only its own', async () => {
    const other = bench.options({ name: 'other', database: bench.file('other.sqlite') });
    const providers = [{ provide: getEmayImsClockToken('other'), useClass: ClockOfLongAgo }];
    const host = await bench.start({
      imports: [
        EmayImsModule.forRoot(bench.options()),
        EmayImsModule.forRootAsync({
          name: 'other',
          providers,
          useFactory: () => other,
        }),
      ],
    });
    await host.get(EmayImsService).send(MESSAGE);
    const stale = host.get<EmayImsService>(getEmayImsToken('other')).send(MESSAGE);
    await expect(stale).rejects.toThrow('ERROR_TIMESTAMP');
  });

  it('its HTTP client, with interceptors, carries every request; its client is the one that others inject', async () => {
    const host = await bench.start({ imports: [EmayImsModule.forRoot(bench.options())] });
    const paths: string[] = [];
    host.get(getEmayImsHttpToken()).interceptors.request.use((config) => {
      paths.push(new URL(config.url ?? '').pathname);
      return config;
    });
    await host.get(EmayImsService).send(MESSAGE);
    expect(paths.at(-1)).toMatch(/sendSingleIMS/i);
    expect(host.get(EmayImsClient)).toBe(host.get(getEmayImsClientToken()));
  });

  it.each<[string, object]>([
    ['by its own scope', { scope: Scope.REQUEST }],
    ['by what it injects', { inject: [REQUEST] }],
  ])('stops the start where it is made for each request: %s', async (_how, more) => {
    const name = 'other';
    const engine = { provide: getEmayImsEngineToken(name), useFactory: () => new EngineOnCall(), ...more };
    const start = bench.start({ imports: [EmayImsModule.forRoot(bench.options({ name, providers: [engine] }))] });
    await expect(start).rejects.toThrow(EmayImsOptionsError);
    await expect(start).rejects.toThrow('EmayImsEngine:other is made for each request');
  });

  it('is refused for an account that is added at run time', async () => {
    const host = await bench.start({ imports: [EmayImsAccountsModule] });
    const options = bench.options({ providers: [{ provide: getEmayImsEngineToken(), useValue: new EngineOnCall() }] });
    await expect(host.get(EmayImsAccounts).add(options)).rejects.toThrow(EmayImsOptionsError);
  });

  it('is told where it is no list', () => {
    const options = { ...bench.options(), providers: {} as never };
    expect(() => EmayImsModule.forRoot(options)).toThrow('providers must be a list of Nest providers');
  });
});
