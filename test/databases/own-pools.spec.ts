import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EmayImsService, type EmayImsServerDatabaseOptions } from 'nestjs-emay-ims';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { openOwnPool } from '../../libs/emay-ims/src/database/own-pools.js';
import { BreakingProxy } from '../faults/breaking-proxy.js';
import { serversUnderTest, type TestDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { ServerHosts } from './server-hosts.js';

const SERVERS = serversUnderTest();
/** Its OID in PostgreSQL. */
const BYTEA = 17;
type Parser = (text: string) => unknown;
const message = (customImsId: string) => ({ mobile: '+61422118000', content: 'Hello', customImsId });

(SERVERS.length > 0 ? describe.each(SERVERS) : describe.skip.each(['postgres']))(
  'connections of our own to %s',
  (kind) => {
    const isPostgres = kind === 'postgres';
    let hosts: ServerHosts;
    let database: TestDatabase;
    let outside: DataSource;
    beforeEach(async () => {
      hosts = await ServerHosts.open(kind);
      database = hosts.database;
      outside = await database.open();
      hosts.closing.push(() => outside.destroy());
    });
    afterEach(() => hosts.close());

    const open = (source: DataSource, limits: Partial<EmayImsServerDatabaseOptions> = {}) => {
      const factories = { useFactory: () => source.options, dataSourceFactory: () => source.initialize() };
      return hosts.startWith(TypeOrmModule.forRootAsync(factories), limits);
    };
    const start = async (options: object, limits?: Partial<EmayImsServerDatabaseOptions>) => {
      const source = new DataSource({ ...database.typeOrmOptions, ...options } as DataSourceOptions);
      return (await open(source, limits)).get(EmayImsService);
    };
    const credentials = () => {
      const url = new URL(database.url);
      return {
        host: '127.0.0.1',
        port: Number(url.port || (isPostgres ? 5432 : 3306)),
        username: url.username,
        password: url.password,
        database: url.pathname.slice(1),
      };
    };
    const isStored = (ims: EmayImsService, id: string) =>
      ims.enqueue([message(id)]).then(
        () => true,
        () => false,
      );

    it('are made whatever the constructor of the host’s DataSource takes', async () => {
      class ConfiguredSource extends DataSource {
        constructor(settings: { get(name: 'database'): DataSourceOptions }) {
          super(settings.get('database'));
        }
      }
      const source = new ConfiguredSource({ get: () => database.typeOrmOptions as DataSourceOptions });
      const host = await open(source);
      const ims = host.get(EmayImsService);
      await expect(ims.send(message('sent'))).resolves.toMatchObject({ state: 'ACCEPTED' });
      await source.transaction((manager) => ims.enqueue([message('joined')], { manager }));
    });

    (isPostgres ? it : it.skip)(
      'are made by the driver in JavaScript, also where TypeORM finds pg-native',
      async () => {
        const pg = createRequire(import.meta.url)('pg') as typeof import('pg');
        let pools = 0;
        class NativePool extends pg.Pool {
          constructor(settings: ConstructorParameters<typeof pg.Pool>[0]) {
            super(settings);
            pools++;
          }
        }
        const native = Object.create(pg, { Pool: { value: NativePool } }) as object;
        const driver = Object.create(pg, { native: { value: native } }) as object;
        const ims = await start({ driver, nativeDriver: {} });
        await expect(ims.send(message('sent'))).resolves.toMatchObject({ state: 'ACCEPTED' });
        expect(pools).toBe(1);
      },
    );

    it('go to the server that takes writes alone, and go on with it after any outage', async () => {
      const { port, ...writer } = credentials();
      const target = { host: writer.host, port };
      const proxy = await BreakingProxy.start(target);
      const ims = await start(
        {
          url: undefined,
          migrationsRun: false,
          replication: { master: { ...writer, port: proxy.port }, slaves: [{ ...writer, port }] },
        },
        { poolTimeoutMs: 5_000, poolSize: 2 },
      );
      await expect(ims.send(message('sent'))).resolves.toMatchObject({ state: 'ACCEPTED' });
      await proxy.stop();
      for (let round = 0; round < 20; round++) expect(await isStored(ims, `away-${round}`)).toBe(false);
      const back = await BreakingProxy.start(target, proxy.port);
      hosts.closing.push(() => back.stop());
      await eventually(() => isStored(ims, 'back'), Boolean);
    });

    it('do not use up the pool where a server says nothing as they begin', async () => {
      const { host, port } = credentials();
      const proxy = await BreakingProxy.start({ host, port });
      hosts.closing.push(() => proxy.stop());
      const url = new URL(database.url);
      url.port = String(proxy.port);
      const ims = await start({ url: url.href }, { poolTimeoutMs: 500, poolSize: 2 });
      proxy.isDeaf = true;
      for (const { client } of proxy.connections) client.destroy();
      for (let round = 0; round < 5; round++) expect(await isStored(ims, `deaf-${round}`)).toBe(false);
      proxy.isDeaf = false;
      await eventually(() => isStored(ims, 'after'), Boolean);
    });

    it('leave nothing running, and hold no connection, for calls that have given up', async () => {
      const ims = await start({}, { statementTimeoutMs: 1_000, poolSize: 3 });
      const runner = outside.createQueryRunner();
      await runner.startTransaction();
      if (isPostgres) await runner.query('LOCK TABLE emay_ims_message IN ACCESS EXCLUSIVE MODE');
      else await runner.query('SELECT * FROM emay_ims_message WHERE 1 = 1 FOR UPDATE');
      for (let round = 0; round < 3; round++) {
        const calls = [0, 1, 2].map((index) =>
          isPostgres ? ims.findOne('any') : ims.enqueue([message(`l-${index}`)]),
        );
        for (const { status } of await Promise.allSettled(calls)) expect(status).toBe('rejected');
      }
      const running = isPostgres
        ? "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()"
        : "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND command = 'Query' AND id <> CONNECTION_ID()";
      await eventually(
        () => outside.query<unknown[]>(running),
        (found) => found.length === 0,
      );
      await runner.rollbackTransaction();
      await runner.release();
    });

    if (isPostgres) {
      it.each(['hex', 'escape'])(
        'read values as they are, whatever parsers the host has set; bytea: %s',
        async (output) => {
          const { types } = createRequire(import.meta.url)('pg') as {
            types: { getTypeParser(oid: number): Parser; setTypeParser(oid: number, parser: Parser): void };
          };
          const bytes = types.getTypeParser(BYTEA);
          types.setTypeParser(BYTEA, (text) => text);
          hosts.closing.push(async () => types.setTypeParser(BYTEA, bytes));
          const odd = { getTypeParser: () => () => 'odd' };
          const options = `-c bytea_output=${output}`;
          for (const extra of [{ options }, { options, types: odd, binary: true }]) {
            const host = new DataSource({ ...database.typeOrmOptions, extra } as DataSourceOptions);
            const own = await openOwnPool(host, { poolSize: 1, poolTimeoutMs: 5_000 });
            hosts.closing.push(() => own.destroy());
            const raw = Buffer.from([...Array(256).keys()]);
            await expect(
              new ImsDatabase(own).rows(
                'SELECT ?::bytea AS raw, ?::bytea AS empty, ?::text AS text, 5::bigint AS long, 7::int AS short, true AS yes, NULL::bytea AS none',
                [raw, Buffer.alloc(0), '\\x00 你好'],
              ),
            ).resolves.toEqual([
              { raw, empty: Buffer.alloc(0), text: '\\x00 你好', long: '5', short: 7, yes: true, none: null },
            ]);
          }
        },
      );

      it('are left where the beginning of a transaction fails half-way', async () => {
        let isMisspelt = false;
        const misspell = (piece: Buffer) =>
          isMisspelt
            ? Buffer.from(piece.toString('latin1').replace('idle_in_transaction', 'idle_in_transactiom'), 'latin1')
            : piece;
        const { host, port } = credentials();
        const between = createServer((client) => {
          const server = connect(port, host);
          client.on('data', (piece) => server.write(misspell(piece)));
          server.pipe(client);
          for (const socket of [client, server]) socket.on('error', () => undefined);
          client.on('close', () => server.destroy());
        }).listen(0, '127.0.0.1');
        await once(between, 'listening');
        hosts.closing.push(async () => between.close());
        const url = new URL(database.url);
        url.port = String((between.address() as AddressInfo).port);
        const ims = await start({ url: url.href }, { poolSize: 2 });
        isMisspelt = true;
        for (let round = 0; round < 4; round++) expect(await isStored(ims, `misspelt-${round}`)).toBe(false);
        isMisspelt = false;
        for (let round = 0; round < 4; round++) expect(await isStored(ims, `right-${round}`)).toBe(true);
      });
    }

    if (!isPostgres) {
      /** Of one connection, whose session begins with this. */
      const sourceWith = async (settings: string) => {
        const source = new DataSource({
          ...database.typeOrmOptions,
          extra: { connectionLimit: 1 },
        } as DataSourceOptions);
        await source.initialize();
        hosts.closing.push(() => source.destroy());
        await source.query(settings);
        return source;
      };

      it('commit each statement by itself, and read all rows, whatever sessions begin with', async () => {
        const source = await sourceWith(
          `SET SESSION completion_type = 1, sql_select_limit = 1, sql_safe_updates = 1, autocommit = 0, max_join_size = 1
            /*!80000 , max_execution_time = 1 */`,
        );
        const own = new ImsDatabase(source);
        const insert = (name: string) =>
          [`INSERT INTO emay_ims_lease (name, holder, expires_at) VALUES (?, 'us', 0)`, [name]] as const;
        await own.transaction((session) => session.run(...insert('in a transaction')));
        await own.run(...insert('by itself'));
        expect(await outside.query('SELECT name FROM emay_ims_lease')).toHaveLength(2);
        expect(await own.rows('SELECT name FROM emay_ims_lease')).toHaveLength(2);
        expect(await own.run("UPDATE emay_ims_lease SET expires_at = 1 WHERE holder = 'us'")).toBe(2);
        expect(await own.rows('SELECT a.name FROM emay_ims_lease AS a, emay_ims_lease AS b')).toHaveLength(4);
        if (kind === 'mysql') {
          expect(await own.rows('SELECT SLEEP(0.01) AS woken')).toEqual([{ woken: '0' }]);
          expect(await own.rows('SELECT @@SESSION.wait_timeout AS idle')).toEqual([{ idle: '20' }]);
        }
      });

      it('speak utf8mb4, whatever the server’s init_connect sets', async () => {
        const source = await sourceWith('SET NAMES latin1');
        const text = '你好 📦';
        const [found] = await new ImsDatabase(source).rows('SELECT ? AS text, CHAR_LENGTH(?) AS length', [text, text]);
        expect(found?.text).toBe(text);
        expect(Number(found?.length)).toBe(4);
      });

      it('are no concern of habits that the host gives to its own', async () => {
        const queryFormat = (sql: string, values: unknown) =>
          Array.isArray(values) && values.length > 0 ? 'SELECT 1' : sql;
        const ims = await start(
          {
            extra: { queryFormat, resetOnRelease: true, waitForConnections: false, queueLimit: 1, connectionLimit: 20 },
          },
          { poolSize: 2 },
        );
        await Promise.all(Array.from({ length: 8 }, (_, index) => ims.enqueue([message(`queued-${index}`)])));
        await expect(ims.send(message('sent'))).resolves.toMatchObject({ state: 'ACCEPTED' });
        expect(await outside.query('SELECT COUNT(*) AS n FROM emay_ims_message')).toEqual([{ n: '9' }]);
      });
    }
  },
);
