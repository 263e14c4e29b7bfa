import type { SqlRow } from '../../database/ims-database.js';
import { bytesOf } from '../../reports/page-columns.js';
import type { KeptReport, ReportKind, ReportSearch } from '../api/kept-report.js';
import type { SearchPage } from '../api/message-search.js';
import type { OpenAccount } from '../account-access.js';
import { checkedLimit, decodeToken, encodeToken, violation } from '../page-token.js';
import { rawItemsAt } from './raw-items.js';
import { MAX_RAW_BYTES, rawText, shortened } from './raw-text.js';
import { ACKNOWLEDGED, STATE_OF, STATUS_OF, toBatch, toReport } from './report-rows.js';

const REPORT_COLUMNS = 'batch_id, position, created_at, custom_ims_id, ims_id, mobile, state, reason, raw';
/** As much of a packed batch as surely gives what is shown. */
const PACKED_BYTES = 4 * MAX_RAW_BYTES;
const KINDS: readonly ReportKind[] = ['orphaned', 'quarantined', 'unreadable', 'lost', 'set-aside', 'spooled'];

type Place = readonly (string | number)[] | null;
interface Some {
  items: KeptReport[];
  /** The place of the last one. */
  place: (string | number)[] | null;
}

/** Reports and report batches of one account that need a look. */
export class KeptReports {
  constructor(private readonly open: OpenAccount) {}

  /** Newest first. */
  async page(query: ReportSearch): Promise<SearchPage<KeptReport>> {
    const asOf = new Date();
    const { kind } = query;
    if (!KINDS.includes(kind)) throw violation('kind', `must be one of ${KINDS.join(', ')}`);
    const limit = checkedLimit(query.limit);
    const after = decodeToken(kind, query.after, isOfReports(kind) ? ['time', 'id', 'position'] : ['id']);
    const { items, place } = await this.find(kind, after, limit);
    const isMore = place !== null;
    return {
      items,
      next: isMore ? encodeToken(kind, place) : null,
      searchedTo: isMore ? (items.at(-1)?.at ?? null) : null,
      matches: !isMore && after === null ? { n: items.length, exact: true } : null,
      asOf,
    };
  }

  /** @throws EmayImsValidationError where there is none that can be acknowledged */
  async acknowledge({ pullId, reportId }: { pullId?: string; reportId?: string }): Promise<void> {
    if ((pullId === undefined) === (reportId === undefined))
      throw violation('pullId', 'or reportId is needed, one of them');
    const { database } = this.open.internals;
    const changed = await (reportId === undefined
      ? database.run(
          `UPDATE emay_ims_report_batch SET state = '${ACKNOWLEDGED}', applied_at = ${database.dialect.now}
           WHERE account = ? AND id = ? AND state IN ('UNREADABLE', 'LOST', 'SET_ASIDE')`,
          [this.open.name, pullId],
        )
      : database.run(
          `UPDATE emay_ims_report SET status = '${ACKNOWLEDGED}'
           WHERE account = ? AND batch_id = ? AND position = ? AND status IN ('ORPHANED', 'QUARANTINED')`,
          [this.open.name, ...readReportId(reportId)],
        ));
    if (changed === 0)
      throw violation(reportId === undefined ? 'pullId' : 'reportId', 'names nothing that waits (any more)');
  }

  private find(kind: ReportKind, after: Place, limit: number): Promise<Some> {
    if (kind === 'spooled') return this.spooled(after, limit);
    return isOfReports(kind) ? this.reports(kind, after, limit) : this.batches(kind, after, limit);
  }

  private async reports(kind: keyof typeof STATUS_OF, after: Place, limit: number): Promise<Some> {
    const [at, batchId, position] = after ?? [];
    const behind = after
      ? 'AND created_at <= ? AND (created_at < ? OR batch_id < ? OR (batch_id = ? AND position < ?))'
      : '';
    const rows = await this.open.internals.database.rows(
      `SELECT ${REPORT_COLUMNS} FROM emay_ims_report WHERE account = ? AND status = ? ${behind}
       ORDER BY created_at DESC, batch_id DESC, position DESC LIMIT ?`,
      [this.open.name, STATUS_OF[kind], ...(after ? [at, at, batchId, batchId, position] : []), limit + 1],
    );
    const shown = rows.slice(0, limit);
    const places = shown.map((row) => ({ batchId: String(row.batch_id), position: Number(row.position) }));
    // Only one that could not be read has its text in a row of its own.
    const raws = kind === 'orphaned' ? await rawItemsAt(this.open, places) : null;
    const items = shown.map((row) => {
      const report = toReport(kind, row);
      const raw = report.raw ?? raws?.get(report.id) ?? null;
      return { ...report, raw: raw === null ? null : shortened(Buffer.from(raw)) };
    });
    return { items, place: rows.length > limit ? reportPlace(shown.at(-1) as SqlRow) : null };
  }

  private async batches(kind: keyof typeof STATE_OF, after: Place, limit: number): Promise<Some> {
    const rows = await this.open.internals.database.rows(
      `SELECT id, state, reports, lost, failure, cut, stored_at, requested_at, content_encoding,
         SUBSTR(body, 1, ${MAX_RAW_BYTES}) AS body, SUBSTR(raw, 1, ${PACKED_BYTES}) AS raw
       FROM emay_ims_report_batch WHERE account = ? AND state = ? ${after ? 'AND id < ?' : ''} ORDER BY id DESC LIMIT ?`,
      [this.open.name, STATE_OF[kind], ...(after ? [after[0]] : []), limit + 1],
      { isLong: true },
    );
    const items: KeptReport[] = [];
    for (const row of rows.slice(0, limit)) items.push(toBatch(kind, row, await rawOf(row)));
    const last = items.at(-1);
    return { items, place: rows.length > limit && last ? [last.id] : null };
  }

  private async spooled(after: Place, limit: number): Promise<Some> {
    const { spool } = this.open.internals;
    const { waiting, setAside } = await spool.list();
    const aside = new Set(setAside);
    const ids = [...new Set([...waiting, ...setAside])].toSorted().reverse();
    const behind = after ? ids.filter((id) => id < String(after[0])) : ids;
    const items: KeptReport[] = [];
    for (const id of behind.slice(0, limit)) {
      // The next poll may have moved it; one that is set aside is under another name.
      const page = aside.has(id) ? null : await spool.read(id).catch(() => null);
      items.push({
        kind: 'spooled',
        id,
        at: null,
        ...{ customImsId: null, imsId: null, mobile: null },
        state: aside.has(id) ? 'SET_ASIDE' : 'WAITING',
        reports: null,
        reason: page?.cut ?? null,
        raw: page && (await rawText(page.body.subarray(0, PACKED_BYTES), page.contentEncoding)),
        actions: aside.has(id) ? ['retry'] : [],
      });
    }
    const last = items.at(-1);
    return { items, place: behind.length > limit && last ? [last.id] : null };
  }
}

function isOfReports(kind: ReportKind): kind is keyof typeof STATUS_OF {
  return Object.hasOwn(STATUS_OF, kind);
}

async function rawOf(row: SqlRow): Promise<string | null> {
  if (row.body !== null && row.body !== undefined) return shortened(Buffer.from(String(row.body)));
  if (row.raw === null || row.raw === undefined) return null;
  const encoding = row.content_encoding === null ? null : String(row.content_encoding);
  return rawText(bytesOf(row.raw), encoding);
}

function reportPlace(row: SqlRow): (string | number)[] {
  return [Number(row.created_at), String(row.batch_id), Number(row.position)];
}

/** @throws EmayImsValidationError for what is no id of a report */
function readReportId(id: string): [string, number] {
  const match = /^([\x21-\x7e]{1,32})\.(\d{1,6})$/.exec(id);
  if (!match) throw violation('reportId', 'must be the id of a report');
  return [match[1] as string, Number(match[2])];
}
