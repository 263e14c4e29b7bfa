import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  EmayImsClosedError,
  EmayImsModule,
  EmayImsNotReadyError,
  EmayImsOptionsError,
  EmayImsService,
  InjectEmayIms,
  OnImsEvent,
  type EmayImsEvent,
  type EmayImsEventMap,
} from 'nestjs-emay-ims';
import { DataSource } from 'typeorm';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { openEmbeddedSqlite } from '../../libs/emay-ims/src/schema/embedded-sqlite.js';
import { HostApplication } from '../../libs/emay-ims/src/accounts/host-application.js';
import { createTestDatabase, serversUnderTest, type TestDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { Workbench } from './workbench.js';

const MESSAGE = { mobile: '+61422118000', content: 'Hello', customImsId: 'one' };
const WORKING = { dispatch: { intervalMs: 10 }, reports: { intervalMs: 20 } };

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.close());

const imported = (options: Parameters<Workbench['options']>[0] = {}) => EmayImsModule.forRoot(bench.options(options));

@Injectable()
class Invoices {
  readonly told: string[] = [];

  @OnImsEvent('message.*', { durable: 'invoices' })
  charge({ type }: EmayImsEvent): void {
    this.told.push(type);
  }
}

@Injectable()
class Audit {
  readonly told: string[] = [];

  @OnImsEvent('message.*')
  note({ type }: EmayImsEvent): void {
    this.told.push(type);
  }
}

describe('a call before the start is over', () => {
  it('opens the account: awaited in a factory, several at once', async () => {
    const factory = {
      provide: 'FIRST WORDS',
      inject: [EmayImsService],
      useFactory: (ims: EmayImsService) =>
        Promise.all([ims.enqueue([MESSAGE]), ims.send({ ...MESSAGE, customImsId: 'two' }), ims.stats()]),
    };
    const host = await bench.start({ imports: [imported(WORKING)], providers: [factory] });
    await eventually(
      () => host.get(EmayImsService).findOne('one'),
      (message) => message?.state === 'DELIVERED',
    );
    expect(bench.simulator.accepted()).toHaveLength(2);
  });

  it('is served in a hook of a module that is initialised earlier, for each of several accounts', async () => {
    @Injectable()
    class Early implements OnModuleInit {
      constructor(
        private readonly one: EmayImsService,
        @InjectEmayIms('other') private readonly other: EmayImsService,
      ) {}

      async onModuleInit(): Promise<void> {
        for (const ims of [this.one, this.other]) await ims.enqueue([MESSAGE]);
      }
    }
    @Module({ providers: [Early] })
    class Feature {}
    const gateway = await bench.anotherGateway('EUCP-EMY-SMS0-OTHER');
    const other = () => bench.options({ baseUrl: gateway.url, appId: 'EUCP-EMY-SMS0-OTHER', ...WORKING });
    const host = await bench.start({
      imports: [
        Feature,
        imported({ isGlobal: true, ...WORKING }),
        EmayImsModule.forRootAsync({ name: 'other', isGlobal: true, useFactory: other }),
      ],
    });
    for (const token of [EmayImsService, 'EmayImsService:other']) {
      await eventually(
        () => host.get<EmayImsService>(token).findOne('one'),
        (message) => message?.state === 'DELIVERED',
      );
    }
  });

  it('is served in an application that is never initialised; nothing goes out by itself there', async () => {
    const host = await bench.compile({ imports: [imported(WORKING)] });
    await host.get(EmayImsService).enqueue([MESSAGE]);
    expect(await host.get(EmayImsService).findOne('one')).toMatchObject({ state: 'QUEUED' });
    expect(bench.simulator.accepted()).toEqual([]);
    await host.close();
    const next = await bench.start({ imports: [imported(WORKING)] });
    await eventually(
      () => next.get(EmayImsService).findOne('one'),
      (message) => message?.state === 'DELIVERED',
    );
  });

  it('loses no event: handlers that are found later are told, durable ones of what committed', async () => {
    const host = await bench.compile({ imports: [imported(WORKING)], providers: [Invoices, Audit] });
    await host.get(EmayImsService).send(MESSAGE);
    const pending = (await host.get(EmayImsService).status()).pendingEvents;
    expect(pending).toBeGreaterThan(0);
    await host.init();
    for (const handler of [host.get(Invoices), host.get(Audit)]) {
      await eventually(
        () => handler.told,
        (told) => told.includes('message.accepted') && told.includes('message.delivered'),
      );
      expect(handler.told.filter((type) => type === 'message.accepted')).toHaveLength(1);
    }
    await eventually(
      async () => (await host.get(EmayImsService).status()).pendingEvents,
      (count) => count === 0,
    );
  });

  it('has no handler called before that is ready: each event once its application has started, in order', async () => {
    const failures: string[] = [];
    class Prepared implements OnModuleInit {
      readonly told: string[] = [];
      private orders: Map<string, string> | null = null;

      async onModuleInit(): Promise<void> {
        await ims.send({ ...MESSAGE, customImsId: 'in-a-hook' });
        this.orders = new Map();
      }

      @OnImsEvent('message.accepted')
      note({ customImsId }: EmayImsEventMap['message.accepted']): void {
        if (!this.orders) failures.push(customImsId);
        this.told.push(customImsId);
      }
    }
    const host = await bench.compile({ imports: [imported()], providers: [Prepared] });
    const ims = host.get(EmayImsService);
    await ims.send({ ...MESSAGE, customImsId: 'before-all-hooks' });
    await host.init();
    await ims.send({ ...MESSAGE, customImsId: 'after-them' });
    expect(host.get(Prepared).told).toEqual(['before-all-hooks', 'in-a-hook', 'after-them']);
    expect(failures).toEqual([]);
  });

  it('loses no event where its process ended before the handlers were known', async () => {
    const first = await bench.compile({ imports: [imported()], providers: [Invoices] });
    await first.get(EmayImsService).send(MESSAGE);
    await first.close();
    const file = await openEmbeddedSqlite(bench.file().path);
    await new ImsDatabase(file).run('UPDATE emay_ims_event SET created_at = created_at - 3600000');
    await file.destroy();
    const next = await bench.start({ imports: [imported(WORKING)], providers: [Invoices] });
    await eventually(
      () => next.get(Invoices).told,
      (told) => told.includes('message.accepted'),
    );
  });

  it('leaves no event behind where nobody wants one', async () => {
    const host = await bench.compile({ imports: [imported()] });
    await host.get(EmayImsService).send(MESSAGE);
    await host.init();
    expect((await host.get(EmayImsService).status()).pendingEvents).toBe(0);
  });

  it('waits for a DataSource that another provider is still making', async () => {
    const source = { isInitialized: true };
    const found: unknown[] = [];
    await bench.compile({
      imports: [imported()],
      providers: [
        {
          provide: 'ownDataSource',
          useFactory: () => new Promise((resolve) => setTimeout(() => resolve(source), 100)),
        },
        {
          provide: 'FIRST WORDS',
          // Both: what makes the service has made the other.
          inject: [ModuleRef, EmayImsService],
          useFactory: async (moduleRef: ModuleRef) => {
            const application = moduleRef.get(HostApplication, { strict: false });
            found.push(await application.findDataSource('own', 'default', 10_000, new AbortController().signal));
          },
        },
      ],
    });
    expect(found).toEqual([source]);
  });

  it('waits for a DataSource only so long, and names what is missing', async () => {
    const host = await bench.compile({ imports: [imported()] });
    const application = host.get(HostApplication, { strict: false });
    const find = () => application.findDataSource('default', 'default', 50, new AbortController().signal);
    expect(await find()).toBeNull();
    const refused = new EmayImsNotReadyError('default', 'the DataSource "default" is not connected yet');
    expect(refused.message).toMatch(/await app\.init\(\)/);
    expect(refused.retryable).toBe(true);
  });
});

describe('a start that fails', () => {
  it('is told by each call, and fails the application', async () => {
    await writeFile(join(bench.folder, 'no-folder'), '');
    const database = bench.file('no-folder/such.sqlite');
    const host = await bench.compile({ imports: [imported({ database })] });
    const ims = host.get(EmayImsService);
    await expect(ims.stats()).rejects.toThrow(/such\.sqlite' cannot be opened/);
    await expect(host.init()).rejects.toThrow(EmayImsOptionsError);
    await expect(ims.enqueue([MESSAGE])).rejects.toThrow(/such\.sqlite' cannot be opened/);
  });
});

describe('after close()', () => {
  const METHODS = Object.getOwnPropertyNames(EmayImsService.prototype).filter(
    (name) => !['constructor', 'expandBatch', 'sendNow', 'call', 'onAccount'].includes(name),
  );

  it.each(['never called', 'called', 'initialised'])('every call is refused as closed: %s', async (how) => {
    const host = await bench.compile({ imports: [imported()] });
    const ims = host.get(EmayImsService);
    if (how !== 'never called') await ims.stats();
    if (how === 'initialised') await host.init();
    await host.close();
    expect(METHODS.length).toBeGreaterThan(17);
    for (const method of METHODS) {
      const call = (ims as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>)[method]!;
      // What they are given is wrong for each of them: that is not looked at any more.
      await expect(call.call(ims, {})).rejects.toThrow(EmayImsClosedError);
    }
  });

  it('a call that opens the account meanwhile is either served or refused as closed', async () => {
    const host = await bench.compile({ imports: [imported()] });
    const ims = host.get(EmayImsService);
    const called = ims.enqueue([MESSAGE]).then(
      ([message]) => message?.state,
      (error: unknown) => error,
    );
    await host.close();
    const end = await called;
    expect(end === 'QUEUED' || end instanceof EmayImsClosedError).toBe(true);
    await expect(ims.stats()).rejects.toThrow(EmayImsClosedError);
  });
});

const SERVERS = serversUnderTest();
(SERVERS.length > 0 ? describe.each(SERVERS) : describe.skip.each(['postgres'] as const))(
  'in the database of the host: %s',
  (kind) => {
    let database: TestDatabase;
    beforeEach(async () => {
      database = await createTestDatabase(kind);
    });
    afterEach(() => database.drop());

    const called = {
      provide: 'FIRST WORDS',
      inject: [EmayImsService],
      useFactory: (ims: EmayImsService) => ims.enqueue([MESSAGE]).catch((error: unknown) => error),
    };
    const withDataSource = (connect: (source: DataSource) => Promise<DataSource>, startTimeoutMs = 10_000) => ({
      imports: [
        TypeOrmModule.forRootAsync({
          name: 'own',
          useFactory: () => database.typeOrmOptions!,
          dataSourceFactory: (options) => connect(new DataSource(options!)),
        }),
        EmayImsModule.forRootAsync({
          useFactory: () => bench.options({ ...WORKING, database: { dataSource: 'own', startTimeoutMs } }),
        }),
      ],
      providers: [called],
    });

    it('a call waits for a DataSource that is being connected', async () => {
      const slowly = async (source: DataSource) => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        return source.initialize();
      };
      const host = await bench.start(withDataSource(slowly));
      await eventually(
        () => host.get(EmayImsService).findOne('one'),
        (message) => message?.state === 'DELIVERED',
      );
      const ims = host.get(EmayImsService);
      await host.close();
      await expect(ims.reportPages()).rejects.toThrow(EmayImsClosedError);
    });

    it('a call does not wait for ever for one that is not', async () => {
      let mayConnect!: () => void;
      const permission = new Promise<void>((resolve) => (mayConnect = resolve));
      const late = async (source: DataSource) => {
        await permission;
        return source.initialize();
      };
      const host = await bench.compile({
        ...withDataSource(late, 50),
        providers: [
          {
            ...called,
            useFactory: (ims: EmayImsService) => called.useFactory(ims).finally(() => mayConnect()),
          },
        ],
      });
      expect(host.get('FIRST WORDS')).toBeInstanceOf(EmayImsNotReadyError);
      await host.init();
      expect(await host.get(EmayImsService).enqueue([MESSAGE])).toHaveLength(1);
    });
  },
);
