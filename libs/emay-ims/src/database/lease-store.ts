import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import type { ImsDatabase } from './ims-database.js';
import type { SqlDialect } from './sql-dialect.js';

/** A statement's time is that of its start: while it waits for the row, another instance may take the lease. */
const WAITING_MS = 15_000;
/** Length of a lease taken by the release before, which did not store it: longer than any. */
const UNKNOWN_LENGTH_MS = 600_000;

/**
 * Leases by name, on the database's clock: one instance at a time does the work. A holder that dies or is suspended loses the lease when it
 * expires.
 *
 * - A lease that ends later from now than it lasts is void: the clock was set back since.
 */
export class LeaseStore {
  private readonly take: string;
  private readonly create: string;
  private readonly isHeld: string;

  constructor(
    private readonly database: ImsDatabase,
    /** Unique for each instance. */
    private readonly holder: string,
  ) {
    const { now } = database.dialect;
    this.isHeld = isHeldLease(database.dialect);
    this.take = `UPDATE emay_ims_lease SET holder = ?, expires_at = ${now} + ?, lasts_ms = ?
      WHERE name = ? AND (holder = ? OR NOT (${this.isHeld}))`;
    this.create = `INSERT INTO emay_ims_lease (name, holder, expires_at, lasts_ms) VALUES (?, ?, ${now} + ?, ?)`;
  }

  /**
   * Takes or renews the lease; `false` while another instance holds it.
   *
   * @throws EmayImsStoreError also where the database refuses a new lease
   */
  async acquire(name: string, lastsMs: number): Promise<boolean> {
    const taken = () => this.database.run(this.take, [this.holder, lastsMs, lastsMs, name, this.holder]);
    const isThere = async () =>
      (await this.database.rows('SELECT holder FROM emay_ims_lease WHERE name = ?', [name])).length > 0;
    if ((await taken()) > 0) return true;
    if (await isThere()) return false;
    try {
      await this.database.run(this.create, [name, this.holder, lastsMs, lastsMs]);
      return true;
    } catch (error) {
      if (!(error instanceof EmayImsStoreError)) throw error;
      // Another instance created it in between. Where nobody has, the database refuses the row: nobody holds the lease.
      if ((await taken()) > 0) return true;
      if (await isThere()) return false;
      throw error;
    }
  }

  /** The current holder, and the end of the lease; `null`: nobody. */
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

/** Condition of a lease that is held. */
export function isHeldLease({ now }: SqlDialect): string {
  return `expires_at > ${now} AND expires_at <= ${now} + COALESCE(lasts_ms, ${UNKNOWN_LENGTH_MS}) + ${WAITING_MS}`;
}
