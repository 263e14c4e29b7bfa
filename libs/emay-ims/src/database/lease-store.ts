import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import type { ImsDatabase } from './ims-database.js';
import type { SqlDialect } from './sql-dialect.js';

/** The time of a statement is that of its beginning: while it waited for the row, somebody else may have taken the lease. */
const WAITING_MS = 15_000;
/** Of a lease taken by the release before, which did not write it down: longer than any. */
const UNKNOWN_LENGTH_MS = 600_000;

/**
 * Leases by name, on the database's clock: among any number of instances, one at a time does the work. A holder that
 * dies or stands still loses it by itself when the time is over.
 *
 * - No lease is held for longer than it lasts: where it ends later than that from now, the clock has been set back since.
 */
export class LeaseStore {
  private readonly take: string;
  private readonly create: string;
  private readonly isHeld: string;

  constructor(
    private readonly database: ImsDatabase,
    /** Who we are; unique for each instance. */
    private readonly holder: string,
  ) {
    const { now } = database.dialect;
    this.isHeld = isHeldLease(database.dialect);
    this.take = `UPDATE emay_ims_lease SET holder = ?, expires_at = ${now} + ?, lasts_ms = ?
      WHERE name = ? AND (holder = ? OR NOT (${this.isHeld}))`;
    this.create = `INSERT INTO emay_ims_lease (name, holder, expires_at, lasts_ms) VALUES (?, ?, ${now} + ?, ?)`;
  }

  /** Takes or renews the lease; `false` while somebody else holds it. */
  async acquire(name: string, lastsMs: number): Promise<boolean> {
    const taken = () => this.database.run(this.take, [this.holder, lastsMs, lastsMs, name, this.holder]);
    if ((await taken()) > 0) return true;
    const held = await this.database.rows('SELECT holder FROM emay_ims_lease WHERE name = ?', [name]);
    if (held.length > 0) return false;
    try {
      await this.database.run(this.create, [name, this.holder, lastsMs, lastsMs]);
      return true;
    } catch (error) {
      // Somebody created it in between; any other failure shows again here.
      if (error instanceof EmayImsStoreError) return (await taken()) > 0;
      throw error;
    }
  }

  /** Whose the lease is now, and until when; `null`: nobody's. */
  async currentHolder(name: string): Promise<{ isOurs: boolean; until: Date } | null> {
    const [row] = await this.database.rows(
      `SELECT holder, expires_at FROM emay_ims_lease WHERE name = ? AND ${this.isHeld}`,
      [name],
    );
    return row ? { isOurs: row.holder === this.holder, until: new Date(Number(row.expires_at)) } : null;
  }

  /** Gives the lease back before its time; without effect for one that is not ours. */
  async release(name: string): Promise<void> {
    await this.database.run('UPDATE emay_ims_lease SET expires_at = 0 WHERE name = ? AND holder = ?', [
      name,
      this.holder,
    ]);
  }
}

/** The condition that a lease is somebody's. */
export function isHeldLease({ now }: SqlDialect): string {
  return `expires_at > ${now} AND expires_at <= ${now} + COALESCE(lasts_ms, ${UNKNOWN_LENGTH_MS}) + ${WAITING_MS}`;
}
