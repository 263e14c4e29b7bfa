import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import type { EmbeddedSqliteSource } from '../../libs/emay-ims/src/database/embedded-sqlite-source.js';
import { ImsDatabase, type SqlSession } from '../../libs/emay-ims/src/database/ims-database.js';
import type { StepKind } from '../../libs/emay-ims/src/database/sqlite-thread.js';
import { EmayImsStoreError } from '../../libs/emay-ims/src/errors/emay-ims-errors.js';
import { eventually } from '../support/eventually.js';
import { openTestDatabase } from './open-database.js';
import type { OpenDatabase } from './store/store-bench.js';

/** Notes what goes to the thread: the kinds of the steps of each message. */
async function noting({ dataSource }: ImsDatabase): Promise<{ messages: StepKind[][] }> {
  const messages: StepKind[][] = [];
  const thread = await (dataSource as EmbeddedSqliteSource).connection.thread();
  const send = thread.send.bind(thread);
  thread.send = (steps, mayStore) => {
    messages.push(steps.map(([kind]) => kind));
    return send(steps, mayStore);
  };
  return { messages };
}

describe('works that share a commit, on the one connection of an SQLite file', () => {
  let opened: OpenDatabase;
  let database: ImsDatabase;
  let other: ImsDatabase;
  let holder: Database.Database;
  beforeEach(async () => {
    opened = await openTestDatabase('sqlite');
    database = new ImsDatabase(await opened.connect());
    const source = await opened.connect();
    other = new ImsDatabase(source);
    holder = new Database(String(source.options.database));
    await database.run('CREATE TABLE kept (name text PRIMARY KEY)');
  });
  afterEach(async () => {
    holder.close();
    await opened.close();
  });

  const insert = (name: string) => (session: SqlSession) => session.run('INSERT INTO kept VALUES (?)', [name]);
  const kept = async (from = other) => (await from.rows('SELECT name FROM kept ORDER BY name')).map(({ name }) => name);

  it('are all there, each with its own result, after one commit', async () => {
    const { messages } = await noting(database);
    const first = database.run('INSERT INTO kept VALUES (?)', ['first']);
    const results = await Promise.all([
      first,
      database.transaction(insert('a')),
      database.run('INSERT INTO kept VALUES (?), (?)', ['b', 'c']),
      database.rows('SELECT COUNT(*) AS names FROM kept'),
    ]);
    // A read does not wait for those that were there before it.
    expect(results).toEqual([1, 1, 2, [{ names: 1 }]]);
    expect(await kept()).toEqual(['a', 'b', 'c', 'first']);
    expect(messages.flat().filter((kind) => kind === 'commit')).toHaveLength(1);
  });

  it('fail one by one: the others are kept, and nothing of the failed one', async () => {
    const ends = await Promise.allSettled([
      database.transaction(insert('first')),
      database.transaction(insert('a')),
      database.transaction(async (session) => {
        await insert('half')(session);
        throw new Error('on purpose');
      }),
      database.transaction(async (session) => {
        await insert('another half')(session);
        await insert('a')(session);
      }),
      database.transaction(insert('b')),
    ]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(ends[2]).toMatchObject({ reason: new Error('on purpose') });
    expect(ends[3]).toMatchObject({ reason: expect.any(EmayImsStoreError) });
    expect(await kept()).toEqual(['a', 'b', 'first']);
  });

  it('of statements that are known beforehand: all of them or none, in one message', async () => {
    const add = (name: string) => ['INSERT INTO kept VALUES (?)', [name]] as const;
    const { messages } = await noting(database);
    await database.runAll([add('a'), add('b')]);
    expect(messages).toEqual([['begin', 'all', 'commit']]);
    const ends = await Promise.allSettled([
      database.runAll([add('c'), add('d')]),
      database.runAll([add('half'), add('a')]),
      database.run('INSERT INTO kept VALUES (?)', ['e']),
      database.runAll([add('f')]),
    ]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(ends[1]).toMatchObject({ reason: expect.any(EmayImsStoreError) });
    expect(await kept()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('are not told that they are done before the commit', async () => {
    let isTold = false;
    let seen: unknown[] = [];
    const first = database.transaction(insert('first'));
    const work = database.transaction(insert('a')).then(() => (isTold = true));
    const watch = database.transaction(async () => {
      seen = [isTold, await kept()];
    });
    await Promise.all([first, work, watch]);
    // From another connection: what the works before had written was not committed yet.
    expect(seen).toEqual([false, ['first']]);
    expect(await kept()).toEqual(['a', 'first']);
  });

  it('wait together for a lock that another process holds, and are all done then', async () => {
    const { messages } = await noting(database);
    holder.exec('BEGIN IMMEDIATE');
    const works = Promise.all([database.transaction(insert('a')), database.run('INSERT INTO kept VALUES (?)', ['b'])]);
    await eventually(
      () => messages.flat().filter((kind) => kind === 'begin').length,
      (begun) => begun > 1,
    );
    holder.exec('COMMIT');
    expect(await works).toEqual([1, 1]);
    expect(await kept()).toEqual(['a', 'b']);
  });

  it('one that fills the disk takes no other along', async () => {
    const [{ pages } = { pages: 0 }] = await database.rows('SELECT page_count AS pages FROM pragma_page_count');
    await database.rows(`PRAGMA max_page_count = ${Number(pages) + 3}`);
    const ends = await Promise.allSettled([
      database.transaction(insert('first')),
      database.run('INSERT INTO kept VALUES (?)', ['a']),
      database.run('INSERT INTO kept VALUES (?)', ['x'.repeat(200_000)]),
      database.transaction(insert('b')),
      database.rows('SELECT 1 AS one'),
    ]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(await kept()).toEqual(['a', 'b', 'first']);
  });

  it('reads wait for no lock of another process, however many there are', async () => {
    holder.exec('BEGIN IMMEDIATE');
    const reads = await Promise.all(Array.from({ length: 5 }, () => database.rows('SELECT 1 AS one')));
    holder.exec('ROLLBACK');
    expect(reads).toEqual(Array.from({ length: 5 }, () => [{ one: 1 }]));
  });

  it('are done one by one where their commit fails: only the culprit is told so', async () => {
    await database.run('CREATE TABLE child (name text REFERENCES kept (name) DEFERRABLE INITIALLY DEFERRED)');
    await database.run('PRAGMA foreign_keys = ON');
    const ends = await Promise.allSettled([
      database.transaction(insert('first')),
      database.transaction(insert('a')),
      database.transaction((session) => session.run("INSERT INTO child VALUES ('nobody')")),
    ]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(await kept()).toEqual(['a', 'first']);
    // And the connection is fit for what comes next.
    expect(await database.transaction(insert('b'))).toBe(1);
  });
});
