import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { ImsDatabase } from '../database/ims-database.js';

/** Names in one statement: at most as many texts of it are kept as there are numbers up to here. */
const CHUNK = 100;

/**
 * Renews the claims of all accounts on a database together: alone, each of two hundred would write by itself.
 *
 * - One statement for all that ask in the same turn; their jobs run together, see `EngineJob.isTogether`.
 */
export class ClaimRenewals {
  private next: { names: string[]; areThere: Promise<boolean> } | null = null;

  constructor(private readonly database: ImsDatabase) {}

  /** Has the rows last that long from now; `false`: a row is gone, of these or of another account's. */
  async renew(names: readonly string[], lastsMs: number): Promise<boolean> {
    if (!this.next) {
      const all: string[] = [];
      this.next = { names: all, areThere: this.renewAll(all, lastsMs) };
    }
    this.next.names.push(...names);
    return this.next.areThere;
  }

  private async renewAll(names: readonly string[], lastsMs: number): Promise<boolean> {
    await endOfTurn();
    this.next = null;
    let renewed = 0;
    for (let start = 0; start < names.length; start += CHUNK) {
      const chunk = names.slice(start, start + CHUNK);
      renewed += await this.database.run(
        `UPDATE emay_ims_lease SET expires_at = ${this.database.dialect.now} + ? WHERE name IN (${chunk.map(() => '?').join(', ')})`,
        [lastsMs, ...chunk],
      );
    }
    return renewed === names.length;
  }
}
