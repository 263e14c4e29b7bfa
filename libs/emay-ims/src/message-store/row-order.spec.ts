import { describe, expect, it } from '@jest/globals';
import { mysql } from '../database/dialects/mysql.js';
import { postgres } from '../database/dialects/postgres.js';
import { sqlite } from '../database/dialects/sqlite.js';
import type { ImsDatabase, SqlSession, SqlStatement } from '../database/ims-database.js';
import { EventTransactions } from '../events/event-transactions.js';
import { MessageQueue } from './message-queue.js';
import { MessageResults } from './message-results.js';

interface Writers {
  queue: MessageQueue;
  results: MessageResults;
}

const IDS = ['b', 'C', 'a', 'c', 'B'];
const IN_ORDER = ['B', 'C', 'a', 'b', 'c'];

/** The ids among the parameters of each statement that the work runs: a list of their own, or the first column in JSON. */
async function idsInStatements(
  dialect: ImsDatabase['dialect'],
  work: (writers: Writers, session: SqlSession) => Promise<unknown>,
): Promise<string[][]> {
  const lists: string[][] = [];
  const keep = (sql: string, parameters: readonly unknown[] = []) => {
    // A row of a list locks no message.
    if (/INSERT INTO emay_ims_(?:due|attempt)/.test(sql)) return;
    for (const parameter of parameters) {
      if (Array.isArray(parameter)) {
        if (parameter.every((id) => IDS.includes(id as string))) return void lists.push(parameter as string[]);
        continue;
      }
      if (typeof parameter !== 'string' || !parameter.startsWith('[')) continue;
      lists.push((JSON.parse(parameter) as [string][]).map(([id]) => id));
    }
  };
  const session: SqlSession = {
    rows: async (sql, parameters) => (keep(sql, parameters), []),
    run: async (sql, parameters) => (keep(sql, parameters), 0),
  };
  const transaction = (inside: (session: SqlSession) => Promise<unknown>) => inside(session);
  const runAll = async (statements: readonly SqlStatement[]) => statements.forEach((statement) => keep(...statement));
  const database = { dialect, ...session, transaction, runAll } as unknown as ImsDatabase;
  const events = new EventTransactions(database, 'account');
  const results = new MessageResults(database, 'account', events, { reportDeadlineMs: 1 });
  await work({ queue: new MessageQueue(database, 'account'), results }, session);
  return lists;
}

describe.each([sqlite, postgres, mysql])('the rows of a statement on $name', (dialect) => {
  const attempt = { token: 't', lastsMs: 1 };
  const message = { mobile: '+611', content: 'x', priority: 0, sendAt: null, expiresAt: null };
  const outcome = { state: 'ACCEPTED', code: null, imsId: '1', rawAnswer: null } as const;
  const report = { imsId: null, mobile: null, state: 'DELIVERED', reportState: 'DELIVRD', description: null } as const;
  const times = { submitTime: null, receiveTime: null };

  it.each<[string, (writers: Writers, session: SqlSession) => Promise<unknown>]>([
    [
      'insertQueued',
      ({ queue }, session) =>
        queue.insertQueued(
          IDS.map((customImsId) => ({ ...message, customImsId })),
          new Date(),
          session,
        ),
    ],
    [
      'insertSubmitting',
      ({ queue }) =>
        queue.insertSubmitting(
          IDS.map((customImsId) => ({ ...message, customImsId })),
          attempt,
        ),
    ],
    ['claimThese', ({ queue }) => queue.claimThese(IDS, attempt)],
    [
      'recordOutcomes',
      ({ results }) =>
        results.recordOutcomes(
          't',
          IDS.map((customImsId) => ({ ...outcome, customImsId })),
        ),
    ],
    [
      'release',
      ({ queue }) =>
        queue.release(
          't',
          IDS.map((customImsId) => ({ customImsId, code: null, dueInMs: 0 })),
        ),
    ],
    ['unhold', ({ queue }, session) => queue.unhold(IDS, session)],
    [
      'applyReports',
      ({ results }, session) =>
        results.applyReports(
          IDS.map((customImsId) => ({ ...report, ...times, customImsId })),
          session,
        ),
    ],
    [
      'applyNamedReports',
      ({ results }, session) =>
        results.applyNamedReports(
          IDS.map((customImsId) => ({ ...report, ...times, customImsId })),
          session,
        ),
    ],
  ])(
    'of %s are in the order of their ids, so that two writers of the same messages wait instead of deadlocking',
    async (_, work) => {
      const lists = await idsInStatements(dialect, work);
      expect(lists.length).toBeGreaterThan(0);
      for (const ids of lists) expect(ids).toEqual(IN_ORDER);
    },
  );

  it('are in one statement on a server where their states differ; on SQLite, with its one writer, they need not be', async () => {
    const states = ['DELIVERED', 'UNDELIVERABLE', 'DELIVERED', 'UNKNOWN', 'REJECTED'] as const;
    const lists = await idsInStatements(dialect, ({ results }, session) =>
      results.applyNamedReports(
        IDS.map((customImsId, index) => ({ ...report, ...times, customImsId, state: states[index]! })),
        session,
      ),
    );
    // The first statement of SQLite moves nobody here, so the second is about all.
    expect(lists).toEqual(dialect.name === 'sqlite' ? [['a', 'b'], IN_ORDER] : [IN_ORDER]);
  });
});
