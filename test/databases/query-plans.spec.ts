import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { sqlite } from '../../libs/emay-ims/src/database/dialects/sqlite.js';
import type { RowsStatement } from '../../libs/emay-ims/src/database/sql-dialect.js';
import { MessageFinder } from '../../libs/emay-ims/src/message-store/message-finder.js';
import type { MessageChange } from '../../libs/emay-ims/src/message-store/message-changes.js';
import { ID_ROW } from '../../libs/emay-ims/src/message-store/statement-parts.js';
import { IMS_ID_ROW } from '../../libs/emay-ims/src/message-store/message-results-sql.js';
import { decisionsSql, SEEN_ROW } from '../../libs/emay-ims/src/message-store/message-decisions.js';
import { TRACE_ROW, traceSql } from '../../libs/emay-ims/src/message-store/message-trace.js';
import { dueSql } from '../../libs/emay-ims/src/message-store/due-list.js';
import { ORDERED_ID_ROW } from '../../libs/emay-ims/src/message-store/message-queue-sql.js';
import { messageSql } from './store/message-parts.js';
import { UnappliedReportStore } from '../../libs/emay-ims/src/reports/unapplied-report-store.js';
import { databasesUnderTest, type DatabaseKind } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import { describeReads, statementOf, type Statement } from './store/reads.js';
import { crowd, CROWD, type Crowd } from './store/crowd.js';
import { HOLD_MS, HOUR, REPORT_DEADLINE_MS, StoreBench } from './store/store-bench.js';

/** What a statement about `rows` messages may read: each of them a few times over, on its way through an index. */
const READS_PER_ROW = 6;

const NAMES = [
  'claim',
  'claimThese',
  'recordOutcomes',
  'accept',
  'addImsIds',
  'release',
  'unhold',
  'applyReports',
  'applyNamedReports',
  'deliver',
  'findStates',
  'findByIds',
  'findByImsIds',
  'cancel',
  'the search for held messages',
  'what is to be listed',
  'recordOutcomes, told of',
  'accept, told of',
  'deliver, told of',
  'applyReports, told of',
  'what has just been changed',
  'abandoned attempts',
  'overdue reports',
  'held messages',
  'messages that a clock step has delayed',
  'attempts in the future',
  'report waits that end too late',
  'messages on hold since the future',
  'the search for messages on hold since the future',
  'expired messages',
  'traces of releases',
  'traces of contradictions',
  'messages as seen before a decision',
];

describe.each(databasesUnderTest())(`what statements read of ${CROWD} messages on %s`, (kind: DatabaseKind) => {
  let bench: StoreBench;
  let people: Crowd;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
    people = await crowd(bench);
  }, 120_000);
  afterAll(() => bench.close());

  const statements = (): Record<string, Statement> => {
    const { dialect } = bench.database;
    const sql = messageSql(dialect, { reportDeadlineMs: REPORT_DEADLINE_MS });
    const { account, ids, imsIds, token } = people;
    const named = (count: number, more: object = {}) =>
      ids.slice(0, count).map((custom_ims_id) => ({ custom_ims_id, ...more }));
    const rows = (count: number) => dialect.encodeRows(ID_ROW, named(count));
    const traceRows = (count: number) =>
      dialect.encodeRows(
        TRACE_ROW,
        named(count).map((row) => ({ ...row, id: row.custom_ims_id, attempt: token })),
      );
    const imsIdRows = imsIds.slice(0, 500).map((ims_id, index) => ({ ims_id, mobile: people.mobiles[index] }));
    const update = (
      statement: RowsStatement,
      count: number,
      parameters: { set?: unknown[]; more?: object; where?: unknown[] } = {},
    ): Statement => ({
      ...statement.make({
        set: parameters.set,
        rows: named(count, parameters.more),
        where: [account, ...(parameters.where ?? [])],
      }),
      about: count,
    });
    const told = ({ returning, lock }: MessageChange) => (dialect.hasReturning ? returning : lock);
    const report = { state: 'DELIVERED', rank_to: 7, report_state: 'DELIVRD' };
    return {
      claim: dialect.hasReturning
        ? {
            sql: sql.claim,
            parameters: [
              ...dialect.encodeRows(
                ORDERED_ID_ROW,
                named(300).map((row, position) => ({ ...row, position })),
              ),
              ...[account, token, HOUR],
            ],
            about: 300,
          }
        : { sql: sql.lockQueued, parameters: [...rows(300), account], about: 300 },
      claimThese: update(sql.claimThese, 300, { set: [token, HOUR] }),
      recordOutcomes: update(sql.recordOutcomes, 300, { more: { state: 'ACCEPTED', rank_to: 3 }, where: [token] }),
      accept: update(sql.accept, 300, { where: [token] }),
      addImsIds: update(sql.addImsIds, 300, { more: { ims_id: '1' }, where: [token] }),
      release: update(sql.release, 300, { where: [token] }),
      unhold: update(sql.unhold, 300),
      applyReports: update(sql.applyReports, 500, { more: report }),
      applyNamedReports: update(sql.applyNamedReports, 500, { set: ['page'], more: report }),
      deliver: update(sql.deliver, 500, { set: ['page'], more: { report_state: 'DELIVRD' } }),
      findStates: { sql: sql.findStates, parameters: [...rows(500), account], about: 500 },
      findByIds: { sql: sql.findByIds, parameters: [...rows(500), account], about: 500 },
      findByImsIds: {
        sql: sql.findByImsIds,
        parameters: [...dialect.encodeRows(IMS_ID_ROW, imsIdRows), account],
        about: 500,
      },
      cancel: { sql: sql.cancel, parameters: [account, ids[0]], about: 1 },
      'the search for held messages': { sql: sql.findHeld, parameters: [account, HOLD_MS, 1_000], about: people.held },
      'the search for messages on hold since the future': {
        sql: sql.findHeldInFuture,
        parameters: [account, 1_000],
        about: people.held,
      },
      'what is to be listed': { sql: dueSql(dialect).findQueued, parameters: [...rows(300), account], about: 300 },
      'recordOutcomes, told of': update(told(sql.recordOutcomes), 300, {
        more: { state: 'ACCEPTED', rank_to: 3 },
        where: [token],
      }),
      'accept, told of': update(told(sql.accept), 300, { where: [token] }),
      'deliver, told of': update(told(sql.deliver), 500, {
        set: dialect.hasReturning ? ['page'] : [],
        more: { report_state: 'DELIVRD' },
      }),
      'applyReports, told of': update(told(sql.applyReports), 500, { more: report }),
      'what has just been changed': { sql: sql.findChanged, parameters: [...rows(500), account], about: 500 },
      'abandoned attempts': update(sql.recover, 500),
      'overdue reports': update(sql.endReportWaits, 500),
      'messages that a clock step has delayed': update(sql.makeQueuedReady, 500),
      'attempts in the future': update(sql.endFutureAttempts, 500),
      'report waits that end too late': update(sql.shortenReportWaits, 500, {
        set: [REPORT_DEADLINE_MS],
        where: [REPORT_DEADLINE_MS],
      }),
      'messages on hold since the future': update(sql.holdFromNow, 500),
      'expired messages': update(sql.expire, 500),
      'held messages': update(sql.expireHeld, 500, { where: [HOLD_MS] }),
      'traces of releases': { sql: traceSql(dialect).released, parameters: [...traceRows(300), account], about: 300 },
      'traces of contradictions': {
        sql: traceSql(dialect).contradicted,
        parameters: [...traceRows(500), account],
        about: 500,
      },
      'messages as seen before a decision': {
        sql: decisionsSql(dialect).lockAsSeen,
        parameters: [...dialect.encodeRows(SEEN_ROW, named(500)), account, 'UNCONFIRMED'],
        about: 500,
      },
    };
  };

  const expectFewReads = async (name: string) => {
    const statement = statements()[name] as Statement;
    const reads = await describeReads(bench.database, kind, statement);
    expect(reads.scans).toEqual([]);
    expect(reads.rows ?? 0).toBeLessThanOrEqual(READS_PER_ROW * statement.about + 60);
  };

  it('a page far from the newest message: what is on it', async () => {
    const [one] = await bench.store(people.account).finder.findByIds([people.ids[250] as string]);
    const find = (database: ImsDatabase) =>
      new MessageFinder(database, people.account).find({ limit: 100, after: one });
    const reads = await describeReads(bench.database, kind, await statementOf(find, bench.database, 100));
    expect(reads.scans).toEqual([]);
    expect(reads.rows ?? 0).toBeLessThanOrEqual(250);
  });

  it('messages of a number: those alone, whatever else there is', async () => {
    const mobile = people.mobiles[250] as string;
    const find = (database: ImsDatabase) => new MessageFinder(database, people.account).find({ limit: 11, mobile });
    const reads = await describeReads(bench.database, kind, await statementOf(find, bench.database, 11));
    // MariaDB sorts what it has found by its number.
    expect(reads.scans.filter((step) => !/"key":"emay_ims_message_mobile"/.test(step))).toEqual([]);
    expect(reads.rows ?? 0).toBeLessThanOrEqual(40);
  });

  // The collation of a column of PostgreSQL may be any, so nothing can be promised there.
  if (kind !== 'postgres') {
    it('messages by what their ids begin with: a range of their index', async () => {
      const idPrefix = (people.ids[250] as string).slice(0, -1);
      const find = (database: ImsDatabase) =>
        new MessageFinder(database, people.account).find({ limit: 100, idPrefix });
      const reads = await describeReads(bench.database, kind, await statementOf(find, bench.database, 100));
      // They are put in order once they are found.
      expect(reads.scans.filter((step) => !/"type":"range"/.test(step))).toEqual([]);
      expect(reads.rows ?? 0).toBeLessThanOrEqual(200);
    });
  }

  it('the search for messages of orphaned reports: a few for each orphan', async () => {
    const unappliedReports = new UnappliedReportStore(bench.database, people.account);
    const orphans = Array.from({ length: 500 }, (_, position) => ({
      position,
      mobile: people.mobiles[position] ?? null,
      imsId: position % 2 === 0 ? `stranger-${position}` : (people.imsIds[position] ?? null),
      customImsId: `stranger-${position}`,
      state: 'DELIVRD',
      description: null,
      receiveTime: null,
      submitTime: null,
      receiveTimeText: null,
      submitTimeText: null,
    }));
    await unappliedReports.keep('page', orphans, [], bench.database);
    const find = (database: ImsDatabase) => new UnappliedReportStore(database, people.account).lookAtNewest(500);
    const statement = await statementOf(find, bench.database, 500);
    const reads = await describeReads(bench.database, kind, statement);
    expect(reads.scans).toEqual([]);
    // MariaDB counts the rows of its temporary table as well.
    expect(reads.rows ?? 0).toBeLessThanOrEqual(8 * 500);
    expect((await unappliedReports.lookAtNewest(500)).withMessage.length).toBeGreaterThan(200);
  });

  it.each(NAMES)('%s: no more than it is about, through an index', expectFewReads);

  if (kind !== 'sqlite') return;

  it.each(['applyReports', 'findStates'] as const)(
    '%s: the whole account for each row, were it not for the condition made for SQLite',
    async (name) => {
      const naive = messageSql({ ...sqlite, accountIs: () => 'm.account = ?' }, { reportDeadlineMs: 1 });
      const { account } = people;
      const statement =
        name === 'applyReports'
          ? naive.applyReports.make({ rows: [], where: [account] })
          : { sql: naive.findStates, parameters: ['[]', account] };
      const { scans } = await describeReads(bench.database, kind, { ...statement, about: 500 });
      expect(scans).toEqual([expect.stringMatching(/^SEARCH m USING .*\(account=\?\)$/)]);
    },
  );

  describe('once somebody has run ANALYZE', () => {
    beforeAll(async () => {
      await bench.database.rows('ANALYZE');
    });

    it.each(NAMES)('%s: the same', expectFewReads);
  });
});
