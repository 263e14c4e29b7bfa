import type { ImsDatabase } from '../database/ims-database.js';
import type { MessageChanges } from './message-changes.js';
import type { MessageSql } from './message-sql.js';
import type { MessageSweep } from './message-sweep-sql.js';

/** How often everything is looked at again that could still be in the state, not only what has come since the last sweep. */
const THOROUGH_EVERY_MS = 5 * 60_000;
/** How much later than the time that its messages are listed by a claim may be committed, or an answer settled. */
const LATEST_MS = 10 * 60_000;

/**
 * Sweeps messages that were handed over and have stayed in one state for too long. They are listed by the end of their
 * attempt and stay listed (see `message-listing.ts`), so a sweep has to know how far it has come.
 *
 * - Each sweep looks at what has come since the last one; now and then, and first of all, at everything from the first message
 *   on that is still in the state.
 * - How far that is, is kept in the database: `reached` never passes a message that is still in the state.
 */
export class HandedOverSweep {
  /** Up to where the last sweep has looked. */
  private sweptTo = 0;
  private thoroughAt = -Infinity;

  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
    private readonly changes: MessageChanges,
    private readonly sweep: MessageSweep,
    private readonly sql: Pick<MessageSql, 'firstStillIn'>,
    /** How long after the end of its attempt a message is overdue. */
    private readonly overdueAfterMs: number,
  ) {}

  /**
   * Resolves to how many messages changed.
   *
   * @param readNow reads the database's clock
   * @param goOn asked between two steps; where it is over, the next sweep looks at everything again
   */
  async run(readNow: () => Promise<Date>, goOn: () => boolean = () => true): Promise<number> {
    const isTime = performance.now() - this.thoroughAt >= THOROUGH_EVERY_MS;
    // Who has waited for so long can wait for some minutes more.
    if (!isTime && this.overdueAfterMs >= THOROUGH_EVERY_MS) return 0;
    const to = (await readNow()).getTime() - this.overdueAfterMs;
    // The clock has been set back where the last sweep came further: nothing that is known of places holds.
    const isThorough = isTime || this.sweptTo > to;
    const known = isThorough ? await this.reached() : this.sweptTo;
    const from = known > to ? 0 : known;
    const swept = await this.changes.sweep(this.sweep, { place: [from, to] }, goOn);
    if (!goOn()) return swept;
    this.sweptTo = to;
    if (isThorough) {
      await this.reach(from, to - LATEST_MS);
      this.thoroughAt = performance.now();
    }
    return swept;
  }

  private async reached(): Promise<number> {
    const [row] = await this.database.rows('SELECT reached FROM emay_ims_sweep WHERE account = ? AND state = ?', [
      this.account,
      this.sweep.from,
    ]);
    return Number(row?.reached ?? 0);
  }

  private async reach(from: number, to: number): Promise<void> {
    const [row] = await this.database.rows(this.sql.firstStillIn, [this.account, from, to, this.sweep.from]);
    const reached = row?.place === null || row === undefined ? to : Number(row.place) - 1;
    const parameters = [reached, this.account, this.sweep.from];
    const known = await this.database.run(
      'UPDATE emay_ims_sweep SET reached = ? WHERE account = ? AND state = ?',
      parameters,
    );
    if (known > 0) return;
    await this.database.run('INSERT INTO emay_ims_sweep (reached, account, state) VALUES (?, ?, ?)', parameters);
  }
}
