import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable, Module, type BeforeApplicationShutdown } from '@nestjs/common';
import { LazyModuleLoader, MetadataScanner } from '@nestjs/core';
import { EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { TerminusModule } from '@nestjs/terminus';
import {
  EmayImsAccounts,
  EmayImsAccountsModule,
  EmayImsClosedError,
  EmayImsModule,
  EmayImsOptionsError,
  EmayImsService,
  OnImsEvent,
  type EmayImsEvent,
} from 'nestjs-emay-ims';
import { EmayImsEventEmitterModule } from 'nestjs-emay-ims/event-emitter';
import { EmayImsMetricsModule } from 'nestjs-emay-ims/prometheus';
import { EmayImsHealthIndicator, EmayImsHealthModule } from 'nestjs-emay-ims/terminus';
import { Registry } from 'prom-client';
import { eventually } from '../support/eventually.js';
import { Workbench } from './workbench.js';

const MESSAGE = { mobile: '+61422118000', content: 'Hello', customImsId: 'one' };

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.close());

/** Each tenant has an AppId of its own, and a gateway where that is known. */
async function tenant(name: string, working = true) {
  const appId = `EUCP-EMY-SMS0-${name.toUpperCase()}`;
  const { url } = await bench.anotherGateway(appId);
  const jobs = working ? { dispatch: { intervalMs: 10 }, reports: { intervalMs: 20 } } : {};
  return bench.options({ name, appId, baseUrl: url, ...jobs });
}

const delivered = (ims: EmayImsService) =>
  eventually(
    () => ims.findOne('one'),
    (message) => message?.state === 'DELIVERED',
  );

describe('an account that is added at run time', () => {
  it('works like one that is imported, until it is removed; added again it sends what it left', async () => {
    const host = await bench.start({ imports: [EmayImsAccountsModule, EmayImsModule.forRoot(bench.options())] });
    const accounts = host.get(EmayImsAccounts);
    const options = await tenant('one');
    const ims = await accounts.add(options);
    expect(accounts.get('one')).toBe(ims);
    expect(accounts.get()).toBe(host.get(EmayImsService));
    expect(accounts.list()).toEqual(['default', 'one']);
    await ims.enqueue([MESSAGE]);
    await delivered(ims);
    const left = ims.enqueue([{ ...MESSAGE, customImsId: 'two', sendAt: new Date(Date.now() + 1_500) }]);
    await accounts.remove('one');
    await left;
    expect(accounts.list()).toEqual(['default']);
    await expect(ims.stats()).rejects.toThrow(EmayImsClosedError);
    const again = await accounts.add(options);
    await eventually(
      () => again.findOne('two'),
      (message) => message?.state === 'DELIVERED',
    );
    await host.close();
    await expect(again.stats()).rejects.toThrow(EmayImsClosedError);
  });

  it('is added by a factory, before anything has started', async () => {
    const options = await tenant('one');
    const early = {
      provide: 'TENANT',
      inject: [EmayImsAccounts],
      useFactory: async (accounts: EmayImsAccounts) => {
        const ims = await accounts.add(options);
        await ims.enqueue([MESSAGE]);
        return ims;
      },
    };
    @Injectable()
    class Listener {
      readonly told: string[] = [];
      @OnImsEvent('message.delivered', { durable: 'listener', account: 'one' })
      note({ customImsId }: EmayImsEvent & { customImsId: string }): void {
        this.told.push(customImsId);
      }
    }
    const host = await bench.start({ imports: [EmayImsAccountsModule], providers: [early, Listener] });
    await delivered(host.get<EmayImsService>('TENANT'));
    await eventually(
      () => host.get(Listener).told,
      (told) => told.length === 1,
    );
  });

  it('takes nothing of the context of the call that added it: no tenant, no span, no transaction', async () => {
    const request = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    @Injectable()
    class Listener {
      @OnImsEvent('message.accepted')
      @OnImsEvent('message.delivered', { durable: 'listener' })
      note(): void {
        seen.push(request.getStore());
      }
    }
    const host = await bench.start({ imports: [EmayImsAccountsModule], providers: [Listener] });
    const options = await tenant('one');
    const ims = await request.run('of the call', () => host.get(EmayImsAccounts).add(options));
    await ims.enqueue([MESSAGE]);
    await eventually(
      () => seen,
      () => seen.length >= 2,
    );
    expect(seen).toEqual([undefined, undefined]);
  });

  it('is heard by handlers that are looked for once, where several are added together', async () => {
    @Injectable()
    class Listener {
      readonly told: string[] = [];
      @OnImsEvent('message.delivered')
      note({ account }: EmayImsEvent): void {
        this.told.push(account);
      }
    }
    const host = await bench.start({ imports: [EmayImsAccountsModule], providers: [Listener] });
    const accounts = host.get(EmayImsAccounts);
    const [first, second, third] = await Promise.all(['one', 'two', 'three'].map((name) => tenant(name)));
    const looking = jest.spyOn(MetadataScanner.prototype, 'getAllMethodNames');
    const added = [await accounts.add(first!)];
    const looks = looking.mock.calls.length;
    expect(looks).toBeGreaterThan(0);
    looking.mockClear();
    added.push(...(await Promise.all([accounts.add(second!), accounts.add(third!)])));
    expect(looking).toHaveBeenCalledTimes(looks);
    looking.mockRestore();
    for (const ims of added) await ims.enqueue([MESSAGE]);
    await eventually(
      () => host.get(Listener).told.toSorted(),
      (told) => told.join() === 'one,three,two',
    );
  });

  it('has no warning logged of a handler that was loaded too late only for accounts of which it wants nothing', async () => {
    class Late {
      @OnImsEvent('message.accepted', { account: 'one' })
      note(): void {}
    }
    @Module({ providers: [Late] })
    class LazyModule {}
    const host = await bench.start({ imports: [EmayImsAccountsModule, EmayImsModule.forRoot(bench.options())] });
    await host.get(LazyModuleLoader, { strict: false }).load(() => LazyModule);
    await host.get(EmayImsAccounts).add(await tenant('one', false));
    expect(bench.logs.lines.filter((line) => line.includes('Late.note'))).toEqual([]);
  });

  it('has a warning logged of handlers that were loaded too late for accounts opened earlier', async () => {
    class Late {
      readonly heard: string[] = [];

      @OnImsEvent('message.accepted')
      note({ account }: EmayImsEvent): void {
        this.heard.push(account);
      }
    }
    @Module({ providers: [Late] })
    class LazyModule {}
    const host = await bench.start({ imports: [EmayImsAccountsModule, EmayImsModule.forRoot(bench.options())] });
    const lazy = await host.get(LazyModuleLoader, { strict: false }).load(() => LazyModule);
    const warnings = () => bench.logs.lines.filter((line) => line.includes('Late.note'));
    const ims = await host.get(EmayImsAccounts).add(await tenant('one', false));
    expect(warnings()).toEqual([expect.stringMatching(/^warn @OnImsEvent at Late\.note: loaded after accounts were/)]);
    await host.get(EmayImsAccounts).add(await tenant('two', false));
    expect(warnings()).toHaveLength(1);
    await host.get(EmayImsService).send(MESSAGE);
    await ims.send(MESSAGE);
    expect(lazy.get(Late).heard).toEqual(['one']);
  });

  it('is heard by handlers and the event emitter, and shows in health and metrics', async () => {
    @Injectable()
    class Listener {
      readonly told: string[] = [];
      @OnImsEvent('message.delivered')
      note({ account }: EmayImsEvent): void {
        this.told.push(account);
      }
      @OnEvent('emay-ims.message.delivered')
      hear({ account }: EmayImsEvent): void {
        this.told.push(`emitted ${account}`);
      }
    }
    const registry = new Registry();
    const host = await bench.start({
      imports: [
        EmayImsAccountsModule,
        EventEmitterModule.forRoot(),
        EmayImsEventEmitterModule,
        EmayImsMetricsModule.forRoot({ registry, accounts: 'all', cacheMs: 0 }),
        TerminusModule,
        EmayImsHealthModule,
      ],
      providers: [Listener],
    });
    const accounts = host.get(EmayImsAccounts);
    const ims = await accounts.add(await tenant('one'));
    await ims.enqueue([MESSAGE]);
    await delivered(ims);
    await eventually(
      () => host.get(Listener).told.toSorted(),
      (told) => told.join() === 'emitted one,one',
    );
    const health = host.get(EmayImsHealthIndicator, { strict: false });
    expect(await health.check('sms', { account: 'one' })).toMatchObject({ sms: { account: 'one', database: 'up' } });
    const metrics = await registry.metrics();
    expect(metrics).toContain('emay_ims_messages{account="one",state="DELIVERED"} 1');
    expect(metrics).toMatch(/emay_ims_submitted_messages_total\{account="one",outcome="accepted",code="SUCCESS"\} 1/);
    await accounts.remove('one');
    expect(await registry.metrics()).not.toContain('emay_ims_messages{account="one"');
    await expect(health.check('sms', { account: 'one' })).rejects.toThrow(EmayImsOptionsError);
  });

  it('is in the metrics under its name again, once it is removed and added again', async () => {
    const options = await tenant('one');
    const early = {
      provide: 'TENANT',
      inject: [EmayImsAccounts],
      useFactory: (accounts: EmayImsAccounts) => accounts.add(options),
    };
    const registry = new Registry();
    const metrics = EmayImsMetricsModule.forRoot({ registry, accounts: ['one'], cacheMs: 0 });
    const host = await bench.start({ imports: [EmayImsAccountsModule, metrics], providers: [early] });
    const up = async () => /^emay_ims_database_up\{account="one"\} (\d)$/m.exec(await registry.metrics())?.[1];
    expect(await up()).toBe('1');
    await host.get(EmayImsAccounts).remove('one');
    expect(await up()).toBeUndefined();
    await host.get(EmayImsAccounts).add(options);
    expect(await up()).toBe('1');
  });

  it('is refused under a name that is there, or being added; a wrong one leaves nothing behind', async () => {
    const host = await bench.start({ imports: [EmayImsAccountsModule, EmayImsModule.forRoot(bench.options())] });
    const accounts = host.get(EmayImsAccounts);
    const options = await tenant('one');
    await expect(accounts.add({ ...options, name: 'default' })).rejects.toThrow(/an account "default" already/);
    const adding = accounts.add(options);
    await expect(accounts.add(options)).rejects.toThrow(EmayImsOptionsError);
    await adding;
    const wrong = { ...(await tenant('two')), database: { dataSource: 'none' } };
    await expect(accounts.add(wrong)).rejects.toThrow(/no DataSource named "none"/);
    expect(accounts.list()).toEqual(['default', 'one']);
    await expect(accounts.remove('default')).rejects.toThrow(/imported with EmayImsModule/);
    await expect(accounts.remove('two')).rejects.toThrow(/no account "two"/);
    expect(() => accounts.get('two')).toThrow(EmayImsOptionsError);
  });

  it('is refused while the application shuts down', async () => {
    const options = await tenant('one');
    const ends: unknown[] = [];
    @Injectable()
    class Late implements BeforeApplicationShutdown {
      constructor(private readonly accounts: EmayImsAccounts) {}
      async beforeApplicationShutdown(): Promise<void> {
        ends.push(await this.accounts.add(options).catch((error: unknown) => error));
      }
    }
    const host = await bench.start({ imports: [EmayImsAccountsModule], providers: [Late] });
    // One that is being added when the shutdown begins.
    const adding = host
      .get(EmayImsAccounts)
      .add(await tenant('two'))
      .catch((error: unknown) => error);
    await host.close();
    expect(ends).toEqual([expect.any(EmayImsClosedError)]);
    const ims = await adding;
    if (ims instanceof EmayImsService) await expect(ims.stats()).rejects.toThrow(EmayImsClosedError);
    else expect(ims).toBeInstanceOf(EmayImsClosedError);
    expect(host.get(EmayImsAccounts).list()).toEqual([]);
  });
});
