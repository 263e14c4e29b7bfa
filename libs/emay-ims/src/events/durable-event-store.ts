import { oneMore } from '../database/counter.js';
import type { ImsDatabase, SqlRow, SqlSession } from '../database/ims-database.js';
import type { RowColumns } from '../database/sql-dialect.js';
import { newToken } from '../messages/ids.js';
import type { EmayImsEvent, EmayImsEventType } from './emay-ims-event.js';
import type { DurableHandler } from './event-handler.js';

const COLUMNS: RowColumns = { id: 'varchar64', handler: 'varchar64', type: 'varchar64', payload: 'text' };
/** Early events assigned in one transaction. */
const EARLY_AT_A_TIME = 500;
const NAMES = Object.keys(COLUMNS);
/** Placeholder for a handler that is not known yet; no handler can have this name. */
export const ANY_HANDLER = '*';

/** An event claimed for a call; `claim` identifies the caller. */
export interface ClaimedEvent {
  id: string;
  claim: string;
  event: EmayImsEvent;
  /** Calls so far, this one included. */
  attempts: number;
}

/** Events for durable handlers, table `emay_ims_event`: one row for each event and handler, deleted on success. */
export class DurableEventStore {
  /** Claim of the events that this process recorded before its handlers were known. */
  private readonly early = newToken();

  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
  ) {}

  /** Records the events for the handlers that want them, in the transaction of the change. */
  async record(
    events: readonly EmayImsEvent[],
    handlers: readonly DurableHandler[],
    session: SqlSession,
  ): Promise<void> {
    await this.insert(
      events.flatMap((event) =>
        handlers
          .filter(({ types }) => types.has(event.type))
          .map(({ name }) => ({ id: newToken(), handler: name, type: event.type, payload: JSON.stringify(event) })),
      ),
      session,
    );
  }

  /** Records events that came before the handlers were known. */
  async recordEarly(events: readonly EmayImsEvent[], session: SqlSession): Promise<void> {
    const rows = events.map((event) => ({
      ...{ id: newToken(), handler: ANY_HANDLER },
      ...{ type: event.type, payload: JSON.stringify(event) },
    }));
    await this.insert(rows, session, this.early);
  }

  /**
   * Assigns early events to their handlers: those of this process, and older ones of other processes. One that no handler wants is deleted.
   *
   * @param stalledMs how old those of other processes are, at least
   * @returns how many events were assigned or deleted
   */
  async assignEarly(handlers: readonly DurableHandler[], stalledMs: number): Promise<number> {
    let total = 0;
    for (let count = EARLY_AT_A_TIME; count === EARLY_AT_A_TIME; total += count) {
      count = await this.assignSome(handlers, stalledMs);
    }
    return total;
  }

  private async assignSome(handlers: readonly DurableHandler[], stalledMs: number): Promise<number> {
    const { dialect } = this.database;
    const { now } = dialect;
    const early = `SELECT id, type, payload FROM emay_ims_event
      WHERE account = ? AND handler = ? AND state = 'PENDING' AND (claim = ? OR created_at < ${now} - ${stalledMs})
      ORDER BY due_at LIMIT ${EARLY_AT_A_TIME}`;
    const parameters = [this.account, ANY_HANDLER, this.early];
    if ((await this.database.rows(early, parameters)).length === 0) return 0;
    return this.database.transaction(async (session) => {
      const events = await session.rows(`${early} ${dialect.lockSkippingLocked()}`, parameters);
      if (events.length === 0) return 0;
      const rows = events.flatMap(({ type, payload }) =>
        handlers
          .filter(({ types }) => types.has(type as EmayImsEventType))
          .map(({ name }) => ({ id: newToken(), handler: name, type: String(type), payload: String(payload) })),
      );
      await this.insert(rows, session);
      const ids = events.map(({ id }) => id);
      const listed = { table: 'emay_ims_event', common: {}, column: 'id', type: 'varchar64', values: ids } as const;
      const { sql, parameters: listedIds } = dialect.deleteListed(listed);
      await session.run(sql, listedIds);
      return events.length;
    });
  }

  private async insert(
    rows: readonly Record<string, string>[],
    session: SqlSession,
    claim: string | null = null,
  ): Promise<void> {
    if (rows.length === 0) return;
    const { dialect } = this.database;
    const insert = dialect.insertNew(
      'emay_ims_event',
      [...NAMES, 'account', 'claim', 'state', 'due_at', 'attempts', 'created_at'],
      `SELECT ${NAMES.map((name) => `r.${name}`).join(', ')}, ?, ?, 'PENDING', ${dialect.now}, 0, ${dialect.now}
       FROM ${dialect.rows(COLUMNS, 'r')}`,
    );
    await session.run(insert, [this.account, claim, ...dialect.encodeRows(COLUMNS, rows)]);
  }

  /**
   * Claims ready events of a handler, of the types it wants now, oldest first. No other instance gets them while the lease lasts.
   *
   * @param readyForMs only events that became ready so lately; `null`: however long ago
   */
  async claim(
    { name, types }: DurableHandler,
    limit: number,
    leaseMs: number,
    readyForMs: number | null = null,
  ): Promise<ClaimedEvent[]> {
    const { dialect } = this.database;
    const { now } = dialect;
    const claim = newToken();
    return this.database.transaction(async (session) => {
      const rows = await session.rows(
        `SELECT id, payload, attempts FROM emay_ims_event
         WHERE account = ? AND handler = ? AND state = 'PENDING' AND due_at <= ${now}
           ${readyForMs === null ? '' : `AND due_at > ${now} - ?`}
           AND type IN (${[...types].map(() => '?').join(', ')})
         ORDER BY due_at LIMIT ? ${dialect.lockSkippingLocked()}`,
        [this.account, name, ...(readyForMs === null ? [] : [readyForMs]), ...types, limit],
      );
      if (rows.length === 0) return [];
      await session.run(
        `UPDATE emay_ims_event SET claim = ?, due_at = ${now} + ?, attempts = ${oneMore('attempts')}
         WHERE id IN (${rows.map(() => '?').join(', ')})`,
        [claim, leaseMs, ...rows.map(({ id }) => id)],
      );
      return rows.map((row) => toClaimed(row, claim, this.account));
    });
  }

  /** The handler has succeeded. */
  async finish({ id, claim }: ClaimedEvent): Promise<void> {
    await this.database.run('DELETE FROM emay_ims_event WHERE id = ? AND claim = ?', [id, claim]);
  }

  /** The handler was not called: another instance may call it. */
  async release({ id, claim }: ClaimedEvent): Promise<void> {
    await this.database.run(
      `UPDATE emay_ims_event SET attempts = attempts - 1, due_at = ${this.database.dialect.now} WHERE id = ? AND claim = ?`,
      [id, claim],
    );
  }

  /** The handler has failed: schedules the next call or, with `null`, dead-letters the event. */
  async fail({ id, claim }: ClaimedEvent, error: string, retryInMs: number | null): Promise<void> {
    await this.database.run(
      `UPDATE emay_ims_event SET state = ?, error = ?, due_at = ${this.database.dialect.now} + ?
       WHERE id = ? AND claim = ?`,
      [retryInMs === null ? 'FAILED' : 'PENDING', error, retryInMs ?? 0, id, claim],
    );
  }

  /** Makes events ready that wait longer than any event should: the database's clock was set back. Resolves to how many. */
  async recoverFromClockSetBack(longestWaitMs: number): Promise<number> {
    const { now } = this.database.dialect;
    const bring = `UPDATE emay_ims_event SET due_at = ${now} WHERE account = ? AND state = 'PENDING'
      AND (due_at > ${now} + ? OR created_at > ${now})`;
    return this.database.transaction((session) => session.run(bring, [this.account, longestWaitMs]));
  }

  /** Makes FAILED events ready again, all or one handler's; resolves to how many. */
  async retryFailed(handler: string | null): Promise<number> {
    const retry = `UPDATE emay_ims_event SET state = 'PENDING', attempts = 0, due_at = ${this.database.dialect.now}
       WHERE account = ? AND state = 'FAILED'${handler === null ? '' : ' AND handler = ?'}`;
    // Our transactions are READ COMMITTED: at MySQL's default, every row read would stay locked.
    return this.database.transaction((session) =>
      session.run(retry, handler === null ? [this.account] : [this.account, handler]),
    );
  }
}

/** The account may have been renamed since the event was recorded. */
function toClaimed({ id, payload, attempts }: SqlRow, claim: string, account: string): ClaimedEvent {
  const event = JSON.parse(String(payload)) as EmayImsEvent & { occurredAt: string };
  return {
    id: String(id),
    claim,
    event: { ...event, account, occurredAt: new Date(event.occurredAt) } as EmayImsEvent,
    attempts: Number(attempts) + 1,
  };
}
