import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmayImsStoreError } from 'nestjs-emay-ims';
import { MigrationExecutor, type DataSource, type QueryRunner } from 'typeorm';
import { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { unpackIds } from '../../libs/emay-ims/src/message-store/packed-ids.js';
import { IMS_MESSAGE_STATES } from '../../libs/emay-ims/src/messages/message-state.js';
import { QueueApart1764900000000 } from '../../libs/emay-ims/src/schema/migrations/1764900000000-queue-apart.js';
import { databasesUnderTest, dialectOf } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import { messageParts } from './store/message-parts.js';
import { FAR_FUTURE, HOLD_MS, LONG_AGO, newAttempt, REPORT_DEADLINE_MS } from './store/store-bench.js';
import { undoFrom } from './undo-migrations.js';

/** A message as the release before stored it; the times as in its row. */
interface Former {
  id: string;
  state: string;
  account?: string;
  priority?: number;
  dueAt?: number | null;
  expiresAt?: number | null;
  attempt?: string | null;
}

const many = (count: number, common: Omit<Former, 'id'>, prefix: string): Former[] =>
  Array.from({ length: count }, (_, index) => ({ id: `${prefix}-${index}`, ...common }));

const QUEUED = { state: 'QUEUED', dueAt: LONG_AGO };
/** Enough for several rows of each list, and of each state one. */
const BEFORE: readonly Former[] = [
  ...IMS_MESSAGE_STATES.map((state) => ({ id: state, state, dueAt: LONG_AGO })),
  ...many(650, { ...QUEUED, priority: 1 }, 'bulk'),
  ...many(3, { ...QUEUED, priority: 9 }, 'urgent'),
  ...many(3, { ...QUEUED, dueAt: FAR_FUTURE }, 'later'),
  ...many(3, { ...QUEUED, expiresAt: FAR_FUTURE }, 'until later'),
  ...many(2, { ...QUEUED, expiresAt: LONG_AGO }, 'too late'),
  ...many(2, { state: 'QUEUED', dueAt: null }, 'held'),
  ...many(310, { state: 'ACCEPTED', dueAt: FAR_FUTURE, attempt: 'first' }, 'first'),
  ...many(3, { state: 'ACCEPTED', dueAt: FAR_FUTURE, attempt: 'second' }, 'second'),
  ...many(2, { state: 'SUBMITTING', dueAt: LONG_AGO, attempt: 'third' }, 'third'),
  ...many(3, { ...QUEUED, account: 'b', priority: 1 }, 'bulk'),
  { id: `"q'u\\o/t<e>`, ...QUEUED },
];

/** What the release before lists a message by. */
const FORMER_LISTED = `CASE WHEN state IN ('SUBMITTING', 'ACCEPTED', 'DELIVERED') THEN 'HANDED_OVER' ELSE state END`;

const FORMER_INDEX = {
  postgres: "SELECT 1 FROM pg_class WHERE relname = 'emay_ims_message_listed'",
  mysql: `SELECT 1 FROM information_schema.statistics
    WHERE table_schema = DATABASE() AND index_name = 'emay_ims_message_listed'`,
};

describe.each(databasesUnderTest())('the migration that puts the queue apart on %s', (kind) => {
  let source: DataSource;
  let database: ImsDatabase;
  let close: () => Promise<void>;
  beforeEach(async () => {
    const opened = await openTestDatabase(kind);
    source = await opened.connect();
    database = new ImsDatabase(source);
    close = () => opened.close();
    await undoFrom('QueueApart', source);
    await store(BEFORE);
  });
  afterEach(() => close());

  /** This migration, and those after it. */

  async function store(messages: readonly Former[]): Promise<void> {
    await database.transaction(async (session) => {
      for (const { id, state, account = 'a', priority = 0, dueAt = null, expiresAt = null, attempt = null } of messages)
        await session.run(
          `INSERT INTO emay_ims_message
             (account, custom_ims_id, mobile, content, state, priority, attempts, created_at, due_at, expires_at, attempt)
           VALUES (?, ?, ?, 'x', ?, ?, 0, 1, ?, ?, ?)`,
          [account, id, `+61${id}`.slice(0, 20), state, priority, dueAt, expiresAt, attempt],
        );
      await session.run(
        `UPDATE emay_ims_message SET listed_as = ${FORMER_LISTED}, listed_at = CASE WHEN state = 'QUEUED' THEN due_at ELSE created_at END`,
      );
    });
  }

  const openStore = (account = 'a') =>
    messageParts(database, account, { reportDeadlineMs: REPORT_DEADLINE_MS, holdMs: HOLD_MS });

  /** Every entry of a list, as `account id what its row says`. */
  async function listed(table: string, columns: readonly string[]): Promise<string[]> {
    const rows = await database.rows(`SELECT * FROM ${table}`);
    const ids = rows.map((row) => unpackIds(String(row.ids)));
    expect(ids.filter(({ length }) => length === 0 || length > 300)).toEqual([]);
    return rows
      .flatMap((row, index) =>
        (ids[index] as string[]).map((id) => [row.account, id, ...columns.map((column) => row[column])].join(' ')),
      )
      .toSorted();
  }
  const listedDue = () => listed('emay_ims_due', ['priority', 'due_at', 'expires_at']);
  const listedAttempts = () => listed('emay_ims_attempt', ['attempt', 'due_at']);

  /** Each message that waits stands in its list, once, and the others nowhere. */
  async function expectListed(messages: readonly Former[] = BEFORE): Promise<void> {
    const waiting = (states: readonly string[]) =>
      messages.filter(({ state, dueAt }) => states.includes(state) && dueAt !== null);
    expect(await listedDue()).toEqual(
      waiting(['QUEUED'])
        .map(({ account = 'a', id, priority = 0, dueAt, expiresAt = null }) =>
          [account, id, priority, dueAt, expiresAt].join(' '),
        )
        .toSorted(),
    );
    expect(await listedAttempts()).toEqual(
      waiting(['SUBMITTING', 'ACCEPTED'])
        .map(({ account = 'a', id, attempt = '', dueAt }) => [account, id, attempt, dueAt].join(' '))
        .toSorted(),
    );
    const outcomes = await database.rows('SELECT state, due_at, outcome FROM emay_ims_message');
    const usual = ['QUEUED', 'SUBMITTING', 'ACCEPTED', 'DELIVERED'];
    const outcomeOf = ({ state, due_at: dueAt }: Record<string, unknown>) =>
      state === 'QUEUED' && dueAt === null ? 'HELD' : usual.includes(String(state)) ? null : state;
    expect(outcomes.filter((row) => row.outcome !== outcomeOf(row))).toEqual([]);
  }

  it('lists every message that waits once', async () => {
    await source.runMigrations();
    await expectListed();
    const { QUEUED: queued } = await openStore().finder.stats();
    expect(queued).toBe(BEFORE.filter(({ state, account }) => state === 'QUEUED' && account === undefined).length);
  });

  it('leaves each message that is ready to one claim, the most urgent first', async () => {
    await source.runMigrations();
    const { queue, maintenance } = openStore();
    expect(await maintenance.expire()).toBe(2);
    const claimed: string[] = [];
    for (let some = ['']; some.length > 0; claimed.push(...some))
      some = (await queue.claim(300, newAttempt())).map(({ customImsId }) => customImsId);
    const ready = BEFORE.filter(
      ({ state, account, dueAt, expiresAt }) =>
        state === 'QUEUED' && account === undefined && dueAt === LONG_AGO && expiresAt !== LONG_AGO,
    );
    expect(claimed.slice(0, 300)).toEqual(expect.arrayContaining(['urgent-0', 'urgent-1', 'urgent-2']));
    expect(claimed.toSorted()).toEqual(ready.map(({ id }) => id).toSorted());
    expect(await openStore('b').queue.claim(300, newAttempt())).toHaveLength(3);
  });

  it('finds what is overdue, and keeps what the release before still records', async () => {
    await source.runMigrations();
    // It records an answer that was under way without the columns that are gone.
    await database.run(
      "UPDATE emay_ims_message SET state = 'ACCEPTED', due_at = ? WHERE custom_ims_id = 'third-0' AND state = 'SUBMITTING'",
      [FAR_FUTURE],
    );
    const { maintenance } = openStore();
    expect(await maintenance.recoverStalledAttempts()).toBe(2); // `third-1`, and that of the state.
    expect(await maintenance.endOverdueReportWaits()).toBe(1);
    expect(await listedAttempts()).toContain(`a third-0 third ${FAR_FUTURE}`);
    expect(await listedAttempts()).toHaveLength(310 + 3 + 1);
    await expect(database.run("UPDATE emay_ims_message SET listed_as = 'QUEUED'")).rejects.toThrow(EmayImsStoreError);
  });

  it('is taken back to lists as the release before has them, and made again', async () => {
    await source.runMigrations();
    await undoFrom('QueueApart', source);
    const wrong = await database.rows(
      `SELECT custom_ims_id FROM emay_ims_message WHERE COALESCE(listed_as, 'HANDED_OVER') <> ${FORMER_LISTED}
         OR state = 'QUEUED' AND COALESCE(listed_at, 0) <> COALESCE(due_at, 0)
         OR state IN ('SUBMITTING', 'ACCEPTED') AND listed_at IS NULL`,
    );
    expect(wrong).toEqual([]);
    const more = many(3, { ...QUEUED, priority: 1 }, 'bulk more');
    await store(more);
    await source.runMigrations();
    await expectListed([...BEFORE, ...more]);
  });

  if (kind === 'sqlite') return;

  /** A runner whose process is killed after so many statements. */
  function dying(last: number): QueryRunner {
    const runner = source.createQueryRunner();
    const query = runner.query.bind(runner) as (...parameters: unknown[]) => Promise<unknown>;
    let sent = 0;
    runner.query = (async (...parameters: unknown[]) => {
      if (++sent > last) throw new Error('killed');
      return query(...parameters);
    }) as QueryRunner['query'];
    return runner;
  }

  async function runsUntil(last: number, way: 'up' | 'down'): Promise<boolean> {
    const runner = dying(last);
    try {
      await new QueueApart1764900000000()[way](runner);
      return true;
    } catch (error) {
      if (String(error) !== 'Error: killed') throw error;
      return false;
    } finally {
      await runner.release();
    }
  }

  it('lists nothing twice wherever a process was killed that runs it without a transaction', async () => {
    for (let last = 1; !(await runsUntil(last, 'up')); last++) {
      await runsUntil(Infinity, 'up');
      await expectListed();
      await runsUntil(Infinity, 'down');
    }
    await runsUntil(Infinity, 'up');
    await expectListed();
  });

  it('leaves no list to the release before wherever a process was killed that takes it back', async () => {
    await source.runMigrations();
    for (let last = 1; !(await runsUntil(last, 'down')); last++) {
      const isFormer = await database.rows('SELECT listed_as FROM emay_ims_message').catch(() => null);
      if (isFormer) await expect(listedDue()).rejects.toThrow(EmayImsStoreError);
      await runsUntil(Infinity, 'down');
      expect(await database.rows(FORMER_INDEX[dialectOf(kind)])).not.toEqual([]);
      await runsUntil(Infinity, 'up');
      await expectListed();
    }
  });

  if (dialectOf(kind) !== 'mysql') return;

  it('lists all, however short the texts are that the server is set to aggregate', async () => {
    const runner = source.createQueryRunner();
    await runner.query('SET SESSION group_concat_max_len = 64');
    await runner.query("SET SESSION sql_mode = ''");
    const executor = new MigrationExecutor(source, runner);
    await executor.executePendingMigrations();
    await runner.release();
    await expectListed();
  });
});
