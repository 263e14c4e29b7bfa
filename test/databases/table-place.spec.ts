import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  EMAY_IMS_MIGRATIONS,
  emayImsMigrations,
  EmayImsOptionsError,
  EmayImsService,
  getEmayImsRepositoryToken,
  type ImsMessage,
} from 'nestjs-emay-ims';
import { DataSource, DefaultNamingStrategy, type DataSourceOptions, type Repository } from 'typeorm';
import { serversUnderTest, type TestDatabase } from '../support/databases.js';
import { ServerHosts } from './server-hosts.js';
import { undoFrom } from './undo-migrations.js';

const SERVERS = serversUnderTest();
const MESSAGE = { mobile: '+61422118000', content: 'Hello', customImsId: 'one' };

class UpperCaseTables extends DefaultNamingStrategy {
  override tableName(targetName: string, userSpecifiedName: string | undefined): string {
    return super.tableName(targetName, userSpecifiedName).toUpperCase();
  }
}

class PrefixedColumns extends DefaultNamingStrategy {
  override columnName(propertyName: string, customName: string | undefined, prefixes: string[]): string {
    return `c_${super.columnName(propertyName, customName as string, prefixes)}`;
  }
}

/** Where the options of a host put its tables. */
const PLACES: Record<string, object> = {
  'a prefix': { entityPrefix: 'app_' },
  'a prefix in capitals': { entityPrefix: 'App-' },
  'a naming strategy': { namingStrategy: new UpperCaseTables() },
  'a prefix of odd characters': { entityPrefix: `o'x"y\`? $1 应用_` },
  both: { namingStrategy: new UpperCaseTables(), entityPrefix: 'x_' },
};

(SERVERS.length > 0 ? describe.each(SERVERS) : describe.skip.each(['postgres']))('the tables on %s', (kind) => {
  let hosts: ServerHosts;
  let database: TestDatabase;
  beforeEach(async () => {
    hosts = await ServerHosts.open(kind);
    database = hosts.database;
    if (kind === 'postgres') await query('CREATE SCHEMA e2e');
  });
  afterEach(() => hosts.close());

  async function query(sql: string): Promise<Record<string, unknown>[]> {
    const { entities: _none, migrations: _neither, ...rest } = database.typeOrmOptions as DataSourceOptions;
    const source = await new DataSource({ ...rest, migrationsRun: false }).initialize();
    return source.query<Record<string, unknown>[]>(sql).finally(() => source.destroy());
  }

  const start = (...options: Parameters<ServerHosts['start']>) => hosts.start(...options);

  it.each([...Object.keys(PLACES), ...(kind === 'postgres' ? ['a schema'] : [])])(
    'lie where the host puts them by %s; without it nothing is seen of them, and reverting drops them alone',
    async (how) => {
      // TypeORM's own table of migrations has no prefix.
      const place =
        how === 'a schema' ? { schema: 'e2e' } : { ...PLACES[how], migrationsTableName: 'other_migrations' };
      const plain = await start({});
      await plain.get(EmayImsService).enqueue([{ ...MESSAGE, customImsId: 'plain' }]);
      const apart = await start(place);
      const ims = apart.get(EmayImsService);
      await ims.enqueue([MESSAGE]);
      await expect(ims.send({ ...MESSAGE, customImsId: 'two' })).resolves.toMatchObject({ state: 'ACCEPTED' });
      await apart
        .get(DataSource)
        .transaction((manager) => ims.enqueue([{ ...MESSAGE, customImsId: 'three' }], { manager }));
      const repository = apart.get<Repository<ImsMessage>>(getEmayImsRepositoryToken());
      expect((await repository.find()).map(({ customImsId }) => customImsId).toSorted()).toEqual([
        'one',
        'three',
        'two',
      ]);
      expect(await plain.get(EmayImsService).findOne('one')).toBeNull();
      expect(await ims.findOne('plain')).toBeNull();
      expect(await ims.pullReports()).toMatchObject({ stoppedBy: null });
      expect(await ims.status()).toMatchObject({ unconfirmed: 0 });
      await ims.purge({ olderThanDays: 0 });

      const source = apart.get(DataSource);
      for (let undone = 0; undone < EMAY_IMS_MIGRATIONS.length; undone++) await source.undoLastMigration();
      expect(await plain.get(EmayImsService).findOne('plain')).toMatchObject({ state: 'QUEUED' });
      await expect(
        source.query(`SELECT 1 FROM ${source.driver.escape(source.getMetadata('ImsMessage').tablePath)}`),
      ).rejects.toThrow(/exist|Unknown/);
    },
  );

  it('that a release before had are dropped and made where the host puts them, and nowhere else', async () => {
    const plain = await database.open();
    await undoFrom('QueueApart', plain);
    const place = { entityPrefix: 'app_', migrationsTableName: 'other_migrations' };
    const source = (await start(place)).get(DataSource);
    expect(await plain.query('SELECT * FROM emay_ims_sweep').finally(() => plain.destroy())).toEqual([]);
    await expect(query('SELECT * FROM app_emay_ims_sweep')).rejects.toThrow(/app_emay_ims_sweep/);
    await undoFrom('QueueApart', source);
    expect(await query('SELECT * FROM app_emay_ims_sweep')).toEqual([]);
  });

  it('at the place of releases before are neither used nor moved: the statements that move them are told, and work', async () => {
    const old = await start({});
    await old.get(EmayImsService).enqueue([MESSAGE]);
    await old.close();
    const options = { entityPrefix: 'app_', ...(kind === 'postgres' ? { schema: 'e2e' } : {}) };
    // As it was: the migrations recorded as run, the tables made without schema and prefix.
    const error: unknown = await start({ ...options, migrationsRun: false }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EmayImsOptionsError);
    const { message } = error as Error;
    expect(message).toContain('where releases before this one made them');
    expect(message).toContain('emayImsMigrations({');
    for (const [statement] of message.matchAll(/(ALTER|RENAME) (TABLE|INDEX) [^;]+;/g)) await query(statement);
    const moved = await start({ ...options, migrationsRun: false });
    expect(await moved.get(EmayImsService).findOne('one')).toMatchObject({ content: 'Hello' });
    await expect(moved.get(EmayImsService).send(MESSAGE)).resolves.toMatchObject({ state: 'ACCEPTED' });
  });

  it('at the place of releases before can be pinned there, for the module and its migrations', async () => {
    const old = await start({ migrations: EMAY_IMS_MIGRATIONS.slice(0, -1), migrationsRun: true }).catch(() => null);
    expect(old).toBeNull(); // A migration is missing; the tables are there.
    const pinned = { entityPrefix: '', ...(kind === 'postgres' ? { schema: 'public' } : {}) };
    const options = { entityPrefix: 'app_', ...(kind === 'postgres' ? { schema: 'public' } : {}) };
    const host = await start({ ...options, migrations: emayImsMigrations(pinned) }, pinned);
    await expect(host.get(EmayImsService).send(MESSAGE)).resolves.toMatchObject({ state: 'ACCEPTED' });
    expect(await query('SELECT custom_ims_id FROM emay_ims_message')).toEqual([{ custom_ims_id: 'one' }]);
    // The entity would read elsewhere.
    const repository = host.get<Repository<ImsMessage>>(getEmayImsRepositoryToken());
    await expect(async () => repository.find()).rejects.toThrow(/would read/);
  });

  it('are not migrated where they are not', async () => {
    await start({}).then((host) => host.close());
    const { entities: _none, ...rest } = database.typeOrmOptions as DataSourceOptions;
    const source = new DataSource({
      ...rest,
      entityPrefix: 'app_',
      migrationsTableName: 'others',
      migrations: EMAY_IMS_MIGRATIONS.slice(-1),
    } as never);
    const failure = await source.initialize().then(() => null, String);
    expect(failure).toMatch(/not at .*app_emay_ims_message/);
    if (source.isInitialized) await source.destroy();
  });

  if (kind !== 'postgres') {
    it('lie in its database, whatever schema a host names that TypeORM does not look at', async () => {
      const host = await start({ schema: 'elsewhere' });
      await expect(host.get(EmayImsService).send(MESSAGE)).resolves.toMatchObject({ state: 'ACCEPTED' });
      expect(await query('SELECT custom_ims_id FROM emay_ims_message')).toEqual([{ custom_ims_id: 'one' }]);
    });
  }

  it.each([
    ['a prefix with a dot', { entityPrefix: 'a.b_' }, /has a dot/],
    ['a prefix that is too long', { entityPrefix: 'a'.repeat(40) }, /is too long/],
    ['one of as many bytes', { entityPrefix: '应'.repeat(14) }, /is too long/],
    ['a naming strategy for columns', { namingStrategy: new PrefixedColumns() }, /naming strategy that calls column/],
  ])('are refused with %s', async (_what, options, sentence) => {
    const starting = start({ ...options, migrationsRun: false });
    await expect(starting).rejects.toThrow(EmayImsOptionsError);
    await expect(starting).rejects.toThrow(sentence);
  });
});
