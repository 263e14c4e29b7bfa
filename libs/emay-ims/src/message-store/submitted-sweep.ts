import { readDatabaseClock } from '../database/database-clock.js';
import type { ImsDatabase } from '../database/ims-database.js';
import type { MessageChanges } from './message-changes.js';
import type { maintenanceSql, MessageSweep } from './message-maintenance-sql.js';

/** Interval of thorough runs, which check every message that may still be in the state. */
const THOROUGH_EVERY_MS = 5 * 60_000;
/** How much later than `listed_at` a claim may be committed, or an outcome recorded. */
const LATEST_MS = 10 * 60_000;

/**
 * Changes submitted messages that have stayed in one state for too long. Their index key is constant (see `message-index-key.ts`), so a run
 * has to remember how far it has come.
 *
 * - A run checks what was listed since the last one. The first run, and then one every five minutes, checks everything from the first message
 *   that is still in the state.
 * - That place is stored in the database: `reached` never passes a message that is still in the state.
 */
export class SubmittedSweep {
  /** Where the last run ended. */
  private sweptTo = 0;
  private thoroughAt = -Infinity;

  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
    private readonly changes: MessageChanges,
    private readonly sweep: MessageSweep,
    private readonly sql: Pick<ReturnType<typeof maintenanceSql>, 'firstStillIn'>,
    /** How long after the end of its attempt a message is overdue. */
    private readonly overdueAfterMs: number,
  ) {}

  /**
   * Resolves to how many messages changed.
   *
   * @param goOn asked between two steps; if it says no, the next run is thorough
   */
  async run(goOn: () => boolean = () => true): Promise<number> {
    const isTime = performance.now() - this.thoroughAt >= THOROUGH_EVERY_MS;
    // These deadlines are long: a few minutes more do not matter.
    if (!isTime && this.overdueAfterMs >= THOROUGH_EVERY_MS) return 0;
    const to = (await readDatabaseClock(this.database.dialect, this.database)).getTime() - this.overdueAfterMs;
    // The last run came further, so the clock was set back: the remembered places are void.
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
