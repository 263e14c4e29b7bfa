import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EMAY_IMS_ENTITIES, EMAY_IMS_MIGRATIONS } from 'nestjs-emay-ims';
import {
  DataSource,
  MigrationExecutor,
  type DataSourceOptions,
  type MigrationInterface,
  type QueryRunner,
} from 'typeorm';
import { openEmbeddedSqlite } from '../../libs/emay-ims/src/schema/embedded-sqlite.js';
import { runEmayImsMigrations } from '../../libs/emay-ims/src/schema/run-migrations.js';
import { createTestDatabase, databasesUnderTest, dialectOf, type TestDatabase } from '../support/databases.js';

const PROCESSES = 10;
/** Ten processes start on however few processors there are. */
const STARTING_MS = 180_000;
/** A step, up and down, once for each of its statements. */
const KILLED_EVERYWHERE_MS = 300_000;
const TABLES = [
  'emay_ims_action',
  'emay_ims_attempt',
  'emay_ims_audit',
  'emay_ims_due',
  'emay_ims_event',
  'emay_ims_figure',
  'emay_ims_figure_mark',
  'emay_ims_figure_run',
  'emay_ims_figure_unit',
  'emay_ims_lease',
  'emay_ims_message',
  'emay_ims_report',
  'emay_ims_report_batch',
  'emay_ims_resolution',
  'emay_ims_trace',
];
const INDEXES = [
  'emay_ims_attempt_due',
  'emay_ims_due_expiry',
  'emay_ims_due_ready',
  'emay_ims_event_due',
  'emay_ims_figure_by_state',
  'emay_ims_figure_unit_next',
  'emay_ims_message_created',
  'emay_ims_message_mobile',
  'emay_ims_message_outcome',
  'emay_ims_report_batch_state',
  'emay_ims_report_batch_hash',
  'emay_ims_report_batch_push',
  'emay_ims_report_status',
  'emay_ims_report_hash',
  'emay_ims_resolution_message',
];

/** The next thing a process says; an error where it ends without a word. */
function saying(child: ChildProcess): Promise<unknown[]> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`A process ended with ${code}. It runs what is built: npm run build.`);
  });
  return Promise.race([once(child, 'message'), ended]);
}

const CATALOGUE = {
  sqlite: "SELECT name FROM sqlite_master WHERE name LIKE 'emay_ims_%' AND name <> 'emay_ims_migration'",
  postgres: "SELECT relname AS name FROM pg_class WHERE relname LIKE 'emay_ims_%' AND relname NOT LIKE '%_pkey'",
  mysql: `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()
      AND table_name LIKE 'emay_ims_%'
    UNION SELECT index_name FROM information_schema.statistics WHERE table_schema = DATABASE()
      AND index_name LIKE 'emay_ims_%'`,
};

/** Every column and every part of an index, in an order of their own. */
const COLUMNS = {
  postgres: `SELECT table_name AS place, column_name AS what, data_type AS type, is_nullable AS nullable
      FROM information_schema.columns WHERE table_name LIKE 'emay_ims_%'
    UNION ALL SELECT tablename, indexdef, '', '' FROM pg_indexes WHERE tablename LIKE 'emay_ims_%' ORDER BY 1, 2`,
  mysql: `SELECT table_name AS place, column_name AS what, column_type AS type, is_nullable AS nullable
      FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name LIKE 'emay_ims_%'
    UNION ALL SELECT table_name, CONCAT(index_name, ' ', seq_in_index, ' ', column_name), '', ''
      FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name LIKE 'emay_ims_%' ORDER BY 1, 2`,
};

describe.each(databasesUnderTest())('the migrations on %s', (kind) => {
  let database: TestDatabase;
  const opened: DataSource[] = [];
  beforeEach(async () => {
    database = await createTestDatabase(kind);
  });
  afterEach(async () => {
    for (const source of opened.splice(0)) if (source.isInitialized) await source.destroy();
    await database.drop();
  });

  const keep = (source: DataSource) => {
    opened.push(source);
    return source;
  };
  const path = () => database.url.slice('sqlite:'.length);
  const options = (more: Partial<DataSourceOptions> = {}): DataSourceOptions => {
    const given = database.typeOrmOptions ?? { type: 'better-sqlite3', database: path(), driver: undefined };
    return { ...given, entities: EMAY_IMS_ENTITIES, ...more } as DataSourceOptions;
  };
  const open = async () => {
    if (kind !== 'sqlite') return keep(await database.open());
    const source = keep(await openEmbeddedSqlite(path()));
    await source.query('PRAGMA query_only = OFF'); // As it was while it migrated.
    return source;
  };
  const migrationsTable = () => (kind === 'sqlite' ? 'emay_ims_migration' : 'migrations');
  const namesIn = async (source: DataSource) =>
    (await source.query<{ name: string }[]>(CATALOGUE[dialectOf(kind)])).map(({ name }) => name).toSorted();
  const expectSchema = async (source: DataSource) => {
    expect(await namesIn(source)).toEqual([...TABLES, ...INDEXES].toSorted());
    expect((await source.driver.createSchemaBuilder().log()).upQueries).toEqual([]);
  };
  const timesRecorded = async (source: DataSource) =>
    (await source.query<unknown[]>(`SELECT name FROM ${migrationsTable()}`)).length;

  const atOnce = async (how: string) => {
    const script = join(import.meta.dirname, 'migrate-process.mjs');
    const place = kind === 'sqlite' ? path() : database.url;
    const processes = Array.from({ length: PROCESSES }, () => fork(script, [how, kind, place], { execArgv: [] }));
    await Promise.all(processes.map(saying));
    const ends = processes.map((child) => saying(child) as Promise<[{ failure: string | null }]>);
    for (const child of processes) child.send('go');
    return (await Promise.all(ends)).flatMap(([{ failure }]) => (failure === null ? [] : [failure]));
  };

  it('make everything, take it all back, and make it again', async () => {
    const source = await open();
    await expectSchema(source);
    for (const _ of EMAY_IMS_MIGRATIONS) await source.undoLastMigration();
    expect(await namesIn(source)).toEqual([]);
    await source.runMigrations();
    await expectSchema(source);
    expect(await source.runMigrations()).toEqual([]);
  });

  it('go on where a process was killed half-way', async () => {
    const source = await open();
    await source.query('DROP TABLE emay_ims_report');
    await source.query('DROP TABLE emay_ims_lease');
    await source.query(`DELETE FROM ${migrationsTable()}`);
    await source.runMigrations();
    await expectSchema(source);
  });

  it(
    `let ${PROCESSES} processes open the same fresh database at once`,
    async () => {
      expect(await atOnce(kind === 'sqlite' ? 'embedded' : 'locked')).toEqual([]);
      const source = await open();
      await expectSchema(source);
      expect(await timesRecorded(source)).toBe(EMAY_IMS_MIGRATIONS.length);
    },
    STARTING_MS,
  );

  if (kind === 'sqlite') return;

  /** Those that change what is there already; each by itself, on what those before it have made. */
  it.each(EMAY_IMS_MIGRATIONS.map((migration, index) => ({ name: migration.name, index })).slice(3))(
    'go on wherever a process was killed that runs $name without a transaction',
    async ({ index }) => {
      const source = keep(
        await new DataSource(
          options({ migrations: EMAY_IMS_MIGRATIONS.slice(0, index + 1), migrationsTransactionMode: 'none' }),
        ).initialize(),
      );
      let sent = 0;
      // As it is sent, each statement in turn is the last one of its process.
      const runUntil = async (last: number) => {
        const runner = source.createQueryRunner();
        const query = runner.query.bind(runner) as (...parameters: unknown[]) => Promise<unknown>;
        runner.query = (async (sql: string, ...parameters: unknown[]) => {
          sent++;
          if (sent > last) throw new Error('killed');
          return query(sql, ...parameters);
        }) as QueryRunner['query'];
        const executor = new MigrationExecutor(source, runner);
        executor.transaction = 'none';
        sent = 0;
        const isDone = await executor.executePendingMigrations().then(
          () => true,
          () => false,
        );
        await runner.release();
        return isDone;
      };
      const undo = async () => {
        await source.undoLastMigration({ transaction: 'none' });
        // MariaDB keeps room in each row for columns that were dropped, until the table is made anew.
        if (dialectOf(kind) === 'mysql') await source.query('ALTER TABLE emay_ims_report_batch FORCE');
      };
      await source.runMigrations({ transaction: 'none' });
      const whole = await source.query<unknown>(COLUMNS[dialectOf(kind)]);
      await undo();
      for (let last = 1; !(await runUntil(last)); last++) {
        await source.runMigrations({ transaction: 'none' });
        expect(await source.query(COLUMNS[dialectOf(kind)])).toEqual(whole);
        await undo();
      }
      expect(await source.query(COLUMNS[dialectOf(kind)])).toEqual(whole);
      await expectSchema(await open());
    },
    KILLED_EVERYWHERE_MS,
  );

  it(
    `let ${PROCESSES} processes with migrationsRun: true migrate at once what had migrations before`,
    async () => {
      const before = keep(await new DataSource(options({ migrations: [], migrationsRun: true })).initialize());
      expect(await timesRecorded(before)).toBe(0);
      expect(await atOnce('plain')).toEqual([]);
      await expectSchema(await open());
    },
    STARTING_MS,
  );

  it(
    `let ${PROCESSES} processes with migrationsRun: true and retries, as TypeOrmModule has, open a fresh database`,
    async () => {
      expect(await atOnce('retried')).toEqual([]);
      await expectSchema(await open());
    },
    STARTING_MS,
  );

  it('wait while another process migrates, with a pool of a single connection', async () => {
    const gate = new EventEmitter();
    const begun = once(gate, 'begun');
    const held = once(gate, 'let go');
    class Slow1700000000000 implements MigrationInterface {
      readonly name = 'Slow1700000000000';
      async up(): Promise<void> {
        gate.emit('begun');
        await held;
      }
      async down(): Promise<void> {}
    }
    const slow = runEmayImsMigrations(keep(new DataSource(options({ migrations: [Slow1700000000000] }))));
    await begun;
    const pool = dialectOf(kind) === 'mysql' ? { extra: { connectionLimit: 1 } } : { poolSize: 1 };
    const waiting = keep(new DataSource(options(pool)));
    const done = runEmayImsMigrations(waiting);
    try {
      while (!waiting.isInitialized) await new Promise(setImmediate);
      const observer = keep(await new DataSource(options({ migrationsRun: false })).initialize());
      expect(await namesIn(observer)).toEqual([]);
    } finally {
      gate.emit('let go');
    }
    await slow;
    expect(await done).toBe(waiting);
    await expectSchema(waiting);
  });

  if (dialectOf(kind) === 'mysql') {
    it('change rows in a session that is careful of those without a key, and leave it so', async () => {
      const source = keep(await new DataSource(options({ migrationsRun: false })).initialize());
      const runner = source.createQueryRunner();
      await runner.query('SET SESSION sql_safe_updates = 1');
      await new MigrationExecutor(source, runner).executePendingMigrations();
      for (const migration of source.migrations.toReversed()) await migration.down(runner);
      expect(await runner.query('SELECT @@SESSION.sql_safe_updates AS safe')).toEqual([{ safe: '1' }]);
      await runner.release();
      expect(await namesIn(source)).toEqual([]);
    });
  }

  it('let the next one try when a migration fails, and close what was opened for it', async () => {
    class Failing1700000000000 implements MigrationInterface {
      readonly name = 'Failing1700000000000';
      async up(): Promise<void> {
        throw new Error('No space left.');
      }
      async down(): Promise<void> {}
    }
    const failing = new DataSource(options({ migrations: [Failing1700000000000] }));
    await expect(runEmayImsMigrations(failing)).rejects.toThrow('No space left.');
    expect(failing.isInitialized).toBe(false);
    const next = keep(await runEmayImsMigrations(new DataSource(options())));
    await expectSchema(next);
    expect(await timesRecorded(next)).toBe(EMAY_IMS_MIGRATIONS.length);
  });
});
