import type { ImsDatabase, SqlSession } from '../database/ims-database.js';
import { EventTransactions } from '../events/event-transactions.js';
import { newToken } from '../messages/ids.js';

/**
 * What became of one pull. PULLING: asked, no answer yet. STORED: the raw page is safe, not yet applied. APPLIED: done.
 * LOST: the answer never came, or not in whole; what it may have held is gone. UNREADABLE: kept for a person to look at.
 */
export type ReportBatchState = 'PULLING' | 'STORED' | 'APPLIED' | 'LOST' | 'UNREADABLE';

/** A raw page as the gateway answered it. */
export interface StoredPage {
  id: string;
  /** Text, or its UTF-8; without NUL. */
  body: string | Buffer;
}

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

  /** Records the intent to pull; resolving proves that the database can store what comes. */
  async open(pullLastsMs: number): Promise<string> {
    const id = newToken();
    await this.database.run(
      `INSERT INTO emay_ims_report_batch (id, account, state, requested_at, expires_at)
       VALUES (?, ?, 'PULLING', ${this.now}, ${this.now} + ?)`,
      [id, this.account, pullLastsMs],
    );
    return id;
  }

  /** An answer as the page that it is going to be. */
  page(id: string, answer: string): StoredPage {
    // No database takes a NUL in a text, and no JSON holds one.
    const text = answer.includes('\0') ? answer.replaceAll('\0', '\uFFFD') : answer;
    return { id, body: this.database.dialect.longText(text) };
  }

  /** Keeps the answer, even where the pull was given up as lost, or its record is gone (a standby took over). */
  async store(id: string, body: string | Buffer): Promise<void> {
    const stored = await this.database.run(
      `UPDATE emay_ims_report_batch SET state = 'STORED', body = ?, stored_at = ${this.now} WHERE id = ?`,
      [this.database.dialect.longText(body), id],
    );
    if (stored === 0) await this.restore({ id, body });
  }

  /** Brings a page back that was kept elsewhere; without effect where it had been stored after all. */
  async restore({ id, body }: StoredPage): Promise<void> {
    const restored = await this.database.run(
      `UPDATE emay_ims_report_batch SET state = 'STORED', body = ?, stored_at = ${this.now}
       WHERE id = ? AND state IN ('PULLING', 'LOST')`,
      [this.database.dialect.longText(body), id],
    );
    if (restored > 0 || (await this.isKnown(id))) return;
    await this.database.run(
      `INSERT INTO emay_ims_report_batch (id, account, state, body, requested_at, expires_at, stored_at)
       VALUES (?, ?, 'STORED', ?, ${this.now}, ${this.now}, ${this.now})`,
      [id, this.account, this.database.dialect.longText(body)],
    );
  }

  private async isKnown(id: string): Promise<boolean> {
    return (await this.database.rows('SELECT id FROM emay_ims_report_batch WHERE id = ?', [id])).length > 0;
  }

  /** Forgets a pull that provably fetched nothing. */
  async discard(id: string): Promise<void> {
    await this.database.run('DELETE FROM emay_ims_report_batch WHERE id = ?', [id]);
  }

  /** Records that reports may have been handed out and lost on the way; keeps what came of the answer. */
  async recordPossibleLoss(id: string, received: string | null): Promise<void> {
    if (await this.lose(id, received)) return;
    // Somebody has given it up already: it is recorded, but for what came of the answer.
    await this.database.run('UPDATE emay_ims_report_batch SET body = ? WHERE id = ?', [received, id]);
  }

  /** Pulls whose process died before the answer was stored; resolves to how many. */
  async recordAbandonedPulls(): Promise<number> {
    const rows = await this.database.rows(
      `SELECT id FROM emay_ims_report_batch WHERE account = ? AND state = 'PULLING' AND expires_at <= ${this.now}`,
      [this.account],
    );
    let lost = 0;
    for (const { id } of rows) if (await this.lose(String(id), null)) lost++;
    return lost;
  }

  private lose(id: string, received: string | null): Promise<boolean> {
    return this.events.transaction(async (session) => {
      const lost = await session.run(
        "UPDATE emay_ims_report_batch SET state = 'LOST', body = ? WHERE id = ? AND state = 'PULLING'",
        [received, id],
      );
      if (lost === 0) return false;
      const { account } = this;
      session.events?.add(id, { type: 'reports.possible-loss', account, occurredAt: new Date(), pullId: id });
      return true;
    });
  }

  /** Pages that wait to be applied, oldest first. */
  async pending(limit: number): Promise<StoredPage[]> {
    const rows = await this.database.rows(
      "SELECT id, body FROM emay_ims_report_batch WHERE account = ? AND state = 'STORED' ORDER BY id LIMIT ?",
      [this.account, limit],
    );
    return rows.map((row) => ({ id: String(row.id), body: String(row.body) }));
  }

  /** Ends a page, in the transaction that applied it. `false` where another instance has ended it already. */
  async finish(
    id: string,
    state: 'APPLIED' | 'UNREADABLE',
    reports: number,
    session: SqlSession = this.database,
  ): Promise<boolean> {
    const finished = await session.run(
      `UPDATE emay_ims_report_batch SET state = ?, reports = ?, applied_at = ${this.now} WHERE id = ? AND state = 'STORED'`,
      [state, reports, id],
    );
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
