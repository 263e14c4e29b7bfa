import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, readlinkSync, unlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Database from 'libsql';
import type { EmbeddedSqliteSource } from '../../libs/emay-ims/src/database/embedded-sqlite-source.js';
import { ImsDatabase, type SqlSession } from '../../libs/emay-ims/src/database/ims-database.js';
import type { Step } from '../../libs/emay-ims/src/database/sqlite-thread.js';
import { closeEmbeddedSqlite, openEmbeddedSqlite } from '../../libs/emay-ims/src/schema/embedded-sqlite.js';
import { eventually } from '../support/eventually.js';
import { runProcess } from '../support/processes.js';

const ENDING_DRIVER = fileURLToPath(new URL('ending-driver.cjs', import.meta.url));
const BUILT = new URL('../../libs/emay-ims/dist', import.meta.url).href;
const ENDS = '/* the thread ends */';
const ENDS_AT_COMMIT = '/* it ends at COMMIT */';

let folder: string;
let path: string;
let source: EmbeddedSqliteSource;
let database: ImsDatabase;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emay-ims-thread-'));
  path = join(folder, 'ims.sqlite');
  source = await openEmbeddedSqlite(path, ENDING_DRIVER);
  database = new ImsDatabase(source);
  await database.run('CREATE TABLE kept (name text PRIMARY KEY, bytes blob)');
});
afterEach(async () => {
  await source.destroy();
  await rm(folder, { recursive: true });
});

const insert = (name: string, session: SqlSession = database, mark = '') =>
  session.run(`INSERT INTO kept (name) VALUES (?) ${mark}`, [name]);
/** As another process finds it. */
function kept(): unknown[] {
  const other = new Database(path, { timeout: 5_000 });
  const rows = other.prepare('SELECT name FROM kept ORDER BY name').all() as { name: string }[];
  other.close();
  return rows.map(({ name }) => name);
}

async function noting(): Promise<Step[][]> {
  const messages: Step[][] = [];
  const thread = await source.connection.thread();
  const send = thread.send.bind(thread);
  thread.send = (steps, mayStore) => {
    messages.push([...steps]);
    return send(steps, mayStore);
  };
  return messages;
}
/** The turns that this thread has while SQLite counts to so many. */
async function turnsWhile(rows: number): Promise<number> {
  let turns = 0;
  const statement = { isOver: false };
  const counted = (async () => {
    for (; !statement.isOver; turns++) await turn();
  })();
  await database.rows(
    `WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ${rows}) SELECT count(*) FROM n`,
  );
  statement.isOver = true;
  await counted;
  return turns;
}
const kindsOf = (messages: Step[][]) => messages.map((steps) => steps.map(([kind]) => kind).join(' '));

describe('an SQLite file in a thread of its own', () => {
  it("leaves the host's thread its turns while a statement runs", async () => {
    // On a busy machine, this thread may have no turn while a short statement runs.
    const seen: number[] = [];
    for (const rows of [500_000, 5_000_000, 50_000_000]) {
      if (seen.some((turns) => turns > 5)) break;
      seen.push(await turnsWhile(rows));
    }
    expect(Math.max(...seen)).toBeGreaterThan(5);
  });

  it('gets all waiting writes of one statement, and their commit, in one message', async () => {
    const messages = await noting();
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => insert(name)));
    expect(kindsOf(messages)).toEqual(['alone statement', 'begin apart apart apart commit']);
  });

  it('gets statements that do not wait for each other in one message, in their order', async () => {
    const messages = await noting();
    const results = await database.transaction((session) =>
      Promise.all([
        insert('a', session),
        session.rows('SELECT name FROM kept'),
        insert('b', session),
        session.rows('SELECT COUNT(*) AS count FROM kept'),
      ]),
    );
    expect(results).toEqual([1, [{ name: 'a' }], 1, [{ count: 2 }]]);
    expect(kindsOf(messages)).toEqual(['begin savepoint statement statement statement statement', 'release commit']);
  });

  it('takes and gives bytes, also those that are part of more, and NULL', async () => {
    const bytes = Buffer.from('xx0123456789xx').subarray(2, 12);
    const messages = await noting();
    await database.run('INSERT INTO kept VALUES (?, ?), (?, ?)', ['bytes', bytes, 'none', null]);
    const [, sent] = messages[0]!.find(([kind]) => kind === 'statement')!.at(-1) as unknown[];
    expect((sent as Uint8Array).buffer.byteLength).toBe(bytes.length);
    const [first, second] = await database.rows('SELECT bytes FROM kept ORDER BY name');
    expect(Buffer.from(first!.bytes as unknown as Uint8Array).toString()).toBe('0123456789');
    expect(second).toEqual({ bytes: null });
  });

  it('keeps nothing of a transaction that could not begin, whatever its work does then', async () => {
    const holder = new Database(path);
    holder.exec('BEGIN IMMEDIATE');
    let tries = 0;
    const work = database.transaction(async (session) => {
      tries++;
      await insert('first', session).catch(() => undefined);
      return insert(`second of try ${tries}`, session).catch(() => 'refused');
    });
    await eventually(
      () => tries,
      (count) => count > 2,
    );
    holder.exec('COMMIT');
    holder.close();
    expect(await work).toBe(1);
    expect(kept()).toEqual(['first', `second of try ${tries}`]);
  });

  it('keeps nothing that a work goes on to write after SQLite has taken its transaction back', async () => {
    const [{ pages } = { pages: 0 }] = await database.rows('SELECT page_count AS pages FROM pragma_page_count');
    await database.rows(`PRAGMA max_page_count = ${Number(pages) + 3}`);
    const work = database.transaction(async (session) => {
      await insert('before', session);
      await insert('x'.repeat(200_000), session).catch(() => undefined);
      await insert('after', session).catch(() => undefined);
    });
    await expect(work).rejects.toMatchObject({ driverCode: 'SQLITE_FULL' });
    expect(kept()).toEqual([]);
    expect(await insert('next')).toBe(1);
  });

  it('refuses statements of a work that is over: they would be part of another', async () => {
    let leaked: SqlSession | undefined;
    await database.transaction(async (session) => {
      leaked = session;
      await insert('a', session);
    });
    await expect(insert('b', leaked)).rejects.toMatchObject({ driverCode: 'TRANSACTION_ENDED' });
    expect(kept()).toEqual(['a']);
  });
});

describe('a thread that ends by itself', () => {
  it('while nothing is under way: the next call opens another', async () => {
    await insert('a');
    await database.rows(`SELECT 1 ${ENDS}`).catch(() => undefined);
    expect(await insert('b')).toBe(1);
    expect(kept()).toEqual(['a', 'b']);
  });

  it('takes what was not committed back, and says so', async () => {
    const work = database.transaction(async (session) => {
      await insert('a', session);
      await insert('b', session, ENDS);
    });
    await expect(work).rejects.toMatchObject({
      name: 'EmayImsStoreError',
      driverCode: 'CONNECTION_LOST',
      mayBeStored: false,
    });
    expect(kept()).toEqual([]);
    expect(await database.transaction((session) => insert('c', session))).toBe(1);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a transaction', () => database.transaction((session) => insert('a', session, ENDS_AT_COMMIT))],
    ['a shared commit', () => Promise.all([insert('first'), insert('a', database, ENDS_AT_COMMIT), insert('b')])],
    ['a statement by itself', () => insert('a', database, ENDS)],
  ])('during the commit of %s: that may be stored, and is not written again', async (_, write) => {
    await expect(write()).rejects.toMatchObject({ driverCode: 'CONNECTION_LOST', mayBeStored: true, retryable: false });
    const found = kept();
    expect(await insert('next')).toBe(1);
    expect(kept()).toEqual([...found, 'next']);
  });

  it('during a read: nothing may be stored by that', async () => {
    await expect(database.rows(`SELECT 1 ${ENDS}`)).rejects.toMatchObject({
      driverCode: 'CONNECTION_LOST',
      mayBeStored: false,
    });
  });

  it('opens no other file in the place of one that was deleted meanwhile', async () => {
    await database.rows(`SELECT 1 ${ENDS}`).catch(() => undefined);
    for (const suffix of ['', '-wal', '-shm']) unlinkSync(path + suffix);
    await expect(insert('a')).rejects.toMatchObject({ driverCode: 'SQLITE_READONLY_DBMOVED', mayBeStored: false });
    expect(existsSync(path)).toBe(false);
  });
});

describe('closing a file that is open in a thread', () => {
  it('waits for what was asked before, and refuses what is asked later', async () => {
    const before = insert('a');
    await turn();
    await source.destroy();
    expect(await before).toBe(1);
    await expect(insert('b')).rejects.toMatchObject({ driverCode: 'CONNECTION_DESTROYED', mayBeStored: false });
    source = await openEmbeddedSqlite(path);
    expect(kept()).toEqual(['a']);
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('gives it up each time, its locks and its log with it', async () => {
    const { gc } = globalThis;
    globalThis.gc = undefined; // Closed at once, see `collect-rarely.ts`.
    const fresh = join(folder, 'fresh.sqlite');
    try {
      for (let round = 0; round < 5; round++) {
        const opened = await openEmbeddedSqlite(fresh);
        await new ImsDatabase(opened).run("INSERT INTO emay_ims_lease (name, holder, expires_at) VALUES (?, 'a', 0)", [
          `round ${round}`,
        ]);
        expect(opensOf(fresh)).toBeGreaterThan(2);
        await closeEmbeddedSqlite(opened);
        expect(opensOf(fresh)).toBe(0);
        expect(['', '-wal', '-shm'].map((suffix) => existsSync(fresh + suffix))).toEqual([true, false, false]);
      }
    } finally {
      globalThis.gc = gc;
    }
  });
});

describe('a process that closes nothing', () => {
  it.each([
    ['a script', []],
    ['text that is a module', ['--input-type=module', '--eval', readFileSync(processOf(), 'utf8'), '--']],
  ])('waits for its last write, and ends by itself: %s', async (_, options) => {
    const [script = processOf(), ...more] = options;
    const host = runProcess(script, [...more, BUILT, join(folder, 'other.sqlite')]);
    expect(await host.saying('changed: ')).toBe('1');
    expect(await host.ended()).toBe(0);
  });
});

function processOf(): string {
  return fileURLToPath(new URL('thread-process.mjs', import.meta.url));
}

/** How many of this process's files lie there. */
function opensOf(prefix: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(prefix);
    } catch {
      return false; // That of the listing itself.
    }
  }).length;
}
