import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { ImsDatabase } from '../database/ims-database.js';
import type { RowColumns } from '../database/sql-dialect.js';
import { ANY_PRIORITY, HANDED_OVER } from './message-listing.js';

const COLUMNS: RowColumns = { account: 'varchar64' };

/**
 * Whether an account has anything to do, asked for many accounts on one database at once: of two hundred that have nothing to do, each
 * would ask every second.
 *
 * - One statement for all that ask in the same turn; their jobs are due together, see `EngineJob.isTogether`.
 * - It may say yes where there is nothing, never no where there is something.
 */
export class AccountLooks {
  private readonly due: Look;
  private readonly unfinished: Look;

  constructor(
    database: ImsDatabase,
    /** How many accounts use the database: one alone does not look before it does its work. */
    private readonly countAccounts: () => number,
  ) {
    const { now, dueMessages } = database.dialect;
    const listed = (as: string) =>
      `FROM ${dueMessages} WHERE account = r.account AND listed_as = '${as}' AND priority IN (${ANY_PRIORITY})`;
    const reached = `COALESCE((SELECT s.reached FROM emay_ims_sweep s WHERE s.account = r.account AND s.state = 'ACCEPTED'), 0)`;
    this.due = new Look(database, [`${listed('QUEUED')} AND listed_at <= ${now}`]);
    this.unfinished = new Look(database, [
      `FROM ${dueMessages} WHERE account = r.account AND listed_as = 'QUEUED'`,
      `${listed(HANDED_OVER)} AND listed_at > ${reached}`,
      `FROM emay_ims_report_batch WHERE account = r.account AND state = 'PULLING'`,
      `FROM emay_ims_report WHERE account = r.account AND status = 'ORPHANED'`,
      `FROM emay_ims_event WHERE account = r.account AND state = 'PENDING'`,
    ]);
  }

  /** Whether it may have messages to send now. */
  async mayHaveDue(account: string): Promise<boolean> {
    return this.countAccounts() < 2 || this.due.at(account);
  }

  /** Whether it may have anything that a sweep has to look after. */
  async mayHaveUnfinished(account: string): Promise<boolean> {
    return this.countAccounts() < 2 || this.unfinished.at(account);
  }
}

class Look {
  private readonly sql: string;
  private next: { accounts: Set<string>; found: Promise<ReadonlySet<string>> } | null = null;

  constructor(
    private readonly database: ImsDatabase,
    /** What an account may have, each as a FROM clause. */
    places: readonly string[],
  ) {
    // With LIMIT, so that no planner reads a whole table to join it.
    const found = places.map((from) => `(SELECT 1 ${from} LIMIT 1)`).join(', ');
    this.sql = `SELECT r.account, COALESCE(${found}, 0) AS found FROM ${database.dialect.rows(COLUMNS, 'r')}`;
  }

  async at(account: string): Promise<boolean> {
    if (!this.next) {
      const accounts = new Set<string>();
      this.next = { accounts, found: this.find(accounts) };
    }
    this.next.accounts.add(account);
    return (await this.next.found).has(account);
  }

  private async find(accounts: Set<string>): Promise<ReadonlySet<string>> {
    await endOfTurn();
    this.next = null;
    const asked = [...accounts].map((account) => ({ account }));
    const rows = await this.database.rows(this.sql, this.database.dialect.encodeRows(COLUMNS, asked));
    return new Set(rows.filter(({ found }) => Number(found) === 1).map(({ account }) => String(account)));
  }
}
