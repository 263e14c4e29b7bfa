import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Simulator } from 'emay-ims-simulator';
import { EmayImsConflictError, EmayImsOptionsError, EmayImsService, EmayImsStoreError } from 'nestjs-emay-ims';
import { DataSource } from 'typeorm';
import { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { BreakingProxy } from '../faults/breaking-proxy.js';
import { serversUnderTest, type TestDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { RefusingProxy } from './refusing-proxy.js';
import { ServerHosts } from './server-hosts.js';

const SERVERS = serversUnderTest();
const message = (customImsId: string, content = 'Hello') => ({ mobile: '+61422118000', content, customImsId });
/** `null` while the database does not tell. */
const stateOf = async (ims: EmayImsService, id: string) => (await ims.findOne(id).catch(() => null))?.state ?? null;
/** However busy the machine is. */
const FAR_TOO_LONG_MS = 60_000;

(SERVERS.length > 0 ? describe.each(SERVERS) : describe.skip.each(['postgres']))("a host's %s", (kind) => {
  const isPostgres = kind === 'postgres';
  let hosts: ServerHosts;
  let simulator: Simulator;
  let database: TestDatabase;
  let outside: DataSource;
  beforeEach(async () => {
    hosts = await ServerHosts.open(kind);
    ({ simulator, database } = hosts);
    outside = await database.open();
    hosts.closing.push(() => outside.destroy());
  });
  afterEach(() => hosts.close());

  const start = (...options: Parameters<ServerHosts['start']>) => hosts.start(...options);
  const rows = (sql: string) => outside.query<Record<string, unknown>[]>(sql);
  const lockTable = async () => {
    const runner = outside.createQueryRunner();
    await runner.startTransaction();
    if (isPostgres) await runner.query('LOCK TABLE emay_ims_message IN ACCESS EXCLUSIVE MODE');
    else await runner.query('SELECT * FROM emay_ims_message WHERE 1 = 1 FOR UPDATE');
    return async () => {
      await runner.rollbackTransaction();
      await runner.release();
    };
  };
  const through = async <Proxy extends { port: number; stop(): Promise<void> }>(Kind: {
    start(target: { host: string; port: number }): Promise<Proxy>;
  }) => {
    const url = new URL((database.typeOrmOptions as { url: string }).url);
    const proxy = await Kind.start({ host: '127.0.0.1', port: Number(url.port) });
    hosts.closing.push(() => proxy.stop());
    url.port = String(proxy.port);
    return { proxy, options: { url: url.href } };
  };
  const throughProxy = () => through(BreakingProxy);

  it('with a time limit of its own leaves nothing uncommitted behind, and nobody else’s work in it', async () => {
    const host = await start(
      isPostgres ? { extra: { query_timeout: 5_000 } } : {},
      // The server's own limit must not come first: it would tidy up.
      { statementTimeoutMs: isPostgres ? 20_000 : 5_000, poolSize: 2 },
    );
    const ims = host.get(EmayImsService);
    await ims.enqueue([message('before')]);
    const unlock = await lockTable();
    const ends = await Promise.allSettled(
      [0, 1, 2].map((index) => ims.enqueue([message(`locked-${index}`), message('before')])),
    );
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    for (const end of ends) expect((end as PromiseRejectedResult).reason).toBeInstanceOf(EmayImsStoreError);
    await unlock();
    for (let index = 0; index < 5; index++) {
      await ims.enqueue([message(`after-${index}`)]);
      expect(await rows(`SELECT 1 AS there FROM emay_ims_message WHERE custom_ims_id = 'after-${index}'`)).toHaveLength(
        1,
      );
    }
    // Whoever is told that nothing is stored, relies on it.
    for (const end of ends) expect(end).toMatchObject({ reason: { mayBeStored: false } });
    expect(await rows("SELECT 1 AS there FROM emay_ims_message WHERE custom_ims_id LIKE 'locked-%'")).toEqual([]);
    await expect(ims.send(message('sent'))).resolves.toMatchObject({ state: 'ACCEPTED' });
    expect(await rows("SELECT state FROM emay_ims_message WHERE custom_ims_id = 'sent'")).toEqual([
      { state: 'ACCEPTED' },
    ]);
  });

  it('that goes silent without closing is left for new connections; the application closes in time', async () => {
    const { proxy, options } = await throughProxy();
    const host = await start(options, { statementTimeoutMs: 5_000 });
    const ims = host.get(EmayImsService);
    await Promise.all([0, 1, 2, 3].map((index) => ims.enqueue([message(`before-${index}`)])));
    proxy.silence(() => true);
    const began = performance.now();
    const ends = await Promise.allSettled([ims.enqueue([message('silent')]), ims.pulse(), ims.stats()]);
    expect(ends.some(({ status }) => status === 'rejected')).toBe(true);
    await expect(ims.send(message('after'))).resolves.toMatchObject({ state: 'ACCEPTED' });
    expect(performance.now() - began).toBeLessThan(FAR_TOO_LONG_MS);
    proxy.silence(() => true);
    // The host's own pool has its own manners: only ours is closed here.
    const source = host.get(DataSource);
    const closed = host.close();
    await eventually(
      () => source.isInitialized,
      (is) => !is,
    );
    proxy.forget();
    for (const connection of proxy.connections) connection.client.destroy();
    await closed;
  });

  it('dispatches and pulls on after its connections went silent', async () => {
    const { proxy, options } = await throughProxy();
    const host = await start(
      options,
      { statementTimeoutMs: 1_000 },
      { dispatch: { intervalMs: 50 }, reports: { intervalMs: 50, spoolPath: '/tmp/emay-ims-none' } },
    );
    const ims = host.get(EmayImsService);
    await ims.enqueue([message('before')]);
    await eventually(
      () => stateOf(ims, 'before'),
      (state) => state === 'DELIVERED',
    );
    proxy.silence(() => true);
    await eventually(
      () =>
        ims.enqueue([message('after')]).then(
          () => true,
          () => false,
        ),
      Boolean,
    );
    await eventually(
      () => stateOf(ims, 'after'),
      (state) => state === 'DELIVERED',
    );
    for (const connection of proxy.connections) connection.client.destroy();
  });

  it('that does not answer a claim has its messages sent later, and none in doubt', async () => {
    const { proxy, options } = await throughProxy();
    const host = await start(options, { statementTimeoutMs: 2_000 }, { dispatch: { intervalMs: 50 } });
    const ims = host.get(EmayImsService);
    await ims.enqueue([message('later')]);
    await eventually(
      () => stateOf(ims, 'later'),
      (state) => state === 'ACCEPTED',
    );
    const sendAt = new Date(Date.now() + 86_400_000);
    await ims.enqueue(['a', 'b', 'c'].map((id) => ({ ...message(id, 'claimed'), sendAt })));
    let lost = 0;
    // The COMMIT of the claim: what comes on the connection that was just told the texts.
    proxy.losesAnswerTo = (piece, answered) => {
      const isLost = lost === 0 && piece.includes('COMMIT') && answered.includes('claimed');
      if (isLost) lost += 1;
      return isLost;
    };
    await rows("UPDATE emay_ims_message SET due_at = 0 WHERE due_at > 0 AND state = 'QUEUED'");
    await rows('UPDATE emay_ims_due SET due_at = 0');
    await eventually(
      () => ims.stats().catch(() => null),
      (stats) => stats?.ACCEPTED === 4,
    );
    expect(lost).toBe(1);
    expect(simulator.accepted()).toHaveLength(4);
    expect((await ims.stats()).UNCONFIRMED).toBe(0);
  });

  if (isPostgres) {
    it('whose driver gives up a read is not asked the same again', async () => {
      const asked: string[] = [];
      const noted = () => undefined;
      const logger = {
        ...{ logQueryError: noted, logQuerySlow: noted, logSchemaBuild: noted, logMigration: noted, log: noted },
        logQuery: (sql: string) => void asked.push(sql),
      };
      const host = await start({ extra: { query_timeout: 1_000 }, logger });
      const unlock = await lockTable();
      asked.length = 0;
      await expect(host.get(EmayImsService).findOne('one')).rejects.toMatchObject({ driverCode: 'DRIVER_TIMEOUT' });
      await unlock();
      expect(asked.filter((sql) => sql.includes('emay_ims_message'))).toHaveLength(1);
    });

    it('that goes silent before the driver gives up is left for new connections after one failure', async () => {
      const { proxy, options } = await throughProxy();
      const host = await start({ ...options, extra: { query_timeout: 1_000 } });
      const ims = host.get(EmayImsService);
      await Promise.all([0, 1, 2, 3].map((index) => ims.enqueue([message(`before-${index}`)])));
      proxy.silence(() => true);
      await expect(ims.enqueue([message('silent')])).rejects.toMatchObject({ driverCode: 'DRIVER_TIMEOUT' });
      await expect(ims.enqueue([message('after')])).resolves.toHaveLength(1);
      for (const connection of proxy.connections) connection.client.destroy();
    });

    it.each(['53200', '58030', 'XX001'])('that says it is broken (%s) is not asked the same again', async (code) => {
      await rows('CREATE SEQUENCE asked');
      await rows(`CREATE FUNCTION broken() RETURNS int LANGUAGE plpgsql AS
        $$ BEGIN PERFORM nextval('asked'); RAISE EXCEPTION USING ERRCODE = '${code}'; END $$`);
      const source = await database.open();
      hosts.closing.push(() => source.destroy());
      await expect(new ImsDatabase(source).rows('SELECT broken()')).rejects.toMatchObject({ driverCode: code });
      expect(await rows('SELECT last_value FROM asked')).toEqual([{ last_value: '1' }]);
    });
  }

  it('that does not answer before a request has its message put on hold, and sent when the call is repeated', async () => {
    const { proxy, options } = await throughProxy();
    const host = await start(options, { statementTimeoutMs: 2_000 });
    const ims = host.get(EmayImsService);
    await expect(ims.send(message('first'))).resolves.toMatchObject({ state: 'ACCEPTED' });
    let isTold = false;
    let lost = 0;
    // The COMMIT behind the text.
    proxy.losesAnswerTo = (piece) => {
      isTold ||= piece.includes('told now');
      const isLost = isTold && lost === 0 && piece.includes('COMMIT');
      if (isLost) lost += 1;
      return isLost;
    };
    const wanted = message('second', 'told now');
    await expect(ims.send(wanted)).rejects.toMatchObject({ mayBeStored: true, customImsIds: ['second'] });
    expect(lost).toBe(1);
    expect(simulator.accepted()).toHaveLength(1);
    expect(await ims.findOne('second')).toMatchObject({ state: 'QUEUED', dueAt: null, code: 'CLAIM_UNANSWERED' });
    await expect(ims.send(wanted)).resolves.toMatchObject({ state: 'ACCEPTED' });
    expect(simulator.accepted()).toHaveLength(2);
  });

  it('whose connections are killed goes on with others, without a word to the caller', async () => {
    const host = await start();
    const ims = host.get(EmayImsService);
    await Promise.all([0, 1, 2].map((index) => ims.enqueue([message(`before-${index}`)])));
    if (isPostgres) {
      await rows(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
    } else {
      const others = await rows(
        'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()',
      );
      for (const { id } of others) await rows(`KILL CONNECTION ${String(id)}`);
    }
    await expect(ims.findOne('before-0')).resolves.toMatchObject({ state: 'QUEUED' });
    await expect(ims.enqueue([message('after')])).resolves.toHaveLength(1);
  });

  it('pool, in which the host left transactions open, is no concern of what is stored', async () => {
    const host = await start({ poolSize: 2 });
    const ims = host.get(EmayImsService);
    for (const statement of isPostgres ? ['BEGIN', 'BEGIN; SELECT 1/0'] : ['START TRANSACTION', 'SET autocommit = 0']) {
      const runner = host.get(DataSource).createQueryRunner();
      await runner.query(statement).catch(() => undefined);
      await runner.release();
    }
    for (const id of ['a', 'b', 'c']) {
      await ims.enqueue([message(id)]);
      await ims.send(message(`${id}-sent`));
      expect(await rows(`SELECT 1 AS there FROM emay_ims_message WHERE custom_ims_id LIKE '${id}%'`)).toHaveLength(2);
    }
  });

  it('pool is not waited for inside transactions that use it up', async () => {
    const host = await start({ poolSize: 3, extra: isPostgres ? { max: 3 } : { connectionLimit: 3 } });
    const ims = host.get(EmayImsService);
    const source = host.get(DataSource);
    const ends = await Promise.all(
      Array.from({ length: 9 }, (_, index) =>
        source.transaction(async (manager) => {
          await manager.query('SELECT 1');
          await ims.enqueue([message(`queued-${index}`)]);
          return (await ims.send(message(`sent-${index}`))).state;
        }),
      ),
    );
    expect(new Set(ends)).toEqual(new Set(['ACCEPTED']));
  });

  // From 11.6 on, MariaDB is so by default.
  const SNAPSHOTS = kind === 'mariadb' ? [false, true] : [isPostgres];
  it.each(SNAPSHOTS)(
    'snapshot does not hide what came after it from an enqueue that joins; strict: %s',
    async (strict) => {
      const host = await start({ poolSize: 4 });
      const ims = host.get(EmayImsService);
      await simulator.stop();
      await host.get(DataSource).transaction('REPEATABLE READ', async (manager) => {
        if (kind === 'mariadb') await manager.query(`SET SESSION innodb_snapshot_isolation = ${strict ? 'ON' : 'OFF'}`);
        await manager.query('SELECT COUNT(*) FROM emay_ims_message');
        await expect(ims.send(message('fallback'))).rejects.toMatchObject({ code: 'EMAY_IMS_UNSENT' });
        await ims.enqueue([message('other', 'stored meanwhile')]);
        if (strict) {
          // The host has to begin again: the server does not show it what its snapshot lacks.
          await expect(ims.enqueue([message('fallback')], { manager })).rejects.toMatchObject({
            transactionIsOver: true,
          });
          return;
        }
        await expect(ims.enqueue([message('other', 'another payload')], { manager })).rejects.toThrow(
          EmayImsConflictError,
        );
        await expect(ims.enqueue([message('fallback')], { manager })).resolves.toMatchObject([{ state: 'QUEUED' }]);
      });
      const [row] = await rows("SELECT due_at FROM emay_ims_message WHERE custom_ims_id = 'fallback'");
      if (!strict) expect(row?.due_at).not.toBeNull();
    },
  );

  it('transaction takes several enqueues at the same time', async () => {
    const host = await start();
    const ims = host.get(EmayImsService);
    await host.get(DataSource).transaction(async (manager) => {
      const ids = Array.from({ length: 8 }, (_, index) => `t-${index}`);
      const ends = await Promise.allSettled([
        ...ids.map((id) => ims.enqueue([message(id)], { manager })),
        ims.enqueue([message('t-0', 'another payload')], { manager }),
      ]);
      expect(ends.map(({ status }) => status)).toEqual([...ids.map(() => 'fulfilled'), 'rejected']);
    });
    expect(await rows("SELECT 1 AS there FROM emay_ims_message WHERE custom_ims_id LIKE 't-%'")).toHaveLength(8);
  });

  it('transaction that is read only is not joined, and told so; the module’s own write on', async () => {
    const host = await start({ poolSize: 1, extra: isPostgres ? { max: 1 } : { connectionLimit: 1 } });
    const ims = host.get(EmayImsService);
    const source = host.get(DataSource);
    await source.query(`SET SESSION ${isPostgres ? 'CHARACTERISTICS AS ' : ''}TRANSACTION READ ONLY`);
    await ims.enqueue([message('stored')]);
    await source.transaction(async (manager) => {
      for (const call of [
        () => ims.enqueue([message('joined')], { manager }),
        () => ims.cancel('stored', { manager }),
      ]) {
        const failure: unknown = await call().catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(EmayImsOptionsError);
        expect((failure as Error).message).toMatch(/^The call cannot join your transaction, which is read only: /);
      }
      expect(await manager.query('SELECT custom_ims_id FROM emay_ims_message')).toEqual([{ custom_ims_id: 'stored' }]);
    });
  });

  it('that ends the host’s whole transaction says so', async () => {
    const host = await start();
    const ims = host.get(EmayImsService);
    const source = host.get(DataSource);
    const first: Promise<unknown>[] = [];
    const both = ['a', 'b'].map((mine, index, ids) =>
      source.transaction(async (manager) => {
        first[index] = ims.enqueue([message(mine)], { manager });
        await eventually(
          () => first.length,
          (count) => count === ids.length,
        );
        await Promise.all(first);
        return ims.enqueue([message(ids[1 - index] as string)], { manager });
      }),
    );
    const failures = (await Promise.allSettled(both)).flatMap((end) =>
      end.status === 'rejected' ? [end.reason as Error] : [],
    );
    expect(failures).toHaveLength(1);
    for (const failure of failures) expect(failure).toMatchObject({ transactionIsOver: true, retryable: false });
    for (const failure of failures) expect(failure.message).toContain('run it again from the start');
  });

  if (!isPostgres) {
    const POOL_SIZE = 3;
    /** How a server refuses to write whose connections have outlived its part in a cluster. */
    it.each([
      ['read only', 1290, 'HY000'],
      ['read only in InnoDB', 1836, 'HY000'],
      ['read only for each transaction', 1792, '25006'],
      ['outside of its cluster', 1047, '08S01'],
    ])('that became %s is left for the one behind new connections', async (_what, errno, sqlState) => {
      const { proxy, options } = await through(RefusingProxy);
      const host = await start(options, { poolSize: POOL_SIZE });
      const ims = host.get(EmayImsService);
      const source = host.get(DataSource);
      await Promise.all([0, 1, 2].map((index) => ims.enqueue([message(`before-${index}`)])));
      await source.query('SELECT 1');
      const old = proxy.connections;
      proxy.refuses = (sql, connection) =>
        connection <= old && /INSERT|UPDATE|DELETE/.test(sql) ? { errno, sqlState } : null;
      let failures = 0;
      for (; failures <= POOL_SIZE; failures++) {
        const failure: unknown = await ims.enqueue([message('after')]).then(
          () => null,
          (error: unknown) => error,
        );
        if (failure === null) break;
        expect(failure).toMatchObject({ code: 'EMAY_IMS_STORE', mayBeStored: false });
      }
      expect(failures).toBeLessThanOrEqual(POOL_SIZE);
      // A connection of the host's own is left to the host.
      await source.transaction(async (manager) => {
        await expect(ims.enqueue([message('joined')], { manager })).rejects.toBeDefined();
        await manager.query('SELECT 1');
      });
    });

    it('that rolls back instead of a COMMIT, as other servers of its cluster were first, is asked again', async () => {
      const { proxy, options } = await through(RefusingProxy);
      const ims = (await start(options)).get(EmayImsService);
      const storing = new Set<number>();
      let refused = 0;
      proxy.refuses = (sql, connection) => {
        if (/INSERT INTO \S*emay_ims_message/.test(sql)) storing.add(connection);
        if (refused > 0 || !sql.includes('COMMIT') || !storing.has(connection)) return null;
        refused++;
        return { errno: 3101, sqlState: '40000' };
      };
      await ims.enqueue([message('one')]);
      expect(refused).toBe(1);
      expect(await rows('SELECT custom_ims_id FROM emay_ims_message')).toEqual([{ custom_ims_id: 'one' }]);
    });

    it('that became read only before a COMMIT has stored nothing, and says so', async () => {
      const { proxy, options } = await through(RefusingProxy);
      const ims = (await start(options)).get(EmayImsService);
      proxy.refuses = (sql) => (sql.includes('COMMIT') ? { errno: 1290, sqlState: 'HY000' } : null);
      await expect(ims.enqueue([{ ...message('one'), customImsId: undefined }])).rejects.toMatchObject({
        mayBeStored: false,
      });
      expect(await rows('SELECT custom_ims_id FROM emay_ims_message')).toEqual([]);
    });

    it.each([
      ['autocommit off', 'SET SESSION autocommit = 0'],
      ['NO_BACKSLASH_ESCAPES', "SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'"],
      ...(kind === 'mariadb' ? [['ORACLE', "SET SESSION sql_mode = 'ORACLE'"]] : []),
      ['ANSI_QUOTES and no strictness', "SET SESSION sql_mode = 'ANSI_QUOTES'"],
    ])('session with %s keeps texts as they are, committed, joined or not', async (_what, set) => {
      const nasty = "\\' OR 1=1 -- \\ \\\" 你好 📦 \n\t%_ '";
      const host = await start({ poolSize: 1, extra: { connectionLimit: 1 } });
      await host.get(DataSource).query(set); // Its only connection is so from now on.
      const ims = host.get(EmayImsService);
      await ims.enqueue([message('queued', nasty)]);
      await ims.send(message('sent', nasty));
      await host.get(DataSource).transaction((manager) => ims.enqueue([message('joined', nasty)], { manager }));
      expect(await rows('SELECT custom_ims_id, content FROM emay_ims_message ORDER BY custom_ims_id')).toEqual(
        ['joined', 'queued', 'sent'].map((id) => ({ custom_ims_id: id, content: nasty })),
      );
      expect(simulator.accepted().map(({ content }) => content)).toEqual([nasty]);
    });

    it('transaction that reads few rows at a time lists all that it stores, and goes on reading few', async () => {
      const host = await start();
      const found = await host.get(DataSource).transaction(async (manager) => {
        await manager.query('SET SESSION sql_select_limit = 1');
        const stored = await host.get(EmayImsService).enqueue([message('a'), message('b'), message('c')], { manager });
        expect(stored).toHaveLength(3);
        return manager.query<unknown[]>('SELECT custom_ims_id FROM emay_ims_message');
      });
      expect(found).toHaveLength(1);
      expect(await rows('SELECT SUM(JSON_LENGTH(ids)) AS listed FROM emay_ims_due')).toEqual([{ listed: '3' }]);
    });

    it.each(['gbk', 'latin1'])('connection in %s keeps texts, and is not joined', async (charset) => {
      const host = await start({ charset });
      const ims = host.get(EmayImsService);
      const content = 'é 你好 📦';
      await ims.enqueue([message('queued', content)]);
      expect(await ims.findOne('queued')).toMatchObject({ content });
      await expect(
        host.get(DataSource).transaction((manager) => ims.enqueue([message('joined', content)], { manager })),
      ).rejects.toThrow(`its connection speaks ${charset}`);
    });

    it.each(['character_set_connection', 'character_set_results'])(
      'transaction with a %s that alters texts is not joined',
      async (name) => {
        const host = await start();
        const joined = host.get(DataSource).transaction(async (manager) => {
          await manager.query(`SET ${name} = latin1`);
          try {
            await host.get(EmayImsService).enqueue([{ mobile: '+61422118000', content: '你好' }], { manager });
          } finally {
            await manager.query('SET NAMES utf8mb4');
          }
        });
        await expect(joined).rejects.toThrow('its connection speaks latin1');
      },
    );
  }
});
