import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { ImsDatabase } from '../database/ims-database.js';

/** Fewer than a pool has connections by default (10): jobs of accounts that have started need some. */
const TAKEN_AT_A_TIME = 8;
/** Names in one statement: at most as many texts of it are kept as there are numbers up to here. */
const RENEWED_AT_A_TIME = 100;

/**
 * The claims of all accounts on a database.
 *
 * - A few are taken at a time. Two hundred accounts added at once would wait for a connection behind each other, on a busy server for
 *   longer than `poolTimeoutMs`.
 * - All that ask in the same turn are renewed by one statement; their jobs run together, see `EngineJob.isTogether`.
 */
export class SharedClaims {
  private taking = 0;
  private readonly waiting: (() => void)[] = [];
  private next: { names: string[]; areThere: Promise<boolean> } | null = null;

  constructor(private readonly database: ImsDatabase) {}

  /** Runs the work when it is its turn. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.taking < TAKEN_AT_A_TIME) this.taking++;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.taking--;
    }
  }

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
    for (let start = 0; start < names.length; start += RENEWED_AT_A_TIME) {
      const some = names.slice(start, start + RENEWED_AT_A_TIME);
      renewed += await this.database.run(
        `UPDATE emay_ims_lease SET expires_at = ${this.database.dialect.now} + ? WHERE name IN (${some.map(() => '?').join(', ')})`,
        [lastsMs, ...some],
      );
    }
    return renewed === names.length;
  }
}
