import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { ConsoleLogger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { startSimulator, type Simulator } from 'emay-ims-simulator';
import { EmayImsModule, EmayImsOptionsError, EmayImsService, type CurrentManager } from 'nestjs-emay-ims';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { createTestDatabase, type ServerKind, serversUnderTest, type TestDatabase } from '../support/databases.js';
import { ACCOUNT, QUIET } from '../support/gateway-app.js';
import { runProcess } from '../support/processes.js';

const HOST = fileURLToPath(new URL('ambient-host.mjs', import.meta.url));
const ONE = { mobile: '+61422118000', content: 'Your order is on its way', customImsId: 'order-1' };
// An SQLite file of our own joins no transaction: its options know no such thing.
const servers = serversUnderTest();
const cases = servers.flatMap((kind) =>
  ['typeorm-transactional', 'nestjs-cls'].map((library) => [library, kind] as const),
);

(cases.length > 0 ? it.each(cases) : it.skip.each([['a library', 'a server']]))(
  'a transaction that %s keeps, on %s, is joined by enqueue, enqueueStream and cancel, and by nothing else',
  async (library, kind) => {
    const database = await createTestDatabase(kind as ServerKind);
    const simulator = await startSimulator({ accounts: [ACCOUNT] });
    const account = { baseUrl: simulator.url, ...ACCOUNT, protocol: { canary: false } };
    const host = runProcess(HOST, [library, kind, database.url, JSON.stringify(account)]);
    try {
      const { states, ended } = JSON.parse(await host.saying('became: '));
      expect(await host.ended()).toBe(0);
      const sent = ['afterwards', 'committed', 'given-manager', 'given-null', 'outside', 'sent', 'stream-committed'];
      if (library === 'typeorm-transactional') sent.push('hook');
      expect(states).toEqual({
        ...Object.fromEntries(sent.map((id) => [id, 'ACCEPTED'])),
        ...{ 'cancel-rolled-back': 'QUEUED', cancelled: 'CANCELLED', 'cancelled-within': 'CANCELLED' },
      });
      expect(ended).toEqual({ name: 'EmayImsStoreError', transactionIsOver: true });
      const accepted = simulator.accepted().map(({ customImsId }) => customImsId);
      expect([accepted.length, new Set(accepted)]).toEqual([sent.length, new Set(sent)]);
    } finally {
      await host.end('SIGKILL');
      await simulator.stop();
      await database.drop();
    }
  },
);

(servers.length > 0 ? describe.each(servers) : describe.skip.each(['a server']))(
  'what database.currentManager returns on %s',
  (kind) => {
    let database: TestDatabase;
    let simulator: Simulator;
    let host: TestingModule;
    let found: unknown;

    beforeEach(async () => {
      database = await createTestDatabase(kind as ServerKind);
      simulator = await startSimulator({ accounts: [ACCOUNT] });
      host = await Test.createTestingModule({
        imports: [
          TypeOrmModule.forRoot(database.typeOrmOptions as DataSourceOptions),
          EmayImsModule.forRoot({
            ...{ baseUrl: simulator.url, ...ACCOUNT, ...QUIET },
            database: { dataSource: 'default', currentManager: (() => found) as CurrentManager },
          }),
        ],
      })
        .setLogger(new ConsoleLogger({ logLevels: [] }))
        .compile();
      await host.init();
    });
    afterEach(async () => {
      await host.close();
      await simulator.stop();
      await database.drop();
    });

    it('may be nothing, or a manager without a transaction', async () => {
      const ims = host.get(EmayImsService);
      const runner = host.get(DataSource).createQueryRunner();
      for (const nothing of [undefined, null, host.get(DataSource).manager, runner.manager]) {
        found = nothing;
        await ims.enqueue([ONE]);
      }
      await runner.release();
      expect(await ims.findOne('order-1')).toMatchObject({ state: 'QUEUED' });
    });

    it('is refused by name where it is something else', async () => {
      const ims = host.get(EmayImsService);
      const dataSource = host.get(DataSource);
      const other = await new DataSource(database.typeOrmOptions as DataSourceOptions).initialize();
      const runner = dataSource.createQueryRunner();
      const wrong: [unknown, RegExp][] = [
        [other.manager, /another DataSource/],
        [dataSource, /another DataSource/],
        [runner, /must return an EntityManager/],
        [Promise.resolve(dataSource.manager), /must not be async/],
        ['default', /must return an EntityManager/],
        [false, /must return an EntityManager/],
      ];
      for (const [value, sentence] of wrong) {
        found = value;
        const calls = [ims.enqueue([ONE]), ims.enqueueStream([ONE]), ims.cancel('order-1')];
        for (const call of calls) await expect(call).rejects.toThrow(EmayImsOptionsError);
        await expect(calls[0]).rejects.toThrow(sentence);
      }
      await runner.release();
      await other.destroy();
      expect(await ims.findOne('order-1')).toBeNull();
    });
  },
);
