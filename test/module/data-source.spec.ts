import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Global, Inject, Injectable, Module, Scope, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  EMAY_IMS_ENTITIES,
  EMAY_IMS_MIGRATIONS,
  EmayImsModule,
  EmayImsOptionsError,
  EmayImsService,
  getEmayImsRepositoryToken,
  type EmayImsDatabaseOptions,
  type ImsMessage,
} from 'nestjs-emay-ims';
import Database from 'libsql';
import { DataSource as OurDataSource, type DataSourceOptions, type Repository } from 'typeorm';
import { createTestDatabase, serversUnderTest, type TestDatabase } from '../support/databases.js';
import { Workbench } from './workbench.js';

const MESSAGE = { mobile: '+61422118000', content: 'Hello', customImsId: 'one' };

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.close());

/** The module as each way registers it, with messages in a DataSource of the host. */
const WAYS: Record<string, (database: EmayImsDatabaseOptions | undefined, isGlobal?: boolean) => DynamicModule> = {
  forRoot: (database, isGlobal) => EmayImsModule.forRoot(bench.options({ database, isGlobal })),
  forRootAsync: (database, isGlobal) =>
    EmayImsModule.forRootAsync({ isGlobal, useFactory: async () => bench.options({ database }) }),
};

@Injectable()
class Reader implements OnModuleInit {
  countAtInit = -1;

  constructor(@Inject(getEmayImsRepositoryToken()) readonly repository: Repository<ImsMessage>) {}

  async onModuleInit(): Promise<void> {
    this.countAtInit = await this.repository.count();
  }
}

const servers = serversUnderTest();
(servers.length > 0 ? describe.each(servers) : describe.skip.each(['postgres'] as const))(
  'a DataSource on %s',
  (kind) => {
    let database: TestDatabase;
    beforeEach(async () => {
      database = await createTestDatabase(kind);
    });
    afterEach(async () => {
      await bench.close(); // Its connections first.
      await database.drop();
    });

    const typeOrm = (more: Partial<DataSourceOptions> & { manualInitialization?: boolean } = {}) =>
      TypeOrmModule.forRoot({ ...database.typeOrmOptions, retryAttempts: 0, ...more } as never);

    const named = { dataSource: 'reporting' };
    it.each(
      Object.keys(WAYS).flatMap((way) => [
        [way, 'the default', undefined, undefined] as const,
        [way, 'the default, by its name', { dataSource: 'default' }, undefined] as const,
        [way, 'a named', named, 'reporting'] as const,
      ]),
    )('%s: %s one keeps the messages, and the repository reads them', async (way, _, option, name) => {
      const host = await bench.start({
        imports: [typeOrm({ name } as never), WAYS[way]!(option)],
        providers: [Reader],
      });
      await expect(host.get(EmayImsService).send(MESSAGE)).resolves.toMatchObject({ state: 'ACCEPTED' });
      const reader = host.get(Reader);
      expect(reader.countAtInit).toBe(0);
      expect(await reader.repository.findOneBy({ customImsId: 'one' })).toMatchObject({ content: 'Hello' });
      await host.close();
      const stored = await database.open();
      expect(await stored.query('SELECT custom_ims_id FROM emay_ims_message')).toEqual([{ custom_ims_id: 'one' }]);
      await stored.destroy();
    });

    it.each(Object.keys(WAYS))(
      '%s: one of another copy of TypeORM, as package managers may install, keeps them',
      async (way) => {
        let copy!: typeof import('typeorm');
        jest.isolateModules(() => (copy = createRequire(import.meta.url)('typeorm') as typeof copy));
        const { DataSource } = copy;
        // As `TypeOrmModule` of that copy provides it.
        const useFactory = () => new DataSource(database.typeOrmOptions as DataSourceOptions).initialize();
        @Global()
        @Module({ providers: [{ provide: DataSource, useFactory }], exports: [DataSource] })
        class TypeOrmOfCopy {}
        const NOT_TYPEORM = { provide: Object.defineProperty(class {}, 'name', { value: 'DataSource' }), useValue: {} };
        const host = await bench.start({ imports: [TypeOrmOfCopy, WAYS[way]!(undefined)], providers: [NOT_TYPEORM] });
        const source = host.get(DataSource);
        const ims = host.get(EmayImsService);
        await expect(ims.send(MESSAGE)).resolves.toMatchObject({ state: 'ACCEPTED' });
        await source.transaction((manager) => ims.enqueue([{ ...MESSAGE, customImsId: 'two' }], { manager }));
        await expect(ims.findOne('two')).resolves.toMatchObject({ customImsId: 'two' });
        await host.close();
        await source.destroy();
      },
    );

    it.each(Object.keys(WAYS).flatMap((way) => [undefined, 'reporting'].map((name) => [way, name] as const)))(
      '%s: DataSource %s stops the start while something is missing',
      async (way, name) => {
        const option = { dataSource: name ?? 'default', startTimeoutMs: 0 };
        const start = (more: object) =>
          bench.start({ imports: [typeOrm({ name, ...more } as never), WAYS[way]!(option)] });
        const attempts: [object, RegExp][] = [
          [
            { entities: [], migrationsRun: false },
            /does not know its entities\. Add \.\.\.EMAY_IMS_ENTITIES to its entities/,
          ],
          [
            { migrationsRun: false },
            /has no tables \w+\.emay_ims_message, .*\. Add \.\.\.EMAY_IMS_MIGRATIONS .* and run them/,
          ],
          // A host that has taken a newer version of the package, but not its migrations.
          [
            { migrations: EMAY_IMS_MIGRATIONS.slice(0, 2) },
            /has no tables \w+\.emay_ims_event, \w+\.emay_ims_due, \w+\.emay_ims_attempt, .*\. Add \.\.\.EMAY_IMS_MIGRATIONS/,
          ],
          [{ manualInitialization: true }, /is not connected\. Leave manualInitialization out/],
        ];
        for (const [more, sentence] of attempts) {
          const attempt = start(more);
          await expect(attempt).rejects.toThrow(EmayImsOptionsError);
          await expect(attempt).rejects.toThrow(sentence);
          await expect(attempt).rejects.toThrow(`DataSource "${name ?? 'default'}"`);
        }
      },
    );

    it('is read by the repository, too, where a test has put another in the place of the service', async () => {
      const host = await Test.createTestingModule({
        imports: [typeOrm(), WAYS.forRoot!(undefined)],
        providers: [Reader],
      })
        .overrideProvider(EmayImsService)
        .useValue({})
        .setLogger(bench.logs)
        .compile();
      await host.init();
      expect(host.get(Reader).countAtInit).toBe(0);
      await host.close();
    });

    it('closes with the application, and the DataSource stays the host’s to close', async () => {
      const host = await bench.start({ imports: [typeOrm(), WAYS.forRoot!(undefined)] });
      await host.get(EmayImsService).enqueue([MESSAGE]);
      await Promise.all([host.close(), host.close()]);
      expect(bench.logs.lines.filter((line) => line.startsWith('error'))).toEqual([]);
    });
  },
);

/** As hosts with a database for each tenant have it. */
@Global()
@Module({
  providers: [{ provide: OurDataSource, scope: Scope.REQUEST, useFactory: () => undefined }],
  exports: [OurDataSource],
})
class DataSourceOfEachRequest {}

it('forRootAsync takes the DataSource of what it imports, beside one that the application shares', async () => {
  const shared = new OurDataSource({ type: 'better-sqlite3', driver: Database, database: ':memory:' });
  @Global()
  @Module({ providers: [{ provide: OurDataSource, useValue: shared }], exports: [OurDataSource] })
  class Shared {}
  const own = new OurDataSource({ type: 'postgres', entities: EMAY_IMS_ENTITIES });
  @Module({ providers: [{ provide: OurDataSource, useValue: own }], exports: [OurDataSource] })
  class OfMessages {}
  const database = { dataSource: 'default', startTimeoutMs: 0 };
  const useFactory = () => bench.options({ database });
  const start = bench.start({ imports: [Shared, EmayImsModule.forRootAsync({ imports: [OfMessages], useFactory })] });
  await expect(start).rejects.toThrow('DataSource "default" is not connected');
});

describe.each(Object.keys(WAYS))('%s', (way) => {
  it('stops the start where the DataSource is made for each request', async () => {
    const start = bench.start({ imports: [DataSourceOfEachRequest, WAYS[way]!(undefined)] });
    await expect(start).rejects.toThrow(EmayImsOptionsError);
    await expect(start).rejects.toThrow(
      /: DataSource "default" is made for each request.* database: \{ type: 'sqlite'/,
    );
  });

  it.each([false, true])('takes the DataSource that the application shares, the first of two: %s', async (isFirst) => {
    const shared = new OurDataSource({ type: 'postgres', entities: EMAY_IMS_ENTITIES });
    @Global()
    @Module({ providers: [{ provide: OurDataSource, useValue: shared }], exports: [OurDataSource] })
    class Shared {}
    const own = new OurDataSource({ type: 'better-sqlite3', driver: Database, database: ':memory:' });
    @Module({ providers: [{ provide: OurDataSource, useValue: own }] })
    class Reports {}
    const sources = isFirst ? [Shared, Reports] : [Reports, Shared];
    const start = bench.start({ imports: [...sources, WAYS[way]!({ dataSource: 'default', startTimeoutMs: 0 })] });
    await expect(start).rejects.toThrow('DataSource "default" is not connected');
  });

  it('with a file asks for no DataSource: one may be made for each request', async () => {
    const host = await bench.start({ imports: [DataSourceOfEachRequest, WAYS[way]!(bench.file())] });
    await expect(host.get(EmayImsService).send(MESSAGE)).resolves.toMatchObject({ state: 'ACCEPTED' });
  });

  it('with a file asks for no DataSource: one may be made of what the service says', async () => {
    const asked: object[] = [];
    const sqlite = TypeOrmModule.forRootAsync({
      inject: [EmayImsService],
      useFactory: async (ims: EmayImsService) => {
        asked.push(await ims.stats());
        return {
          type: 'better-sqlite3',
          driver: Database,
          database: bench.file('host.sqlite').path,
          retryAttempts: 0,
        } as never;
      },
    });
    await bench.start({ imports: [WAYS[way]!(bench.file(), true), sqlite] });
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['no DataSource at all', undefined, /no DataSource named "default"\. Import TypeOrmModule\.forRoot\(\{ … \}\), or/],
    [
      'none of that name',
      { dataSource: 'reporting' },
      /no DataSource named "reporting"\. .*forRoot\(\{ name: 'reporting'/,
    ],
  ])('stops the start where there is %s', async (_, option, sentence) => {
    const start = bench.start({ imports: [WAYS[way]!(option)] });
    await expect(start).rejects.toThrow(EmayImsOptionsError);
    await expect(start).rejects.toThrow(sentence);
    await expect(start).rejects.toThrow(/database: \{ type: 'sqlite', path: '\.\/data\/ims\.sqlite' \}/);
  });

  it.each([false, true])(
    'stops the start at once where the host connects its DataSource only in a hook, isGlobal: %s',
    async (isGlobal) => {
      const source = new OurDataSource({ type: 'postgres', entities: EMAY_IMS_ENTITIES });
      @Global()
      @Module({ providers: [{ provide: OurDataSource, useValue: source }], exports: [OurDataSource] })
      class ConnectedLater {}
      const start = bench.start({
        imports: [ConnectedLater, WAYS[way]!({ dataSource: 'default', startTimeoutMs: 0 }, isGlobal)],
      });
      await expect(start).rejects.toThrow(EmayImsOptionsError);
      await expect(start).rejects.toThrow(/is not connected\. Leave manualInitialization out, or initialize it before/);
    },
  );

  it.each([undefined, 'reporting'])('refuses an SQLite DataSource of the host: %s', async (name) => {
    const sqlite = TypeOrmModule.forRoot({
      name,
      type: 'better-sqlite3',
      driver: Database,
      database: bench.file('host.sqlite').path,
      entities: EMAY_IMS_ENTITIES,
      synchronize: true,
      retryAttempts: 0,
    } as never);
    const start = bench.start({ imports: [sqlite, WAYS[way]!(name === undefined ? undefined : { dataSource: name })] });
    await expect(start).rejects.toThrow(EmayImsOptionsError);
    await expect(start).rejects.toThrow(
      /is of type "better-sqlite3"\. Messages are kept in PostgreSQL, MySQL or MariaDB/,
    );
  });
});

it('an embedded SQLite file needs nothing of the host, and leaves its DataSource alone', async () => {
  const sqlite = TypeOrmModule.forRoot({
    type: 'better-sqlite3',
    driver: Database,
    database: bench.file('host.sqlite').path,
    retryAttempts: 0,
  } as never);
  const host = await bench.start({ imports: [sqlite, EmayImsModule.forRoot(bench.options())] });
  await expect(host.get(EmayImsService).send(MESSAGE)).resolves.toMatchObject({ state: 'ACCEPTED' });
});
