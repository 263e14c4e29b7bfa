import type { ImsDatabase } from '../database/ims-database.js';
import type { MessageChanges } from './message-changes.js';
import type { MessageSql } from './message-sql.js';
import { SET_BACK_MS } from './message-sweep-sql.js';

/** Longer than any attempt that may be under way as the clock is set back is likely to take: its owner settles it until then. */
const ATTEMPTS_END_MS = 120_000;

/**
 * What to do after the database's clock has been set back: what was queued before lies in the future, and would wait until the
 * clock gets there again.
 *
 * - Noticed by a message that was made later than now, or by the time that this process saw at its last look.
 */
export class ClockSetBack {
  private lastLook: { database: number; process: number } | null = null;
  private noticedAt: number | null = null;

  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
    private readonly changes: MessageChanges,
    private readonly sql: Pick<MessageSql, 'newest' | 'bringBackQueued' | 'bringBackSubmitting'>,
  ) {}

  /** Resolves to how many messages have been brought back; `null`: the clock has not been set back. */
  async bringBack(): Promise<number | null> {
    if (!(await this.isSetBack())) return null;
    this.noticedAt ??= performance.now();
    const queued = await this.changes.sweep(this.sql.bringBackQueued);
    if (performance.now() - this.noticedAt < ATTEMPTS_END_MS) return queued;
    return queued + (await this.changes.sweep(this.sql.bringBackSubmitting));
  }

  private async isSetBack(): Promise<boolean> {
    const { lastLook } = this;
    // Only the time between the two looks counts: a slow answer is no clock that was set back.
    const passed = lastLook === null ? 0 : performance.now() - lastLook.process;
    const [row] = await this.database.rows(this.sql.newest, [this.account]);
    const now = Number(row?.now);
    const expected = lastLook === null ? now : lastLook.database + passed;
    this.lastLook = { database: now, process: performance.now() };
    const isNewestAhead = row?.newest !== null && Number(row?.newest) > now + SET_BACK_MS;
    if (!isNewestAhead && expected <= now + SET_BACK_MS) {
      // It stays noticed until what was under way then has ended.
      if (this.noticedAt === null || performance.now() - this.noticedAt > 2 * ATTEMPTS_END_MS) {
        this.noticedAt = null;
        return false;
      }
    }
    return true;
  }
}
