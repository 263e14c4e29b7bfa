import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { ConsoleLogger, Injectable, Module, type ModuleMetadata, type OnModuleDestroy } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { EMAY_IMS_SIMULATOR } from 'emay-ims-simulator/nestjs';
import { EmayImsService, InjectEmayIms } from 'nestjs-emay-ims';
import {
  EmayImsTestbed,
  EmayImsTestbedModule,
  getEmayImsTestbedToken,
  InjectEmayImsTestbed,
} from 'nestjs-emay-ims/testing';
import type { DataSource } from 'typeorm';
import { getEmayImsRepositoryToken } from '../../libs/emay-ims/src/emay-ims.tokens.js';

const MOBILE = '+61422118000';
const MESSAGE = { mobile: MOBILE, content: 'Hello', customImsId: 'one' };
/** Whatever else the machine does. */
const PATIENT = { withinMs: 60_000 };

const running: TestingModule[] = [];
async function start(metadata: ModuleMetadata): Promise<TestingModule> {
  const host = await Test.createTestingModule(metadata)
    .setLogger(new ConsoleLogger({ logLevels: [] }))
    .compile();
  running.push(host);
  return host.init();
}
afterEach(async () => {
  for (const host of running.splice(0)) await host.close();
});

/** The folder of the embedded database. */
function folderOf(host: TestingModule): string {
  const { manager } = host.get<{ manager: { dataSource: DataSource } }>(getEmayImsRepositoryToken(), { strict: false });
  return dirname(String(manager.dataSource.options.database));
}

describe('the testbed', () => {
  it('sends through the simulator and receives the report by itself', async () => {
    const host = await start({ imports: [EmayImsTestbedModule.forRoot()] });
    const { ims, simulator, ...testbed } = host.get(EmayImsTestbed);
    expect(testbed).toEqual({});
    await ims.enqueue([MESSAGE]);
    expect(await host.get(EmayImsTestbed).delivered('one', PATIENT)).toMatchObject({
      state: 'DELIVERED',
      reportState: 'DELIVRD',
    });
    expect(simulator.accepted()).toEqual([expect.objectContaining({ mobile: '0061422118000', content: 'Hello' })]);
    expect(host.get(EmayImsService)).toBe(ims);
    expect(host.get(EMAY_IMS_SIMULATOR)).toBe(simulator);
  });

  it('serves the modules of the host, which may still send while they are shut down', async () => {
    const last: string[] = [];
    @Injectable()
    class Goodbye implements OnModuleDestroy {
      constructor(private readonly ims: EmayImsService) {}
      async onModuleDestroy(): Promise<void> {
        last.push((await this.ims.send(MESSAGE)).state);
      }
    }
    @Module({ providers: [Goodbye] })
    class GoodbyeModule {}

    const host = await start({ imports: [GoodbyeModule, EmayImsTestbedModule.forRoot()] });
    await host.close();
    expect(last).toEqual(['ACCEPTED']);
  });

  it.each([true, false])('leaves nothing behind, isGlobal: %s', async (isGlobal) => {
    const host = await start({ imports: [EmayImsTestbedModule.forRoot({ isGlobal })] });
    const folder = folderOf(host);
    const { simulator, ims } = host.get(EmayImsTestbed);
    await ims.send(MESSAGE);
    expect(existsSync(folder)).toBe(true);
    await host.close();
    expect(existsSync(folder)).toBe(false);
    await expect(fetch(simulator.url)).rejects.toThrow('fetch failed');
  });

  it('any number at once do not disturb each other', async () => {
    const imports = [EmayImsTestbedModule.forRoot()];
    const hosts = await Promise.all([1, 2, 3].map(() => start({ imports })));
    const testbeds = hosts.map((host) => host.get(EmayImsTestbed));
    expect(new Set(hosts.map(folderOf)).size).toBe(3);
    await Promise.all(testbeds.map(({ ims }, index) => ims.send({ ...MESSAGE, content: `Hello ${index}` })));
    await hosts[0]!.close();
    for (const [index, testbed] of testbeds.entries()) {
      if (index === 0) continue;
      expect(await testbed.delivered('one', PATIENT)).toMatchObject({ content: `Hello ${index}` });
      expect(testbed.simulator.accepted()).toHaveLength(1);
    }
  });

  it('has two accounts in one application, each with a gateway of its own', async () => {
    @Injectable()
    class Both {
      constructor(
        readonly codes: EmayImsService,
        @InjectEmayIms('marketing') readonly news: EmayImsService,
        @InjectEmayImsTestbed('marketing') readonly marketing: EmayImsTestbed,
      ) {}
    }
    const host = await start({
      imports: [EmayImsTestbedModule.forRoot(), EmayImsTestbedModule.forRoot({ name: 'marketing' })],
      providers: [Both],
    });
    const { codes, news, marketing } = host.get(Both);
    await codes.send(MESSAGE);
    await news.send({ ...MESSAGE, content: 'News' });
    expect(await host.get(EmayImsTestbed).delivered('one', PATIENT)).toMatchObject({
      account: 'default',
      content: 'Hello',
    });
    expect(await marketing.delivered('one', PATIENT)).toMatchObject({ account: 'marketing', content: 'News' });
    expect(host.get(getEmayImsTestbedToken('marketing'))).toBe(marketing);
    expect(marketing.simulator.accepted().map(({ content }) => content)).toEqual(['News']);
  });

  it('takes options of the module and of the simulator', async () => {
    const host = await start({
      imports: [
        EmayImsTestbedModule.forRoot({
          module: { protocol: { maxContentLength: 3 }, reports: { cron: '* * * * * *' }, dispatch: { enabled: false } },
          simulator: { accounts: [{ appId: 'mine', secretKey: 'key' }] },
        }),
      ],
    });
    const { ims, simulator } = host.get(EmayImsTestbed);
    await expect(ims.send(MESSAGE)).rejects.toThrow('at most 3 UTF-16 units');
    await ims.send({ ...MESSAGE, content: 'abc' });
    expect(simulator.accepted()).toEqual([expect.objectContaining({ appId: 'mine' })]);
  });

  it('has its own default for an option that is undefined', async () => {
    const host = await start({
      imports: [
        EmayImsTestbedModule.forRoot({
          simulator: { reportDelayMs: undefined, reportsPerSecond: undefined },
          module: {
            database: undefined,
            dispatch: { intervalMs: undefined },
            protocol: { canary: undefined },
            reports: { intervalMs: undefined, cron: undefined, spoolPath: undefined },
          },
        }),
        EmayImsTestbedModule.forRoot({
          name: 'other',
          simulator: undefined,
          module: { dispatch: undefined, protocol: undefined, reports: undefined },
        }),
      ],
    });
    for (const name of [undefined, 'other']) {
      const { ims, simulator } = host.get<EmayImsTestbed>(getEmayImsTestbedToken(name));
      const options = await ims.perform(async (account) => account.options);
      expect(options).toMatchObject({
        database: { type: 'sqlite', path: expect.stringContaining('emay-ims-testbed-') },
        dispatch: { intervalMs: 50 },
        protocol: { canary: false },
        reports: { intervalMs: 50, spoolPath: expect.stringContaining('emay-ims-testbed-') },
      });
      simulator.changeAccount({ reports: 'held' });
      await ims.send(MESSAGE);
      expect(simulator.pendingReports()[0]!.dueAt).toBe(simulator.accepted()[0]!.acceptedAt);
    }
  });

  it('stops the start for a wrong option', async () => {
    const wrong = start({ imports: [EmayImsTestbedModule.forRoot({ module: { protocol: { maxContentLength: 0 } } })] });
    await expect(wrong).rejects.toThrow('maxContentLength must be');
  });
});

describe('waiting', () => {
  it('for delivery ends at once where another final state came, and tells which', async () => {
    const testbed = (await start({ imports: [EmayImsTestbedModule.forRoot()] })).get(EmayImsTestbed);
    await testbed.ims.send({ ...MESSAGE, mobile: '+61429999003' });
    await expect(testbed.delivered('one', PATIENT)).rejects.toThrow(
      'Message one is not going to be DELIVERED: it is REJECTED (code SUCCESS, report FAIL_BALANCE).',
    );
    expect(await testbed.reached('one', 'REJECTED')).toMatchObject({ reportState: 'FAIL_BALANCE' });
  });

  it('for ACCEPTED ends also where the report came first', async () => {
    const testbed = (await start({ imports: [EmayImsTestbedModule.forRoot()] })).get(EmayImsTestbed);
    await testbed.ims.enqueue([MESSAGE, { ...MESSAGE, customImsId: 'two', mobile: '+61429999003' }]);
    await testbed.delivered('one', PATIENT);
    await testbed.reached('two', 'REJECTED', PATIENT);
    expect(await testbed.reached('one', 'ACCEPTED')).toMatchObject({ state: 'DELIVERED' });
    expect(await testbed.reached('two', 'ACCEPTED')).toMatchObject({ state: 'REJECTED' });
    testbed.simulator.inject({ kind: 'code', code: 'ERROR_MOBILE_ERROR', on: 'sendSingleIMS' });
    await expect(testbed.ims.send({ ...MESSAGE, customImsId: 'refused' })).rejects.toThrow('ERROR_MOBILE_ERROR');
    await expect(testbed.reached('refused', 'ACCEPTED')).rejects.toThrow('is not going to be ACCEPTED: it is REJECTED');
  });

  it('ends before jest and vitest end the test, which would not tell why', async () => {
    const looks: string[] = [];
    const ims = Object.assign(new EmayImsService(), { findOne: async (id: string) => (looks.push(id), null) });
    const now = jest.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValueOnce(3_999).mockReturnValue(4_000);
    const late = new EmayImsTestbed(ims, null as never).delivered('nobody');
    await expect(late).rejects.toThrow('was not DELIVERED within 4000 ms');
    now.mockRestore();
    expect(looks).toHaveLength(2);
  });

  it('ends at the deadline, and tells the state that was found', async () => {
    const silent = EmayImsTestbedModule.forRoot({ simulator: { countries: { '*': { reportLoss: 1 } } } });
    const testbed = (await start({ imports: [silent] })).get(EmayImsTestbed);
    await testbed.ims.send(MESSAGE);
    await expect(testbed.delivered('one', { withinMs: 30 })).rejects.toThrow(
      'Message one was not DELIVERED within 30 ms: it is ACCEPTED (code SUCCESS).',
    );
    await expect(testbed.delivered('nobody', { withinMs: 0 })).rejects.toThrow(
      'Message nobody was not DELIVERED within 0 ms: there is no message with this id.',
    );
  });
});
