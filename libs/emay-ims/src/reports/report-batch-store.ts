import type { ReceivedPage } from '../client/index.js';
import type { ImsDatabase, SqlSession } from '../database/ims-database.js';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import { SET_BACK_MS } from '../message-store/message-maintenance-sql.js';
import type { ImsKeptPage } from './kept-pages.js';
import { newestBatch } from './newest-batch.js';
import { bytesOf, columnsOf, PAGE_COLUMNS, pageOf, PUSH } from './page-columns.js';

/** A raw page as the gateway answered it. */
export interface StoredPage extends ReceivedPage {
  id: string;
  /** How many reports were asked for; `null`: not known any more. */
  requested: number | null;
  /** Why it is known not to have come in whole, e.g. `ECONNRESET`, `OVERSIZE`; `null`: it has, as far as the network tells. */
  cut: string | null;
  /** Items of it that have been applied already. */
  progress: number;
  /** `push`: the gateway has sent it by itself. Default: it was pulled. */
  source?: 'push' | undefined;
  /** Of one that was pushed: SHA-256 in hex of what it says, unpacked. No two batches of an account have the same. */
  contentHash?: string | null | undefined;
}

/** How a page ends. */
export interface PageEnd {
  state: 'APPLIED' | 'LOST' | 'UNREADABLE';
  /** Reports in it, bad ones included. */
  reports: number;
  /** How many more it may have held. */
  lost: number;
}

/** One more part of a page, which has been applied. */
export interface AppliedPart {
  from: number;
  to: number;
  /** How the page ends with this part; `null`: there is more of it. */
  end: PageEnd | null;
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
/** The cipher does not come off with the account's key. */
export const UNDECIPHERABLE = 'UNDECIPHERABLE';
/** Pushed with the secret, but not as reports are. */
export const NO_REPORTS_FIELD = 'NO_REPORTS_FIELD';
const NOT_OURS = [UNDECIPHERABLE, NO_REPORTS_FIELD].map((failure) => `'${failure}'`).join(', ');
const WHY_KEPT = { SET_ASIDE: 'set-aside', UNREADABLE: 'unreadable' } as const;
const WAITS_AGAIN = "state = 'STORED', attempts = NULL, progress = 0";
const LIST_AT_MOST = 1_000;

/** Table `emay_ims_report_batch`, the records of one account's pulls: the statements behind the steps of `ReportInbox`. */
export class ReportBatchStore {
  private readonly now: string;

  constructor(
    private readonly database: ImsDatabase,
    readonly account: string,
  ) {
    this.now = database.dialect.now;
  }

  async insert(id: string, requested: number, pullLastsMs: number): Promise<void> {
    await this.database.run(
      `INSERT INTO emay_ims_report_batch (id, account, state, requested, requested_at, expires_at)
       VALUES (?, ?, 'PULLING', ?, ${this.now}, ${this.now} + ?)`,
      [id, this.account, requested, pullLastsMs],
    );
  }

  async delete(id: string): Promise<void> {
    await this.database.run('DELETE FROM emay_ims_report_batch WHERE id = ?', [id]);
  }

  /**
   * Without effect where the page is stored already: one that has been applied is not applied again. `stored_at` tells, and no state does:
   * its record may have been given up as lost, and that been acknowledged, without the bytes.
   */
  async store(page: StoredPage): Promise<void> {
    if (page.source === PUSH) return void (await this.storePushed(page));
    const updated = await this.write(page, (columns) =>
      this.database.run(
        `UPDATE emay_ims_report_batch SET state = 'STORED', applied_at = NULL, stored_at = ${this.now},
           ${PAGE_COLUMNS.map((column) => `${column} = ?`).join(', ')}
         WHERE id = ? AND stored_at IS NULL`,
        [...columns, page.id],
      ),
    );
    if (updated > 0 || (await this.isStored(page.id))) return;
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

  /** Stores a page that was pushed. `false`: it, or another one that says the same, is there already. */
  storePushed(page: StoredPage): Promise<boolean> {
    return this.insertNew(page, this.database, { state: 'STORED' });
  }

  /** Keeps the bytes of a page that nobody can read, for another try. `false`: they are there already. */
  keepUnreadable(page: StoredPage, failure: string, session: SqlSession): Promise<boolean> {
    return this.insertNew(page, session, { state: 'UNREADABLE', failure });
  }

  private async insertNew(
    page: StoredPage,
    session: Pick<SqlSession, 'rows' | 'run'>,
    { state, failure = null }: { state: string; failure?: string | null },
  ): Promise<boolean> {
    const same = 'SELECT id FROM emay_ims_report_batch WHERE account = ? AND content_hash = ?';
    if ((await session.rows(same, [this.account, page.contentHash])).length > 0) return false;
    const { dialect } = this.database;
    const insert = dialect.insertNew(
      'emay_ims_report_batch',
      [
        ...['id', 'account', 'state', 'failure', 'requested_at', 'expires_at', 'stored_at', 'applied_at'],
        ...PAGE_COLUMNS,
      ],
      `SELECT ?, ?, ?, ?, ${this.now}, ${this.now}, ${this.now}, ${state === 'UNREADABLE' ? this.now : 'NULL'},
         ${PAGE_COLUMNS.map(() => '?').join(', ')}`,
    );
    const inserted = await this.write(page, (columns) =>
      session.run(insert, [page.id, this.account, state, failure, ...columns]),
    );
    return inserted > 0;
  }

  /** Unreadable pages of that failure beyond the newest so many of so many bytes are deleted; resolves to how many. */
  async trimUnreadable(failure: string, most: { pages: number; bytes: number }, session: SqlSession): Promise<number> {
    const rows = await session.rows(
      `SELECT id, COALESCE(LENGTH(raw), 0) + COALESCE(LENGTH(body), 0) AS bytes FROM emay_ims_report_batch
       WHERE account = ? AND state = 'UNREADABLE' AND source = '${PUSH}' AND failure = ? ORDER BY stored_at DESC, id DESC`,
      [this.account, failure],
    );
    let bytes = 0;
    const beyond = rows.filter((row, index) => {
      bytes += Number(row.bytes);
      return index >= most.pages || bytes > most.bytes;
    });
    for (const { id } of beyond) await session.run('DELETE FROM emay_ims_report_batch WHERE id = ?', [id]);
    return beyond.length;
  }

  /**
   * When a page was last pushed that could be read, and how long ago that is, by the database's clock; `null`: none, or it is deleted.
   * What strangers push does not count.
   */
  async lastPush(): Promise<{ at: Date; agoMs: number } | null> {
    const [row] = await this.database.rows(
      `SELECT stored_at, ${this.now} - stored_at AS ago_ms
       ${newestBatch(this.database.dialect, 'source', PUSH, `(failure IS NULL OR failure NOT IN (${NOT_OURS}))`)}`,
      [this.account],
    );
    return row ? { at: new Date(Number(row.stored_at)), agoMs: Number(row.ago_ms) } : null;
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

  private async isStored(id: string): Promise<boolean> {
    const stored = 'SELECT id FROM emay_ims_report_batch WHERE id = ? AND stored_at IS NOT NULL';
    return (await this.database.rows(stored, [id])).length > 0;
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

  /**
   * Pulls whose time for an answer is over, with how many reports each asked for. That of one that was asked for in the future begins anew: the
   * clock was set back since.
   */
  async overdue(): Promise<{ id: string; requested: number | null }[]> {
    const isAhead = `requested_at > ${this.now} + ${SET_BACK_MS}`;
    const rows = await this.database.rows(
      `SELECT id, requested, expires_at - requested_at AS lasts_ms, CASE WHEN ${isAhead} THEN 1 ELSE 0 END AS is_ahead
       FROM emay_ims_report_batch WHERE account = ? AND state = 'PULLING' AND (expires_at <= ${this.now} OR ${isAhead})`,
      [this.account],
    );
    const over = rows.filter((row) => Number(row.is_ahead) === 0);
    for (const { id, lasts_ms: lastsMs } of rows.filter((row) => !over.includes(row))) {
      await this.database.run(
        `UPDATE emay_ims_report_batch SET requested_at = ${this.now}, expires_at = ${this.now} + ? WHERE id = ? AND state = 'PULLING'`,
        [Number(lastsMs), id],
      );
    }
    return over.map(({ id, requested }) => ({
      id: String(id),
      requested: requested === null ? null : Number(requested),
    }));
  }

  async lose(id: string, session: SqlSession): Promise<boolean> {
    const lost = await session.run(
      "UPDATE emay_ims_report_batch SET state = 'LOST', lost = requested WHERE id = ? AND state = 'PULLING'",
      [id],
    );
    return lost === 1;
  }

  /** `false` where another instance is at this page, or has ended it. */
  async apply(id: string, { from, to, end }: AppliedPart, session: SqlSession): Promise<boolean> {
    const [changes, values] =
      end === null
        ? ['progress = ?', [to]]
        : [`state = ?, reports = ?, lost = ?, applied_at = ${this.now}`, [end.state, end.reports, end.lost]];
    const applied = await session.run(
      `UPDATE emay_ims_report_batch SET ${changes} WHERE id = ? AND state = 'STORED' AND COALESCE(progress, 0) = ?`,
      [...values, id, from],
    );
    return applied === 1;
  }

  /** How many reports it was found to lack when it was applied before; 0: none, or it has not been. */
  async lostWhenApplied(id: string, session: SqlSession): Promise<number> {
    const before = 'SELECT lost FROM emay_ims_report_batch WHERE id = ? AND applied_at IS NOT NULL';
    const [row] = await session.rows(before, [id]);
    return Number(row?.lost ?? 0);
  }

  /** Resolves to how often the page has failed now; 0 where it does not wait any more. */
  async countFailure(id: string, reason: string, mostAttempts: number, session: SqlSession): Promise<number> {
    // The state first: MySQL lets what follows see what has been set.
    const counted = await session.run(
      `UPDATE emay_ims_report_batch
       SET state = CASE WHEN COALESCE(attempts, 0) + 1 >= ? THEN 'SET_ASIDE' ELSE state END,
         attempts = COALESCE(attempts, 0) + 1, failure = ?
       WHERE id = ? AND state = 'STORED'`,
      [mostAttempts, reason, id],
    );
    if (counted === 0) return 0;
    const [row] = await session.rows('SELECT attempts FROM emay_ims_report_batch WHERE id = ?', [id]);
    return Number(row?.attempts ?? 0);
  }

  /** Pages that wait for a person, oldest first, at most 1,000. */
  async kept(): Promise<ImsKeptPage[]> {
    const rows = await this.database.rows(
      `SELECT id, state, failure, attempts, stored_at FROM emay_ims_report_batch
       WHERE account = ? AND state IN ('SET_ASIDE', 'UNREADABLE') ORDER BY id LIMIT ${LIST_AT_MOST}`,
      [this.account],
    );
    return rows.map((row) => ({
      pullId: String(row.id),
      why: WHY_KEPT[row.state as keyof typeof WHY_KEPT],
      failure: row.failure === null ? null : String(row.failure),
      attempts: Number(row.attempts ?? 0),
      storedAt: row.stored_at === null ? null : new Date(Number(row.stored_at)),
    }));
  }

  /** Has all those wait again that wait for a person, to be read from their beginning; resolves to how many. */
  async retryAll(session: SqlSession): Promise<number> {
    const kept = "account = ? AND state IN ('SET_ASIDE', 'UNREADABLE')";
    await session.run(
      `DELETE FROM emay_ims_report WHERE account = ? AND status = 'QUARANTINED'
         AND batch_id IN (SELECT id FROM emay_ims_report_batch WHERE ${kept})`,
      [this.account, this.account],
    );
    return session.run(`UPDATE emay_ims_report_batch SET ${WAITS_AGAIN} WHERE ${kept}`, [this.account]);
  }

  /**
   * The same of one. Also of a possible loss of which nothing was read, and of one that was applied, but for the items of it that are
   * quarantined: those are read again, and quarantined again unless they can be read now. `false`: there is none.
   */
  async retry(id: string, session: SqlSession): Promise<boolean> {
    const ofIt = "FROM emay_ims_report WHERE account = ? AND batch_id = ? AND status = 'QUARANTINED'";
    const waiting = await session.run(
      `UPDATE emay_ims_report_batch SET ${WAITS_AGAIN} WHERE account = ? AND id = ?
         AND (state IN ('SET_ASIDE', 'UNREADABLE')
           OR (state = 'LOST' AND reports = 0 AND COALESCE(LENGTH(body), LENGTH(raw), 0) > 0)
           OR (state IN ('APPLIED', 'LOST') AND EXISTS (SELECT 1 ${ofIt})))`,
      [this.account, id, this.account, id],
    );
    if (waiting > 0) await session.run(`DELETE ${ofIt}`, [this.account, id]);
    return waiting > 0;
  }

  async deleteKept(id: string): Promise<boolean> {
    const deleted = await this.database.run(
      "DELETE FROM emay_ims_report_batch WHERE account = ? AND id = ? AND state IN ('SET_ASIDE', 'UNREADABLE')",
      [this.account, id],
    );
    return deleted > 0;
  }

  /** Of a possible loss of which nothing was read. */
  async forgetBytes(id: string): Promise<void> {
    const bytes =
      "UPDATE emay_ims_report_batch SET body = NULL, raw = NULL WHERE account = ? AND id = ? AND state = 'LOST'";
    await this.database.run(`${bytes} AND reports = 0`, [this.account, id]);
  }

  /** One look into an index, as there are few. */
  async countSetAside(): Promise<number> {
    const [row] = await this.database.rows(
      "SELECT COUNT(*) AS pages FROM emay_ims_report_batch WHERE account = ? AND state = 'SET_ASIDE'",
      [this.account],
    );
    return Number(row?.pages);
  }
}
