import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EmayImsModule, EmayImsService, EmayImsStoreError } from 'nestjs-emay-ims';
import { startSimulator, type Simulator } from 'emay-ims-simulator';
import { Column, DataSource, Entity, PrimaryColumn, type DataSourceOptions, type EntityManager } from 'typeorm';
import { createTestDatabase, type ServerKind, serversUnderTest, type TestDatabase } from '../support/databases.js';
import { ACCOUNT, QUIET } from '../support/gateway-app.js';
import { readPage } from './pages.js';
import { blockWith, runBlock } from './run-block.js';

@Entity('shop_order')
class Order {
  @PrimaryColumn({ type: 'integer' })
  id: number;

  @Column({ type: 'varchar', length: 20 })
  mobile: string;
}

const LANGUAGES = ['', '.zh'];
const order = Object.assign(new Order(), { id: 17, mobile: '+61422118000' });
// Joining a transaction of the host takes a server: see `npm run test:services`.
const servers = serversUnderTest();

(servers.length > 0 ? describe.each(servers) : describe.skip.each(['a server']))(
  'transactions of the pages on %s',
  (kind) => {
    let database: TestDatabase;
    let simulator: Simulator;
    let close: () => Promise<void>;
    let ims: EmayImsService;
    let dataSource: DataSource;

    const start = async (imports: unknown[]) => {
      const host = await Test.createTestingModule({ imports: imports as Type[] }).compile();
      await host.init();
      close = () => host.close();
      ims = host.get(EmayImsService);
      dataSource = host.get(DataSource);
      await dataSource.query('CREATE TABLE shop_order (id integer PRIMARY KEY, mobile varchar(20))');
    };

    beforeEach(async () => {
      database = await createTestDatabase(kind as ServerKind);
      simulator = await startSimulator({ accounts: [ACCOUNT] });
    });
    afterEach(async () => {
      await close();
      await simulator.stop();
      await database.drop();
    });

    const startPlain = () => {
      const options = database.typeOrmOptions as DataSourceOptions;
      const entities = [...(options.entities as unknown[]), Order] as DataSourceOptions['entities'];
      return start([
        TypeOrmModule.forRoot({ ...options, entities } as DataSourceOptions),
        EmayImsModule.forRoot({ baseUrl: simulator.url, ...ACCOUNT, ...QUIET }),
      ]);
    };

    it.each([
      ...LANGUAGES.map((language) => `README${language}.md`),
      ...LANGUAGES.map((language) => `docs/transactions${language}.md`),
    ])('%s: order and message are stored together, or neither is', async (path) => {
      await startPlain();
      const block = blockWith(readPage(path), 'dataSource.transaction(async');
      await runBlock(block, { ims, dataSource, order });
      expect(await dataSource.manager.count(Order)).toBe(1);
      expect(await ims.findOne('order-17')).toMatchObject({ state: 'QUEUED' });
      const refusing = { enqueue: () => Promise.reject(new EmayImsStoreError('ECONNRESET')) };
      const another = Object.assign(new Order(), { id: 18, mobile: '+61422118001' });
      await expect(runBlock(block, { ims: refusing, dataSource, order: another })).rejects.toThrow(EmayImsStoreError);
      expect(await dataSource.manager.count(Order)).toBe(1);
    });

    it.each(LANGUAGES)(
      'docs/transactions%s.md: after a deadlock the whole transaction is made again',
      async (language) => {
        await startPlain();
        const page = readPage(`docs/transactions${language}.md`);
        const { inTransaction } = await runBlock(blockWith(page, 'error.transactionIsOver'), { dataSource });
        const again = inTransaction as <T>(work: (manager: EntityManager) => Promise<T>) => Promise<T>;
        let tries = 0;
        await again(async (manager) => {
          tries++;
          await manager.insert(Order, order);
          if (tries === 1) throw new EmayImsStoreError('40P01', { transactionIsOver: true });
        });
        expect([tries, await dataSource.manager.count(Order)]).toEqual([2, 1]);
        await expect(again(() => Promise.reject(new EmayImsStoreError('ECONNRESET')))).rejects.toThrow(
          EmayImsStoreError,
        );
      },
    );

    (kind === 'postgres' ? it.each(LANGUAGES) : it.skip.each(LANGUAGES))(
      'docs/databases%s.md: the module migrates a database of the host',
      async (language) => {
        process.env.DATABASE_URL = database.url;
        const block = blockWith(readPage(`docs/databases${language}.md`), 'runEmayImsMigrations');
        const { AppModule } = await runBlock(block, { baseUrl: simulator.url, ...ACCOUNT, Order });
        await start([AppModule]);
        delete process.env.DATABASE_URL;
        expect(await ims.stats()).toMatchObject({ QUEUED: 0 });
      },
    );

    (kind === 'postgres' ? it.each(LANGUAGES) : it.skip.each(LANGUAGES))(
      'docs/databases%s.md: tables made without a prefix stay where they are',
      async (language) => {
        await (await database.open()).destroy(); // Made where releases before obeyed no prefix.
        process.env.DATABASE_URL = database.url;
        const block = blockWith(readPage(`docs/databases${language}.md`), 'emayImsMigrations(place)');
        const { imports } = await runBlock(block, { baseUrl: simulator.url, ...ACCOUNT });
        await start(imports as unknown[]);
        delete process.env.DATABASE_URL;
        expect(await ims.stats()).toMatchObject({ QUEUED: 0 });
        expect(await dataSource.query("SELECT to_regclass('shop_emay_ims_message') AS place")).toEqual([
          { place: null },
        ]);
      },
    );
  },
);
