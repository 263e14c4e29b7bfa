import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mysql } from '../../libs/emay-ims/src/database/dialects/mysql.js';
import { updateByJoin, updateByKey } from '../../libs/emay-ims/src/database/dialects/mysql-updates.js';
import type { RowValues, SqlDialect, UpdateFromRows } from '../../libs/emay-ims/src/database/sql-dialect.js';
import { maintenanceSql } from '../../libs/emay-ims/src/message-store/message-maintenance-sql.js';
import { IMS_MESSAGE_STATES, STATE_RANK } from '../../libs/emay-ims/src/messages/message-state.js';
import { databasesUnderTest } from '../support/databases.js';
import { runs } from '../support/runs.js';
import { openTestDatabase } from './open-database.js';
import { messageSql } from './store/message-parts.js';
import { StoreBench } from './store/store-bench.js';

const NOW = 1_764_000_000_000;
/** Two of them have the same CRC-32; others differ in case alone, or look like numbers. */
const IDS = ['plumless', 'buckeroo', 'a', 'A', 'b', '1', '01', '1.0', '-1', "it's", '\\', '"', '%_', 'x'.repeat(32)];
const ODD_IDS = ['a ', 'é', 'ä', 'y'.repeat(64), 'nobody'];
const TEXTS = [
  '',
  ' ',
  'a',
  'A',
  'same',
  'SAME',
  'same ',
  '007',
  '7',
  '1e3',
  'NULL',
  '?',
  "'; -- ",
  '\\',
  '\\\'"',
  '\0\n\x1a',
  '你好',
  '📦',
  'é',
  'e\u0301',
];
const LONG = 'z'.repeat(65);

const text = fc.option(fc.oneof(fc.constantFrom(...TEXTS), fc.string({ maxLength: 60 })), { nil: undefined });
const number = fc.option(fc.constantFrom(0, 1, 2, -1, 2 ** 31, 2 ** 32 + 1, NOW, 2 ** 53 - 1), { nil: undefined });
const mobile = fc.constantFrom('+61422118000', '+61422118001', '061422118001');
const state = fc.constantFrom(...IMS_MESSAGE_STATES);

const message = fc.record({
  custom_ims_id: fc.constantFrom(...IDS),
  ims_id: fc.option(fc.constantFrom(...TEXTS), { nil: null }),
  mobile,
  state,
  attempt: fc.constantFrom('token', 'other', null),
  attempts: fc.constantFrom(0, 1, 32_767),
  code: fc.constantFrom('ATTEMPT_ABANDONED', 'SUCCESS', null),
  due_at: fc.constantFrom(NOW - 1, NOW + 1, null),
});
const rowOf = {
  custom_ims_id: fc.oneof({ weight: 30, arbitrary: fc.constantFrom(...IDS) }, fc.constantFrom(...ODD_IDS)),
  state,
  ims_id: text,
  mobile: fc.option(mobile, { nil: undefined }),
  code: fc.oneof({ weight: 30, arbitrary: text }, fc.constant(LONG)),
  raw_answer: text,
  report_state: text,
  report_description: text,
  submit_time: number,
  receive_time: number,
  due_in: fc.option(fc.nat(), { nil: undefined }),
  attempts: fc.option(fc.constantFrom(0, 1), { nil: undefined }),
};
type GeneratedRow = RowValues & { custom_ims_id: string };
const byId = { selector: ({ custom_ims_id: id }: { custom_ims_id: string }) => id };
/** Often the same in all rows, as it usually is. */
const rows = fc
  .tuple(
    fc.uniqueArray(fc.record(rowOf), { minLength: 1, maxLength: 10, ...byId }),
    fc.record(rowOf),
    fc.subarray(Object.keys(rowOf).slice(1)),
  )
  .map(([generated, shared, names]) =>
    generated.map((row): GeneratedRow => {
      const some = { ...row, ...Object.fromEntries(names.map((name) => [name, shared[name as keyof typeof shared]])) };
      return { ...some, rank_to: STATE_RANK[some.state] };
    }),
  );
const messages = fc.uniqueArray(message, { maxLength: IDS.length, ...byId });

/** Everything that a row may hold, compared and assigned. */
const everything: UpdateFromRows = {
  columns: {
    custom_ims_id: 'varchar64',
    ims_id: 'varchar64',
    mobile: 'varchar64',
    raw_answer: 'varchar1000',
    report_description: 'varchar255',
    submit_time: 'bigint',
    attempts: 'bigint',
  },
  set: {
    ims_id: 'COALESCE(m.ims_id, r.ims_id)',
    raw_answer: 'r.raw_answer',
    report_description: "CASE WHEN r.report_description = 'same' THEN 'by its bytes' ELSE r.report_description END",
    gateway_submit_time: 'r.submit_time',
    accepted_at: '? + r.submit_time',
  },
  where: `m.account = ? AND m.custom_ims_id = r.custom_ims_id AND m.mobile = COALESCE(r.mobile, m.mobile)
    AND (r.attempts IS NULL OR r.attempts = m.attempts)`,
};

interface Case {
  set?: unknown[];
  where?: unknown[];
}
const CASES: Record<string, Case> = {
  everything: { set: [1] },
  accept: { where: ['token'] },
  recordOutcomes: { where: ['token'] },
  addImsIds: { where: ['token'] },
  applyReports: {},
  applyNamedReports: { set: ['page'] },
  markUnconfirmed: {},
  noteReported: {},
  deliver: { set: ['page'] },
  resend: {},
  giveUp: {},
  claimThese: { set: ['claim', 1_000] },
  release: { where: ['token'] },
  unhold: {},
  recover: {},
  expireHeld: { where: [1_000] },
  shortenReportWaits: { set: [1_000], where: [1_000] },
  holdFromNow: {},
};

function statementsOf(dialect: SqlDialect) {
  const { recover, expireHeld } = maintenanceSql(dialect);
  return {
    ...messageSql(dialect, { reportDeadlineMs: 1_000 }),
    everything: dialect.updateMessagesFromRows(everything),
    recover,
    expireHeld,
  } as unknown as Record<string, ReturnType<SqlDialect['updateMessagesFromRows']>>;
}

const isMariadb = databasesUnderTest().includes('mariadb');

(isMariadb ? describe : describe.skip)('an UPDATE by key leaves the same messages as that of a join', () => {
  let bench: StoreBench;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase('mariadb'));
  });
  afterAll(() => bench?.close());

  let byKey = 0;
  const fixed = { ...mysql, now: String(NOW) };
  const joined = statementsOf({
    ...fixed,
    updateMessagesFromRows: (update) => updateByJoin(update, mysql.rows(update.columns, 'r')),
  });
  const keyed = statementsOf({
    ...fixed,
    updateMessagesFromRows(update) {
      const make = updateByKey(update);
      const { make: otherwise } = mysql.updateMessagesFromRows(update);
      return {
        make: (parameters) => {
          const made = make(parameters);
          if (made) byKey++;
          return made ?? otherwise(parameters);
        },
      };
    },
  });

  async function store(account: string, stored: readonly Record<string, unknown>[]): Promise<void> {
    await bench.database.run('DELETE FROM emay_ims_message WHERE account = ?', [account]);
    if (stored.length === 0) return;
    const all = { account, content: 'x', priority: 0, created_at: NOW, outcome: 'X' };
    const values = stored.map((one) => ({ ...all, ...one }));
    await bench.database.run(`INSERT INTO emay_ims_message (${Object.keys(values[0]!).join(', ')}) VALUES ?`, [
      values.map((one) => Object.values(one)),
    ]);
  }
  const messagesOf = (account: string) =>
    bench.database.rows('SELECT * FROM emay_ims_message WHERE account = ? ORDER BY custom_ims_id', [account]);

  async function expectTheSame(name: string, stored: readonly Record<string, unknown>[], from: GeneratedRow[]) {
    const { set = [], where = [] } = CASES[name]!;
    const ends = [];
    for (const [account, statements] of [
      ['joined', joined],
      ['keyed', keyed],
    ] as const) {
      await store(account, stored);
      const { sql, parameters } = statements[name]!.make({ set, rows: from, where: [account, ...where] });
      const changed = await bench.database.run(sql, parameters);
      const left = (await messagesOf(account)).map((row) => ({ ...row, account: null }));
      ends.push({ changed, left });
    }
    expect(ends[1]).toEqual(ends[0]);
  }

  const expectAlways = async (name: string) => {
    byKey = 0;
    await fc.assert(
      fc.asyncProperty(messages, rows, (stored, from) => expectTheSame(name, stored, from)),
      runs(15),
    );
    expect(byKey).toBeGreaterThan(0);
  };

  it.each(Object.keys(CASES))('%s', expectAlways);

  it.each(['utf8mb4_general_ci', 'utf8mb4_bin'])('in a session with %s', async (collation) => {
    await bench.database.run(`SET SESSION collation_connection = ${collation}`);
    await expectAlways('everything');
  });

  it.each<[string, string[]]>([
    ['shared', ['SAME', 'SAME']],
    ['of their own', ['SAME', 'same']],
  ])('and compares values %s by their bytes, whatever the session does', async (_, values) => {
    await bench.database.run('SET SESSION collation_connection = utf8mb4_general_ci');
    const ids = ['a', 'b'];
    const stored = ids.map((id) => ({ custom_ims_id: id, mobile: '+61', state: 'ACCEPTED', attempts: 1 }));
    const from = ids.map((id, index) => ({ custom_ims_id: id, report_description: values[index] }));
    await expectTheSame('everything', stored, from);
    expect(await messagesOf('keyed')).toMatchObject(
      values.map((value) => ({ report_description: value === 'same' ? 'by its bytes' : value })),
    );
  });

  it('but leaves one alone whose id is only equal to that of a row, as if by chance', async () => {
    const two = ['a ', 'b'].map((id) => ({ custom_ims_id: id, mobile: '+61', state: 'SUBMITTING', attempts: 1 }));
    await store('blank', two);
    const from = ['a', 'b'].map((id) => ({ custom_ims_id: id, ims_id: `for ${id}` }));
    const { sql, parameters } = mysql
      .updateMessagesFromRows(everything)
      .make({ set: [1], rows: from, where: ['blank'] });
    expect(await bench.database.run(sql, parameters)).toBe(1);
    expect(await messagesOf('blank')).toMatchObject([
      { custom_ims_id: 'a ', ims_id: null },
      { custom_ims_id: 'b', ims_id: 'for b' },
    ]);
  });

  it('also of 999 messages at a time', async () => {
    const ids = Array.from({ length: 999 }, (_, index) => `many-${String(index).padStart(3, '0')}`);
    await store(
      'keyed',
      ids.map((id) => ({ custom_ims_id: id, mobile: '+61', state: 'ACCEPTED', attempts: 1 })),
    );
    const from = ids.map((id, index) => ({ custom_ims_id: id, report_state: 'DELIVRD', submit_time: NOW + index }));
    const { sql, parameters } = keyed.deliver!.make({ set: ['page'], rows: from, where: ['keyed'] });
    expect(await bench.database.run(sql, parameters)).toBe(999);
    expect((await messagesOf('keyed')).map((row) => Number(row.gateway_submit_time))).toEqual(
      ids.map((_, index) => NOW + index),
    );
  });
});
