import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable, Module, Scope } from '@nestjs/common';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import {
  EmayImsAccounts,
  EmayImsAccountsModule,
  EmayImsClient,
  EmayImsModule,
  EmayImsService,
  getEmayImsToken,
  InjectEmayIms,
} from 'nestjs-emay-ims';
import { existsSync } from 'node:fs';
import { Workbench } from './workbench.js';

const WORKING = { dispatch: { intervalMs: 10 }, reports: { intervalMs: 10 } };

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.close());

@Injectable()
class Login {
  constructor(
    readonly ims: EmayImsService,
    @InjectEmayIms('other') readonly other: EmayImsService,
  ) {}
}

/** An application as it runs in production: two accounts, each with a file of its own. */
function application() {
  const account = (name?: string) =>
    bench.options({ name, database: bench.file(`${name ?? 'default'}.sqlite`), ...WORKING, isGlobal: true });
  const other = { ...account('other'), appId: 'EUCP-EMY-SMS0-OTHER' };
  @Module({
    imports: [
      ScheduleModule.forRoot(),
      EmayImsModule.forRoot(account()),
      EmayImsModule.forRootAsync({ name: 'other', isGlobal: true, useFactory: () => other }),
    ],
    providers: [Login],
  })
  class AppModule {}
  return AppModule;
}

async function started(override: (builder: TestingModuleBuilder) => TestingModuleBuilder) {
  const builder = override(Test.createTestingModule({ imports: [application()] }));
  const host = await builder.setLogger(bench.logs).compile();
  await host.init();
  return host;
}

const jobsOf = (host: Awaited<ReturnType<typeof started>>, name: string) =>
  host
    .get(SchedulerRegistry, { strict: false })
    .getIntervals()
    .filter((job) => job.startsWith(`emay-ims:${name}:`));

@Injectable()
class Fake {
  readonly send = jest.fn();
}
@Injectable({ scope: Scope.REQUEST })
class FakeOfEachRequest extends Fake {}
class Derived extends EmayImsService {}

const WAYS: Record<string, (by: ReturnType<TestingModuleBuilder['overrideProvider']>) => TestingModuleBuilder> = {
  useValue: (by) => by.useValue({ send: jest.fn() }),
  'useValue of nothing': (by) => by.useValue({}),
  useFactory: (by) => by.useFactory({ factory: () => new Fake() }),
  useClass: (by) => by.useClass(Fake),
  'useClass of one that is made for each request': (by) => by.useClass(FakeOfEachRequest),
  'useClass of one that extends ours': (by) => by.useClass(Derived),
};

describe('an account whose service a test overrides', () => {
  const accounts: [string, string | undefined][] = [
    ['default', undefined],
    ['other', 'other'],
  ];
  it.each(Object.keys(WAYS).flatMap((way) => accounts.map(([shown, name]) => [way, shown, name] as const)))(
    '%s, %s: opens no database and starts no job, and the other account does',
    async (way, shown, name) => {
      const host = await started((builder) => WAYS[way]!(builder.overrideProvider(getEmayImsToken(name))));
      const real = shown === 'default' ? 'other' : 'default';
      expect(existsSync(bench.file(`${shown}.sqlite`).path)).toBe(false);
      expect(jobsOf(host, shown)).toEqual([]);
      expect(existsSync(bench.file(`${real}.sqlite`).path)).toBe(true);
      expect(jobsOf(host, real)).not.toEqual([]);
      await host.close();
      expect(bench.logs.lines.filter((line) => line.startsWith('error'))).toEqual([]);
    },
  );

  it('asks the gateway for nothing', async () => {
    const host = await started((builder) =>
      builder
        .overrideProvider(EmayImsService)
        .useValue({ send: jest.fn() })
        .overrideProvider(getEmayImsToken('other'))
        .useValue({}),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(bench.simulator.handedOut()).toEqual([]);
    await host.close();
  });
});

describe('what else a test overrides', () => {
  it('the client of one account is that of no other', async () => {
    const client = { getImsReport: jest.fn(async () => ({ kind: 'unsent', reason: 'MOCKED' })) };
    const host = await started((builder) => builder.overrideProvider('EmayImsClient:other').useValue(client));
    expect(host.get(EmayImsClient, { strict: false })).toBeInstanceOf(EmayImsClient);
    expect(await host.get<EmayImsService>(getEmayImsToken('other')).pullReports()).toMatchObject({
      stoppedBy: 'MOCKED',
    });
    await host.close();
  });

  it('the HTTP client, which is no reason for close() to fail', async () => {
    const host = await started((builder) => builder.overrideProvider('EmayImsHttp').useValue({ get: jest.fn() }));
    await host.close();
  });

  it('the accounts that are added at run time', async () => {
    const fake = { add: jest.fn(), get: jest.fn(), remove: jest.fn(), list: jest.fn(() => []) };
    const builder = Test.createTestingModule({ imports: [EmayImsAccountsModule] });
    const host = await builder.overrideProvider(EmayImsAccounts).useValue(fake).setLogger(bench.logs).compile();
    await host.init();
    expect(host.get(EmayImsAccounts)).toBe(fake);
    await host.close();
  });
});
