import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { ImsDatabase } from '../database/ims-database.js';
import type { RowColumns } from '../database/sql-dialect.js';
import { ANY_HANDLER } from '../events/durable-event-store.js';
import { duePriorities } from './due-priorities.js';
import { HELD } from './listed-outcome.js';

/** So late messages may be committed that are not noticed by a later one: transactions of hosts take their time. */
const LATE_MS = 60_000;
const COLUMNS: RowColumns = { account: 'varchar64', handler: 'varchar64' };

/**
 * Whether an account has work. One query serves all accounts on a database: 200 idle accounts would otherwise each query every second.
 *
 * - One statement for all that ask in the same turn; their jobs run together, see `EngineJob.isTogether`.
 * - May answer yes without work, never no with work.
 */
export class AccountWorkChecks {
  private readonly ready: SharedCheck;
  private readonly unfinished: SharedCheck;
  private readonly undelivered: SharedCheck;
  private readonly uncounted: SharedCheck;

  constructor(
    database: ImsDatabase,
    /** How many accounts use the database: a single one skips the check. */
    private readonly countAccounts: () => number,
  ) {
    const { dialect } = database;
    const { now } = dialect;
    this.ready = new SharedCheck(database, [duePriorities(dialect, 'r.account')]);
    // Along an index that is named: PostgreSQL expects to find a row soon, and reads the other accounts' until then.
    const oneOf = (table: string, index: string, where: Readonly<Record<string, string>>, order: string) => {
      const conditions = Object.entries(where).map(([column, value]) => `AND w.${column} = ${value}`);
      const decided = ['account', ...Object.keys(where)].map((column) => `w.${column}`).join(', ');
      return `FROM ${table} AS w ${dialect.through(index)} WHERE w.account = r.account ${conditions.join(' ')}
        ${dialect.alongIndex(decided, `w.${order}`)}`;
    };
    this.unfinished = new SharedCheck(database, [
      oneOf('emay_ims_due', 'emay_ims_due_ready', {}, 'priority DESC, w.due_at'),
      oneOf('emay_ims_attempt', 'emay_ims_attempt_due', {}, 'due_at'),
      oneOf('emay_ims_message', 'emay_ims_message_outcome', { outcome: `'${HELD}'` }, 'created_at'),
      oneOf('emay_ims_report_batch', 'emay_ims_report_batch_state', { state: "'PULLING'" }, 'id'),
      oneOf('emay_ims_report', 'emay_ims_report_status', { status: "'ORPHANED'" }, 'created_at'),
    ]);
    this.undelivered = new SharedCheck(database, [
      oneOf('emay_ims_event', 'emay_ims_event_due', { handler: 'r.handler', state: "'PENDING'" }, 'due_at'),
    ]);
    // By their order, not by MAX, MIN or a comparison: where the account is that of a row, MariaDB reads everything of the account for those.
    const newest = `(SELECT m.created_at FROM emay_ims_message AS m ${dialect.through('emay_ims_message_created')}
      WHERE m.account = r.account ${dialect.alongIndex('m.account DESC', 'm.created_at DESC')} LIMIT 1)`;
    const nextCount = `(SELECT u.next_at FROM emay_ims_figure_unit AS u ${dialect.through('emay_ims_figure_unit_next')}
      WHERE u.account = r.account ${dialect.alongIndex('u.account', 'u.next_at')} LIMIT 1)`;
    this.uncounted = new SharedCheck(database, [
      'FROM emay_ims_figure_mark WHERE account = r.account',
      `FROM (SELECT 1 AS one) AS x WHERE ${nextCount} <= ${now}`,
      `FROM emay_ims_figure_run WHERE account = r.account AND (counted_from > 0 OR as_of > ${now} OR as_of <= ${newest} + ${LATE_MS})`,
      // Never counted yet. Not NOT EXISTS: PostgreSQL would ask that for each message.
      `FROM (SELECT 1 AS one) AS x WHERE ${newest} IS NOT NULL
        AND (SELECT c.counter FROM emay_ims_figure_run AS c WHERE c.account = r.account) IS NULL`,
    ]);
  }

  /** Whether it may have ready messages. */
  async mayHaveReady(account: string): Promise<boolean> {
    return this.countAccounts() < 2 || this.ready.of(account);
  }

  /** Whether it may have work for maintenance; `handlers`: whose events count. */
  async mayHaveUnfinished(account: string, handlers: readonly string[]): Promise<boolean> {
    if (this.countAccounts() < 2 || (await this.unfinished.of(account))) return true;
    return this.undelivered.of(account, [ANY_HANDLER, ...handlers]);
  }

  /** Whether figures may differ from messages. */
  mayHaveUncounted(account: string): Promise<boolean> {
    return this.uncounted.of(account);
  }
}

class SharedCheck {
  private readonly sql: string;
  private next: { accounts: Map<string, readonly string[]>; found: Promise<ReadonlySet<string>> } | null = null;

  constructor(
    private readonly database: ImsDatabase,
    /** Each place where work may be, as a FROM clause. */
    places: readonly string[],
  ) {
    // LIMIT keeps planners from reading a whole table for the join.
    const found = places.map((from) => `(SELECT 1 ${from} LIMIT 1)`).join(', ');
    this.sql = `SELECT r.account, COALESCE(${found}, 0) AS found FROM ${database.dialect.rows(COLUMNS, 'r')}`;
  }

  async of(account: string, handlers: readonly string[] = ['']): Promise<boolean> {
    if (!this.next) {
      const accounts = new Map<string, readonly string[]>();
      this.next = { accounts, found: this.find(accounts) };
    }
    this.next.accounts.set(account, handlers);
    return (await this.next.found).has(account);
  }

  private async find(accounts: ReadonlyMap<string, readonly string[]>): Promise<ReadonlySet<string>> {
    await endOfTurn();
    this.next = null;
    const asked = [...accounts].flatMap(([account, handlers]) => handlers.map((handler) => ({ account, handler })));
    const rows = await this.database.rows(this.sql, this.database.dialect.encodeRows(COLUMNS, asked));
    return new Set(rows.filter(({ found }) => Number(found) === 1).map(({ account }) => String(account)));
  }
}
