import type { ImsDatabase, SqlRow, SqlSession } from '../database/ims-database.js';
import type { RowColumns } from '../database/sql-dialect.js';
import { SUBSCRIBER_DIGITS, type DeliveryReport, type MalformedReport } from '../protocol/index.js';
import { malformedHash, namesMessage, reportHash } from './report-hash.js';

const COLUMNS: RowColumns = {
  position: 'bigint',
  status: 'varchar64',
  mobile: 'varchar64',
  ims_id: 'varchar64',
  custom_ims_id: 'varchar64',
  state: 'varchar64',
  description: 'varchar255',
  receive_time: 'bigint',
  submit_time: 'bigint',
  reason: 'varchar255',
  raw: 'text',
  report_hash: 'varchar64',
};
const NAMES = Object.keys(COLUMNS);
const UNMATCHED_COLUMNS = ['batch_id', 'created_at', ...NAMES].map((name) => `r.${name}`).join(', ');
const MAX_MOBILE_LENGTH = 24;

const end = (mobile: string) => `SUBSTR(${mobile}, LENGTH(${mobile}) - ${SUBSCRIBER_DIGITS - 1})`;
/** As in `matchReports`, of a message that our id names. */
const IS_ITS_MESSAGE = `(r.mobile IS NULL OR r.mobile = m.mobile OR r.ims_id = m.ims_id
    OR ((r.ims_id IS NULL OR m.ims_id IS NULL) AND LENGTH(r.mobile) > ${SUBSCRIBER_DIGITS} AND ${end('r.mobile')} = ${end('m.mobile')}))`;

/** Behind a place, by time. */
const IS_BEHIND = `r.created_at >= ? AND (r.created_at > ? OR r.batch_id > ? OR (r.batch_id = ? AND r.position > ?))`;

/** An unmatched report, with its place in the table. */
export interface UnmatchedReport {
  batchId: string;
  report: DeliveryReport;
  /** When it came, by the database's clock. */
  createdAt: number;
}

/** Some unmatched reports were looked at. */
export interface Look {
  /** Those whose message has turned up. */
  withMessage: UnmatchedReport[];
  /** The last of them by time; `null`: there are no more. */
  last: UnmatchedReport | null;
}

/** Reports that were not applied, table `emay_ims_report`: unmatched or malformed. */
export class UnappliedReportStore {
  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
  ) {}

  /**
   * Stores them, each once, however often it comes and in however many batches, also by several instances at a time.
   *
   * @returns the positions of those that were not kept before
   */
  async keep(
    batchId: string,
    unmatched: readonly DeliveryReport[],
    malformed: readonly MalformedReport[],
    session: SqlSession,
  ): Promise<ReadonlySet<number>> {
    const hashes = hasher();
    const rows = [
      ...unmatched.map((report) => ({
        position: report.position,
        status: 'ORPHANED',
        mobile: report.mobile?.slice(0, MAX_MOBILE_LENGTH),
        ims_id: report.imsId ?? undefined,
        custom_ims_id: report.customImsId ?? undefined,
        state: report.state,
        description: report.description ?? undefined,
        receive_time: report.receiveTime?.getTime(),
        submit_time: report.submitTime?.getTime(),
        report_hash: hashes.ofReport(report),
      })),
      ...malformed.map((item) => ({
        ...{ position: item.position, status: 'QUARANTINED', reason: item.reason, raw: item.raw },
        report_hash: hashes.ofMalformed(item),
      })),
    ];
    const positions = new Set(rows.map(({ position }) => position));
    if (rows.length === 0) return positions;
    const { dialect } = this.database;
    const insert = dialect.insertNew(
      'emay_ims_report',
      ['batch_id', 'account', 'created_at', ...NAMES],
      `SELECT ?, ?, ${dialect.now}, ${NAMES.map((name) => `r.${name}`).join(', ')} FROM ${dialect.rows(COLUMNS, 'r')}`,
    );
    // A batch that is read again, at a person's wish, has some from before.
    const before = await this.positionsOf(batchId, session);
    await session.run(insert, [batchId, this.account, ...dialect.encodeRows(COLUMNS, rows)]);
    // Not by its count: MySQL counts those that were there.
    const ours = await this.positionsOf(batchId, session);
    return new Set([...ours].filter((position) => positions.has(position) && !before.has(position)));
  }

  private async positionsOf(batchId: string, session: SqlSession): Promise<Set<number>> {
    const rows = await session.rows('SELECT position FROM emay_ims_report WHERE batch_id = ?', [batchId]);
    return new Set(rows.map(({ position }) => Number(position)));
  }

  /** Which of the newest so many unmatched reports have their message now. */
  lookAtNewest(limit: number): Promise<Look> {
    return this.look('', [], 'created_at DESC, batch_id DESC, position DESC', limit);
  }

  /** The same of so many after `behind`, oldest first; `null`: from the oldest on. */
  lookBehind(behind: UnmatchedReport | null, limit: number): Promise<Look> {
    return this.look(`AND ${IS_BEHIND}`, placeOf(behind), 'created_at, batch_id, position', limit);
  }

  /** Unmatched reports with a gateway id after `behind`, oldest first; `now` by the database's clock. */
  async findUnmatchedWithImsId(
    behind: UnmatchedReport | null,
    limit: number,
  ): Promise<{ unmatched: UnmatchedReport[]; now: number }> {
    // The time comes also where there are none: whether the clock was set back shows by it alone.
    const rows = await this.database.rows(
      `SELECT c.now, ${UNMATCHED_COLUMNS} FROM (SELECT ${this.database.dialect.now} AS now) AS c
       LEFT JOIN (SELECT * FROM emay_ims_report AS r
         WHERE r.account = ? AND r.status = 'ORPHANED' AND r.ims_id IS NOT NULL AND ${IS_BEHIND}
         ORDER BY r.created_at, r.batch_id, r.position LIMIT ?) AS r ON 1 = 1
       ORDER BY r.created_at, r.batch_id, r.position`,
      [this.account, ...placeOf(behind), limit],
    );
    const unmatched = rows.filter(({ batch_id: batchId }) => batchId !== null).map(toUnmatched);
    return { unmatched, now: Number(rows[0]?.now) };
  }

  /** By the rules of `matchReports`; each id is looked up in its own index. */
  private async look(condition: string, place: readonly unknown[], order: string, limit: number): Promise<Look> {
    // Limited first: a host may keep years of reports of strangers. MariaDB would read all messages for each, were it not told the index.
    const { dialect } = this.database;
    const rows = await this.database.rows(
      `SELECT ${UNMATCHED_COLUMNS}, COALESCE(
         (SELECT 1 FROM emay_ims_message AS m ${dialect.through('PRIMARY')} WHERE m.account = ?
            AND m.custom_ims_id = r.custom_ims_id AND ${IS_ITS_MESSAGE} LIMIT 1),
         (SELECT 1 FROM emay_ims_message AS m ${dialect.through('emay_ims_message_mobile')} WHERE m.account = ?
            AND m.mobile = r.mobile AND m.ims_id = r.ims_id LIMIT 1), 0) AS has_message
       FROM (SELECT * FROM emay_ims_report AS r WHERE r.account = ? AND r.status = 'ORPHANED' ${condition}
         ORDER BY ${order} LIMIT ?) AS r
       ORDER BY r.created_at, r.batch_id, r.position`,
      [...Array(3).fill(this.account), ...place, limit],
    );
    const reports = rows.map(toUnmatched);
    return {
      withMessage: reports.filter((_, index) => Number(rows[index]?.has_message) === 1),
      last: rows.length < limit ? null : (reports.at(-1) ?? null),
    };
  }

  /** Deletes reports in the transaction that applied them: one statement for each batch. */
  async forget(unmatched: readonly UnmatchedReport[], session: SqlSession): Promise<void> {
    const positionsOf = new Map<string, number[]>();
    for (const { batchId, report } of unmatched) {
      positionsOf.set(batchId, [...(positionsOf.get(batchId) ?? []), report.position]);
    }
    for (const [batchId, positions] of positionsOf) {
      const { sql, parameters } = this.database.dialect.deleteListed({
        table: 'emay_ims_report',
        common: { batch_id: batchId },
        column: 'position',
        type: 'bigint',
        values: positions,
      });
      await session.run(sql, parameters);
    }
  }
}

/** Parameters of `IS_BEHIND`; `null`: before all. */
function placeOf(report: UnmatchedReport | null): unknown[] {
  if (report === null) return [0, 0, '', '', 0];
  const { createdAt, batchId } = report;
  return [createdAt, createdAt, batchId, batchId, report.report.position];
}

/** Hashes the reports of one page. */
function hasher() {
  const seen = new Map<string, number>();
  const earlier = (hash: string) => {
    const count = seen.get(hash) ?? 0;
    seen.set(hash, count + 1);
    return count;
  };
  return {
    ofReport(report: DeliveryReport) {
      const hash = reportHash(report);
      if (report.imsId !== null || report.customImsId !== null) return hash;
      return reportHash(report, earlier(hash));
    },
    ofMalformed({ raw }: MalformedReport) {
      const hash = malformedHash(raw);
      return namesMessage(raw) ? hash : malformedHash(raw, earlier(hash));
    },
  };
}

function toUnmatched(row: SqlRow): UnmatchedReport {
  return { batchId: String(row.batch_id), report: toReport(row), createdAt: Number(row.created_at) };
}

function toReport(row: SqlRow): DeliveryReport {
  const text = (name: string) => (row[name] === null || row[name] === undefined ? null : String(row[name]));
  const instant = (name: string) => (text(name) === null ? null : new Date(Number(row[name])));
  return {
    position: Number(row.position),
    mobile: text('mobile'),
    imsId: text('ims_id'),
    customImsId: text('custom_ims_id'),
    state: text('state') ?? '',
    description: text('description'),
    receiveTime: instant('receive_time'),
    submitTime: instant('submit_time'),
    receiveTimeText: null,
    submitTimeText: null,
  };
}
