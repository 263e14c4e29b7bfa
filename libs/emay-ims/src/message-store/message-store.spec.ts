import { describe, expect, it } from '@jest/globals';
import { mysql } from '../database/dialects/mysql.js';
import { postgres } from '../database/dialects/postgres.js';
import { sqlite } from '../database/dialects/sqlite.js';
import type { ImsDatabase, SqlSession } from '../database/ims-database.js';
import { MessageStore } from './message-store.js';

const IDS = ['b', 'C', 'a', 'c', 'B'];
const IN_ORDER = ['B', 'C', 'a', 'b', 'c'];

/** The ids among the parameters of each statement that the work runs: a column of their own, or the first one in JSON. */
async function idsHandedOver(
  dialect: ImsDatabase['dialect'],
  work: (store: MessageStore, session: SqlSession) => Promise<unknown>,
): Promise<string[][]> {
  const lists: string[][] = [];
  const keep = (parameters: readonly unknown[] = []) => {
    for (const parameter of parameters) {
      if (Array.isArray(parameter)) return void lists.push(parameter as string[]);
      if (typeof parameter !== 'string' || !parameter.startsWith('[')) continue;
      lists.push((JSON.parse(parameter) as [string][]).map(([id]) => id));
    }
  };
  const session: SqlSession = {
    rows: async (_, parameters) => (keep(parameters), []),
    run: async (_, parameters) => (keep(parameters), 0),
  };
  const transaction = (inside: (session: SqlSession) => Promise<unknown>) => inside(session);
  const database = { dialect, ...session, transaction } as unknown as ImsDatabase;
  await work(new MessageStore(database, 'account', { reportDeadlineMs: 1, holdMs: 1 }), session);
  return lists;
}

describe.each([sqlite, postgres, mysql])('the rows of a statement on $name', (dialect) => {
  const attempt = { token: 't', lastsMs: 1 };
  const message = { mobile: '+611', content: 'x', priority: 0, sendAt: null, expiresAt: null };
  const settlement = { state: 'ACCEPTED', code: null, imsId: '1', rawAnswer: null } as const;
  const report = { imsId: null, mobile: null, state: 'DELIVERED', reportState: 'DELIVRD', description: null } as const;
  const times = { submitTime: null, receiveTime: null };

  it.each<[string, (store: MessageStore, session: SqlSession) => Promise<unknown>]>([
    [
      'insertQueued',
      (store, session) =>
        store.insertQueued(
          IDS.map((customImsId) => ({ ...message, customImsId })),
          new Date(),
          session,
        ),
    ],
    [
      'insertSubmitting',
      (store) =>
        store.insertSubmitting(
          IDS.map((customImsId) => ({ ...message, customImsId })),
          attempt,
        ),
    ],
    ['claimThese', (store) => store.claimThese(IDS, attempt)],
    [
      'settle',
      (store) =>
        store.settle(
          't',
          IDS.map((customImsId) => ({ ...settlement, customImsId })),
        ),
    ],
    [
      'release',
      (store) =>
        store.release(
          't',
          IDS.map((customImsId) => ({ customImsId, code: null, dueInMs: 0 })),
        ),
    ],
    ['unhold', (store, session) => store.unhold(IDS, session)],
    [
      'applyReports',
      (store, session) =>
        store.applyReports(
          IDS.map((customImsId) => ({ ...report, ...times, customImsId })),
          session,
        ),
    ],
    [
      'applyNamedReports',
      (store, session) =>
        store.applyNamedReports(
          IDS.map((customImsId) => ({ ...report, ...times, customImsId })),
          session,
        ),
    ],
  ])(
    'of %s are in the order of their ids, so that two writers of the same messages wait instead of deadlocking',
    async (_, work) => {
      const lists = await idsHandedOver(dialect, work);
      expect(lists.length).toBeGreaterThan(0);
      for (const ids of lists) expect(ids).toEqual(IN_ORDER);
    },
  );

  it('are in one statement on a server where their states differ; on SQLite, with its one writer, they need not be', async () => {
    const states = ['DELIVERED', 'UNDELIVERABLE', 'DELIVERED', 'UNKNOWN', 'REJECTED'] as const;
    const lists = await idsHandedOver(dialect, (store, session) =>
      store.applyNamedReports(
        IDS.map((customImsId, index) => ({ ...report, ...times, customImsId, state: states[index]! })),
        session,
      ),
    );
    // The first statement of SQLite moves nobody here, so the second is about all.
    expect(lists).toEqual(dialect.name === 'sqlite' ? [['a', 'b'], IN_ORDER] : [IN_ORDER]);
  });
});
