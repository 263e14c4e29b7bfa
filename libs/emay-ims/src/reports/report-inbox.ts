import type { ReceivedPage } from '../client/index.js';
import type { ImsDatabase, SqlSession } from '../database/ims-database.js';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import { EventTransactions } from '../events/event-transactions.js';
import type { EventfulSession } from '../events/transaction-events.js';
import { newToken } from '../messages/ids.js';
import { bytesOf, columnsOf, PAGE_COLUMNS, pageOf } from './page-columns.js';

/**
 * What became of one pull. PULLING: asked, no answer yet. STORED: the raw page is safe, not yet applied. APPLIED: done.
 * LOST: the answer never came, or not in whole; what it may have held beyond what came is gone. UNREADABLE: kept for a person to
 * look at. SET_ASIDE: it could not be applied, however often that was tried.
 */
export type ReportBatchState = 'PULLING' | 'STORED' | 'APPLIED' | 'LOST' | 'UNREADABLE' | 'SET_ASIDE';

/** A raw page as the gateway answered it. */
export interface StoredPage extends ReceivedPage {
  id: string;
  /** How many reports were asked for; `null`: not known any more. */
  requested: number | null;
  /** Why it is known not to have come in whole, e.g. `ECONNRESET`, `OVERSIZE`; `null`: it has, as far as the network tells. */
  cut: string | null;
  /** Items of it that have been applied already. */
  progress: number;
}

/** How a page ends. */
export interface PageEnd {
  state: 'APPLIED' | 'LOST' | 'UNREADABLE';
  /** Reports in it, bad ones included. */
  reports: number;
  /** How many more it may have held. */
  lost: number;
}

/** What databases say that cannot keep a text in the charset that they, or their connection, are in. */
const REFUSED_TEXT = new Set([
  '22021', // PostgreSQL: character not in repertoire
  '22P05', // PostgreSQL: untranslatable character
  'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD',
  'ER_CANNOT_CONVERT_STRING',
  'ER_INVALID_CHARACTER_STRING',
  'ER_DATA_TOO_LONG',
]);

/**
 * The raw pages of one account. The gateway forgets a report as it hands it out, so each pull leaves a trace before it is
 * made, and its answer is stored before anybody reads it.
 */
export class ReportInbox {
  private readonly now: string;

  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
    private readonly events = new EventTransactions(database, account),
  ) {
    this.now = database.dialect.now;
  }

  /** Records the intent to pull so many; resolving proves that the database can store what comes. */
  async open(pullLastsMs: number, requested: number): Promise<string> {
    const id = newToken();
    await this.database.run(
      `INSERT INTO emay_ims_report_batch (id, account, state, requested, requested_at, expires_at)
       VALUES (?, ?, 'PULLING', ?, ${this.now}, ${this.now} + ?)`,
      [id, this.account, requested, pullLastsMs],
    );
    return id;
  }

  /**
   * Keeps the answer, even where the pull was given up as lost, or its record is gone (a standby took over). Without effect where it
   * is kept already: a page that has been applied is not applied again.
   */
  async store(page: StoredPage): Promise<void> {
    if ((await this.update(page)) > 0 || (await this.isKnown(page.id))) return;
    // In one statement: as a pull without an answer, the sweeper could give it up as lost before its page is in.
    await this.write(page, (columns) =>
      this.database.run(
        `INSERT INTO emay_ims_report_batch
           (id, account, state, requested, requested_at, expires_at, stored_at, ${PAGE_COLUMNS.join(', ')})
         VALUES (?, ?, 'STORED', ?, ${this.now}, ${this.now}, ${this.now}, ${PAGE_COLUMNS.map(() => '?').join(', ')})`,
        [page.id, this.account, page.requested, ...columns],
      ),
    );
  }

  private update(page: StoredPage): Promise<number> {
    return this.write(page, (columns) =>
      this.database.run(
        `UPDATE emay_ims_report_batch SET state = 'STORED', stored_at = ${this.now},
           ${PAGE_COLUMNS.map((column) => `${column} = ?`).join(', ')}
         WHERE id = ? AND state IN ('PULLING', 'LOST') AND applied_at IS NULL`,
        [...columns, page.id],
      ),
    );
  }

  /** Writes the page as text, or as bytes where the database refuses the text. */
  private async write(page: StoredPage, put: (columns: readonly unknown[]) => Promise<number>): Promise<number> {
    const write = async (asBytes: boolean) => {
      const columns = await columnsOf(page, this.database.dialect, asBytes);
      return put(PAGE_COLUMNS.map((column) => columns[column]));
    };
    try {
      return await write(false);
    } catch (error) {
      if (error instanceof EmayImsStoreError && REFUSED_TEXT.has(error.driverCode)) return write(true);
      throw error;
    }
  }

  private async isKnown(id: string): Promise<boolean> {
    return (await this.database.rows('SELECT id FROM emay_ims_report_batch WHERE id = ?', [id])).length > 0;
  }

  /** Forgets a pull that provably fetched nothing. */
  async discard(id: string): Promise<void> {
    await this.database.run('DELETE FROM emay_ims_report_batch WHERE id = ?', [id]);
  }

  /** Records that reports may have been handed out and lost on the way, and nothing came of them. */
  async recordPossibleLoss(id: string): Promise<void> {
    await this.lose(id);
  }

  /** Pulls whose process died before the answer was stored; resolves to how many. */
  async recordAbandonedPulls(): Promise<number> {
    const rows = await this.database.rows(
      `SELECT id FROM emay_ims_report_batch WHERE account = ? AND state = 'PULLING' AND expires_at <= ${this.now}`,
      [this.account],
    );
    let lost = 0;
    for (const { id } of rows) if (await this.lose(String(id))) lost++;
    return lost;
  }

  private lose(id: string): Promise<boolean> {
    return this.events.transaction(async (session) => {
      const lost = await session.run(
        "UPDATE emay_ims_report_batch SET state = 'LOST', lost = requested WHERE id = ? AND state = 'PULLING'",
        [id],
      );
      if (lost === 0) return false;
      if (session.events) {
        const [row] = await session.rows('SELECT lost FROM emay_ims_report_batch WHERE id = ?', [id]);
        this.tellLoss(id, typeof row?.lost === 'number' ? row.lost : null, session);
      }
      return true;
    });
  }

  private tellLoss(pullId: string, atMost: number | null, session: EventfulSession): void {
    const { account } = this;
    session.events?.add(pullId, { type: 'reports.possible-loss', account, occurredAt: new Date(), pullId, atMost });
  }

  /** Ids of the pages that wait to be applied, oldest first, behind the one of that id. */
  async pending(limit: number, behind = ''): Promise<string[]> {
    const rows = await this.database.rows(
      `SELECT id FROM emay_ims_report_batch WHERE account = ? AND state = 'STORED' AND id > ? ORDER BY id LIMIT ?`,
      [this.account, behind, limit],
    );
    return rows.map(({ id }) => String(id));
  }

  /** The page; `null` where it does not wait any more. */
  async load(id: string): Promise<StoredPage | null> {
    const { bytesAtATime } = this.database.dialect;
    const isShort = bytesAtATime === null ? '1 = 1' : `LENGTH(raw) <= ${bytesAtATime}`;
    const columns = PAGE_COLUMNS.filter((column) => column !== 'raw').join(', ');
    const [row] = await this.database.rows(
      `SELECT id, requested, progress, ${columns}, CASE WHEN ${isShort} THEN raw END AS raw, LENGTH(raw) AS raw_bytes
       FROM emay_ims_report_batch WHERE id = ? AND state = 'STORED'`,
      [id],
    );
    if (!row) return null;
    const length = Number(row.raw_bytes ?? 0);
    const isInSlices = bytesAtATime !== null && length > bytesAtATime;
    if (!isInSlices) return pageOf(row);
    const raw = await this.rawInSlices(id, length, bytesAtATime);
    return raw && pageOf(row, raw);
  }

  /** `null` where the page is gone meanwhile; otherwise its bytes do not change. */
  private async rawInSlices(id: string, length: number, bytesAtATime: number): Promise<Buffer | null> {
    const raw = Buffer.allocUnsafeSlow(length);
    for (let from = 0; from < length; from += bytesAtATime) {
      const [row] = await this.database.rows(
        'SELECT SUBSTR(raw, ?, ?) AS slice FROM emay_ims_report_batch WHERE id = ?',
        [from + 1, bytesAtATime, id],
      );
      if (!row) return null;
      bytesOf(row.slice).copy(raw, from);
    }
    return raw;
  }

  /** Records, in the transaction that applied a part, how far that is. `false` where another instance is at it. */
  async advance(id: string, from: number, to: number, session: SqlSession): Promise<boolean> {
    const advanced = await session.run(
      `UPDATE emay_ims_report_batch SET progress = ?
       WHERE id = ? AND state = 'STORED' AND COALESCE(progress, 0) = ?`,
      [to, id, from],
    );
    return advanced === 1;
  }

  /** Ends a page, in the transaction that applied its last part. `false` where another instance has ended it already. */
  async finish(
    id: string,
    { state, reports, lost }: PageEnd,
    from: number,
    session: EventfulSession,
  ): Promise<boolean> {
    const finished = await session.run(
      `UPDATE emay_ims_report_batch SET state = ?, reports = ?, lost = ?, applied_at = ${this.now}
       WHERE id = ? AND state = 'STORED' AND COALESCE(progress, 0) = ?`,
      [state, reports, lost, id, from],
    );
    if (finished === 1 && state === 'LOST') this.tellLoss(id, lost, session);
    return finished === 1;
  }

  /** How many pulls may have lost reports. */
  async possibleLosses(): Promise<number> {
    const [row] = await this.database.rows(
      "SELECT COUNT(*) AS pulls FROM emay_ims_report_batch WHERE account = ? AND state = 'LOST'",
      [this.account],
    );
    return Number(row?.pulls);
  }
}
