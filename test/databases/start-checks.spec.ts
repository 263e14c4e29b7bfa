import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  EMAY_IMS_MIGRATIONS,
  EmayImsOptionsError,
  EmayImsService,
  EmayImsStoreError,
  type EmayImsServerDatabaseOptions,
} from 'nestjs-emay-ims';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { createTestDatabase, serversUnderTest, type TestDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { KeptLogs } from '../module/workbench.js';
import { ServerHosts } from './server-hosts.js';
import { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { checkMysql } from '../../libs/emay-ims/src/schema/start/mysql-check.js';
import { checkPostgres } from '../../libs/emay-ims/src/schema/start/postgres-check.js';
import { findSchemaProblems } from '../../libs/emay-ims/src/schema/start/schema-check.js';
import { IMS_TABLES, TableNames } from '../../libs/emay-ims/src/database/table-names.js';

const SERVERS = serversUnderTest();
const MESSAGE = { mobile: '+61422118000', content: 'Hello', customImsId: 'one' };

/** What is done to a database before the start, and what the start then says. */
type Wrong = readonly [what: string, statements: readonly string[], sentences: readonly RegExp[]];

const ON_BOTH: readonly Wrong[] = [
  [
    'a table that is missing',
    ['DROP TABLE emay_ims_lease'],
    [/has no table \w+\.emay_ims_lease\. Add \.\.\.EMAY_IMS_MIGRATIONS/],
  ],
  [
    'a column that is missing',
    ['ALTER TABLE emay_ims_lease DROP COLUMN lasts_ms', 'ALTER TABLE emay_ims_message DROP COLUMN raw_answer'],
    [/Table \w+\.emay_ims_message has no column raw_answer/, /Table \w+\.emay_ims_lease has no column lasts_ms/],
  ],
];
const ON_POSTGRES: readonly Wrong[] = [
  ['an index that is missing', ['DROP INDEX emay_ims_message_outcome'], [/no valid index emay_ims_message_outcome/]],
  [
    'a key that is missing',
    ['ALTER TABLE emay_ims_message DROP CONSTRAINT emay_ims_message_pkey'],
    [/no unique index over \(account, custom_ims_id\)/],
  ],
  [
    'a table that a crash empties',
    ['ALTER TABLE emay_ims_message SET UNLOGGED'],
    [/Table \w+\.emay_ims_message is unlogged/],
  ],
  [
    'a table in parts, where two rows may have the same place',
    [
      'ALTER TABLE emay_ims_report_batch RENAME TO batches',
      'CREATE TABLE emay_ims_report_batch (LIKE batches INCLUDING DEFAULTS, PRIMARY KEY (id)) PARTITION BY HASH (id)',
      'ALTER TABLE batches DROP CONSTRAINT emay_ims_report_batch_pkey',
      'DROP INDEX emay_ims_report_batch_state',
      'CREATE INDEX emay_ims_report_batch_state ON emay_ims_report_batch (account, state, id)',
      'ALTER TABLE emay_ims_report_batch ATTACH PARTITION batches FOR VALUES WITH (MODULUS 1, REMAINDER 0)',
      'CREATE TABLE heirs () INHERITS (emay_ims_event)',
    ],
    [/Table \w+\.emay_ims_report_batch has parts/, /Table \w+\.emay_ims_event has parts/],
  ],
  [
    'ids that merge',
    [
      "CREATE COLLATION merging (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
      'ALTER TABLE emay_ims_message ALTER COLUMN ims_id TYPE varchar(64) COLLATE merging',
    ],
    [/Column ims_id of emay_ims_message has a nondeterministic collation/],
  ],
];
const ON_MARIADB: readonly Wrong[] = [
  [
    'an index that is missing',
    ['DROP INDEX emay_ims_message_outcome ON emay_ims_message'],
    [/no valid index emay_ims_message_outcome/],
  ],
  [
    'a key that is missing',
    ['ALTER TABLE emay_ims_message DROP PRIMARY KEY'],
    [/no unique index over \(account, custom_ims_id\)/],
  ],
  [
    'ids that merge',
    ['ALTER TABLE emay_ims_message MODIFY custom_ims_id varchar(32) COLLATE utf8mb4_general_ci NOT NULL'],
    [/Columns custom_ims_id of \w+\.emay_ims_message take ids that differ in case for the same/],
  ],
  [
    'a charset that is too narrow',
    ['ALTER TABLE emay_ims_message MODIFY content text CHARACTER SET latin1 NOT NULL'],
    [/Columns content of \w+\.emay_ims_message do not hold every character/],
  ],
  [
    'a view in the place of a table',
    ['RENAME TABLE emay_ims_lease TO leases', 'CREATE VIEW emay_ims_lease AS SELECT * FROM leases'],
    [/\w+\.emay_ims_lease is a view: the module needs a plain table/],
  ],
  [
    'an engine without transactions',
    ['ALTER TABLE emay_ims_lease ENGINE=MyISAM'],
    [/emay_ims_lease is kept by MyISAM/],
  ],
];

(SERVERS.length > 0 ? describe.each(SERVERS) : describe.skip.each(['postgres']))('the start on %s', (kind) => {
  const isPostgres = kind === 'postgres';
  let hosts: ServerHosts;
  let database: TestDatabase;
  let admin: DataSource;
  let logs: KeptLogs;
  beforeEach(async () => {
    hosts = await ServerHosts.open(kind);
    database = hosts.database;
    admin = await database.open();
    hosts.closing.push(() => admin.destroy());
    logs = new KeptLogs();
  });
  afterEach(() => hosts.close());

  const start = (options: object = {}, module: Partial<EmayImsServerDatabaseOptions> = {}) =>
    hosts.start({ migrationsRun: false, ...options }, module, {}, logs);
  const refusal = async (options: object = {}): Promise<string> => {
    const error: unknown = await start(options).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(EmayImsOptionsError);
    return (error as Error).message;
  };
  const asUrl = (change: (url: URL) => void): { url: string } => {
    const url = new URL((database.typeOrmOptions as { url: string }).url);
    change(url);
    return { url: url.href };
  };

  /** A DataSource of one connection, whose session begins so. */
  const sessionWith = async (settings: string): Promise<DataSource> => {
    const options = { ...database.typeOrmOptions, migrationsRun: false, extra: { connectionLimit: 1 } };
    const source = await new DataSource(options as DataSourceOptions).initialize();
    hosts.closing.push(() => source.destroy());
    await source.query(`SET SESSION ${settings}`);
    return source;
  };

  it.each([...ON_BOTH, ...(isPostgres ? ON_POSTGRES : ON_MARIADB)])(
    'refuses %s',
    async (_what, statements, sentences) => {
      for (const sql of statements) await admin.query(sql);
      const message = await refusal();
      for (const sentence of sentences) expect(message).toMatch(sentence);
      expect(message).not.toMatch(/once (it|the database) is back/);
    },
  );

  it('refuses a schema that synchronize alone has made', async () => {
    const fresh = await createTestDatabase(kind as 'postgres');
    hosts.closing.push(() => fresh.drop());
    const { url } = fresh.typeOrmOptions as { url: string };
    expect(await refusal({ url, synchronize: true, migrations: [] })).toMatch(
      /has no tables \w+\.emay_ims_report_batch, .*emay_ims_lease/,
    );
  });

  it('takes a newer schema', async () => {
    await admin.query('ALTER TABLE emay_ims_message ADD COLUMN from_the_future varchar(10)');
    const host = await start();
    await expect(host.get(EmayImsService).send(MESSAGE)).resolves.toMatchObject({ state: 'ACCEPTED' });
  });

  it('waits for a schema that is behind', async () => {
    await admin.undoLastMigration();
    const starting = start({}, { startTimeoutMs: 60_000 });
    await eventually(
      () => logs.lines,
      (lines) => lines.some((line) => line.includes('Waiting up to 60000 ms')),
    );
    await admin.runMigrations();
    await expect((await starting).get(EmayImsService).enqueue([MESSAGE])).resolves.toHaveLength(1);
    expect(logs.lines.filter((line) => line.includes('Waiting up to 60000 ms'))).toHaveLength(1);
    expect(EMAY_IMS_MIGRATIONS.length).toBeGreaterThan(1);
  });

  it('needs no more than the rights that its statements need, and names those that are missing', async () => {
    const user = `u_${Math.random().toString(36).slice(2, 10)}`;
    const name = String(admin.options.database ?? new URL(database.url).pathname.slice(1));
    const tables = IMS_TABLES;
    if (isPostgres) {
      await admin.query(`CREATE USER ${user}`);
      await admin.query(`GRANT SELECT, UPDATE, DELETE ON ${tables.join(', ')} TO ${user}`);
      hosts.closing.push(async () => {
        await admin.query(`DROP OWNED BY ${user}`);
        await admin.query(`DROP USER ${user}`);
      });
    } else {
      await admin.query(`CREATE USER '${user}'@'%' IDENTIFIED BY 'x'`);
      for (const table of tables)
        await admin.query(`GRANT SELECT, UPDATE, DELETE ON ${name}.${table} TO '${user}'@'%'`);
      hosts.closing.push(() => admin.query(`DROP USER '${user}'@'%'`));
    }
    const asUser = asUrl((url) => {
      url.username = user;
      if (!isPostgres) url.password = 'x';
    });
    expect(await refusal(asUser)).toMatch(/Its user may not INSERT on table \w+\.emay_ims_message/);
    for (const table of tables)
      await admin.query(
        `GRANT INSERT ON ${isPostgres ? table : `${name}.${table}`} TO ${isPostgres ? user : `'${user}'@'%'`}`,
      );
    const host = await start(asUser);
    const ims = host.get(EmayImsService);
    await expect(ims.send(MESSAGE)).resolves.toMatchObject({ state: 'ACCEPTED' });
    await ims.pullReports();
    await ims.status();
  });

  // MariaDB 10.5 and MySQL 5.7 know neither, and run the migrations all the same.
  it.each(isPostgres ? ['unnest', 'SKIP LOCKED'] : ['JSON_TABLE', 'SKIP LOCKED'])(
    'refuses a server that does not know %s',
    async (unknown) => {
      const own = new ImsDatabase(admin);
      const transaction = own.transaction.bind(own);
      own.transaction = (work) =>
        transaction((session) =>
          work({
            ...session,
            async rows(sql, parameters) {
              if (sql.includes(unknown)) throw new EmayImsStoreError(isPostgres ? '42601' : 'ER_PARSE_ERROR');
              return session.rows(sql, parameters);
            },
          }),
        );
      const { problems } = await (isPostgres ? checkPostgres(own) : checkMysql(own));
      expect(problems).toEqual([
        { sentence: expect.stringMatching(/^This server is too old, or another product: /), mayPass: false },
      ]);
    },
  );

  if (isPostgres) {
    it('refuses a server that takes a NULL in an array for a text', async () => {
      const name = new URL(database.url).pathname.slice(1);
      await admin.query(`ALTER DATABASE ${name} SET array_nulls = off`);
      expect(await refusal()).toMatch(/Its array_nulls is off/);
    });

    it.each(['LATIN1', 'SQL_ASCII'])('refuses a database in %s', async (encoding) => {
      const name = `${new URL(database.url).pathname.slice(1)}_${encoding.toLowerCase()}`;
      await admin.query(
        `CREATE DATABASE ${name} ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
      );
      hosts.closing.push(() => admin.query(`DROP DATABASE ${name} WITH (FORCE)`));
      const elsewhere = asUrl((url) => (url.pathname = `/${name}`));
      expect(await refusal({ ...elsewhere, migrationsRun: true })).toMatch(
        /Texts do not survive .* Its encoding is .* UTF8/,
      );
    });

    it('insists on durable commits where the session does not', async () => {
      const name = new URL(database.url).pathname.slice(1);
      await admin.query(`ALTER DATABASE ${name} SET synchronous_commit = off`);
      await admin.query(`CREATE FUNCTION keep_level() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.code := current_setting('synchronous_commit'); RETURN NEW; END $$`);
      await admin.query(
        'CREATE TRIGGER keep_level BEFORE INSERT ON emay_ims_message FOR EACH ROW EXECUTE FUNCTION keep_level()',
      );
      const host = await start();
      const ims = host.get(EmayImsService);
      await ims.enqueue([MESSAGE]);
      await host
        .get(DataSource)
        .transaction((manager) => ims.enqueue([{ ...MESSAGE, customImsId: 'joined' }], { manager }));
      expect(await admin.query('SELECT DISTINCT code FROM emay_ims_message')).toEqual([{ code: 'on' }]);
      expect(logs.lines.join('\n')).toContain('synchronous_commit is off');
    });

    it('or a transaction of the host does not', async () => {
      const host = await start();
      const source = host.get(DataSource);
      for (const [level, expected] of [
        ['off', 'on'],
        ['remote_apply', 'remote_apply'],
      ]) {
        const found = await source.transaction(async (manager) => {
          await manager.query(`SET LOCAL synchronous_commit = ${level}`);
          await host.get(EmayImsService).enqueue([MESSAGE], { manager });
          return manager.query<unknown>("SELECT current_setting('synchronous_commit') AS level");
        });
        expect(found).toEqual([{ level: expected }]);
      }
    });

    it('needs no right to look at all settings', async () => {
      const user = `u_${Math.random().toString(36).slice(2, 10)}`;
      await admin.query(`CREATE USER ${user}`);
      await admin.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${user}`);
      await admin.query(`ALTER ROLE ${user} SET statement_timeout = '90s'`);
      await admin.query('REVOKE SELECT ON pg_catalog.pg_settings FROM PUBLIC');
      hosts.closing.push(async () => {
        await admin.query(`DROP OWNED BY ${user}`);
        await admin.query(`DROP USER ${user}`);
      });
      const host = await start(asUrl((url) => (url.username = user)));
      await expect(host.get(EmayImsService).enqueue([MESSAGE])).resolves.toHaveLength(1);
    });

    it.each([
      ['a user who does not own them', ''],
      ['their owner, by force', 'FORCE'],
    ])('refuses tables whose policies hide rows from %s', async (_whom, force) => {
      const user = `u_${Math.random().toString(36).slice(2, 10)}`;
      await admin.query(`CREATE USER ${user}`);
      await admin.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${user}`);
      hosts.closing.push(async () => {
        await admin.query(`REASSIGN OWNED BY ${user} TO CURRENT_USER`);
        await admin.query(`DROP OWNED BY ${user}`);
        await admin.query(`DROP USER ${user}`);
      });
      const asUser = asUrl((url) => (url.username = user));
      const [table] = IMS_TABLES;
      await admin.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      // Without any policy, it hides all.
      if (!force) expect(await refusal(asUser)).toMatch(/may hide rows/);
      await admin.query(`CREATE POLICY tenants ON ${table} USING (account = current_setting('app.tenant', true))`);
      if (force) {
        await admin.query(`ALTER TABLE ${table} OWNER TO ${user}`);
        await expect(start(asUser)).resolves.toBeDefined(); // Of no concern to an owner.
        await admin.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
      }
      expect(await refusal(asUser)).toMatch(
        /Row-level security may hide rows of public\.emay_ims_message from its user/,
      );
      await admin.query(`CREATE POLICY everything ON ${table} TO ${user} USING (true)`);
      await expect(start(asUser)).resolves.toBeDefined();
      await admin.query(`CREATE POLICY fewer ON ${table} AS RESTRICTIVE USING (account <> 'other')`);
      expect(await refusal(asUser)).toMatch(/may hide rows/);
      await admin.query(`ALTER USER ${user} BYPASSRLS`);
      await expect(start(asUser)).resolves.toBeDefined();
    });

    it('writes in a session that is read only by default', async () => {
      const name = new URL(database.url).pathname.slice(1);
      await admin.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
      const ims = (await start()).get(EmayImsService);
      await expect(ims.enqueue([MESSAGE])).resolves.toHaveLength(1);
      await expect(ims.pulse()).resolves.toMatchObject({ account: 'default' });
    });
  } else {
    it('knows keys and indexes, however short the texts are that the server is set to aggregate', async () => {
      const source = await sessionWith('group_concat_max_len = 4');
      const names = new TableNames(kind, new URL(database.url).pathname.slice(1));
      await expect(checkMysql(new ImsDatabase(source, { names }))).resolves.toMatchObject({ problems: [] });
    });

    it('warns of a binary log that is not synchronous: a crash undoes what is missing there', async () => {
      const own = new ImsDatabase(admin);
      const rows = own.rows.bind(own);
      const answer = { log: 'ON', sync: '0' };
      own.rows = async (sql, ...more) =>
        sql.startsWith('SHOW')
          ? [
              { Variable_name: 'log_bin', Value: answer.log },
              { Variable_name: 'sync_binlog', Value: answer.sync },
            ]
          : rows(sql, ...more);
      const warning = expect.stringMatching(/^sync_binlog is 0: a crash of the server's machine undoes commits/);
      expect((await checkMysql(own)).warnings).toContainEqual(warning);
      answer.log = 'OFF';
      expect((await checkMysql(own)).warnings).not.toContainEqual(warning);
      Object.assign(answer, { log: 'ON', sync: '1' });
      expect((await checkMysql(own)).warnings).not.toContainEqual(warning);
    });

    if (kind === 'mysql') {
      it('says that a log of statements takes no writes', async () => {
        const source = await sessionWith("binlog_format = 'STATEMENT'");
        const problems = await findSchemaProblems(new ImsDatabase(source));
        expect(new Set(problems.map(({ sentence }) => sentence))).toEqual(
          new Set([expect.stringMatching(/^Its binlog_format is STATEMENT, .* set it to ROW/)]),
        );
      });
    }

    it('notices a server that has become read only', async () => {
      const user = `u_${Math.random().toString(36).slice(2, 10)}`;
      const name = new URL(database.url).pathname.slice(1);
      await admin.query(`CREATE USER '${user}'@'%' IDENTIFIED BY 'x'`);
      await admin.query(`GRANT ALL ON ${name}.* TO '${user}'@'%'`);
      hosts.closing.push(() => admin.query(`DROP USER '${user}'@'%'`));
      const host = await start(
        asUrl((url) => {
          url.username = user;
          url.password = 'x';
        }),
      );
      const ims = host.get(EmayImsService);
      await ims.pulse();
      // Of no concern to those who administer the server, as the other tests do.
      await admin.query('SET GLOBAL read_only = 1');
      hosts.closing.push(() => admin.query('SET GLOBAL read_only = 0'));
      const failure: unknown = await ims.pulse().catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'EMAY_IMS_STORE', driverCode: 'ER_OPTION_PREVENTS_STATEMENT' });
      expect((failure as Error).message).not.toContain('once the database is back');
    });
  }
});
