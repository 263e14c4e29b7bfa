import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { ImsDatabase } from '../../../libs/emay-ims/src/database/ims-database.js';
import { DEFAULT_LIMITS, type ConnectionLimits } from '../../../libs/emay-ims/src/database/pooled-connection.js';
import type { Attempt } from '../../../libs/emay-ims/src/messages/attempt.js';
import type { NewMessage } from '../../../libs/emay-ims/src/messages/new-message.js';
import type { SqlRow } from '../../../libs/emay-ims/src/database/ims-database.js';
import { inRowsOf, packIds } from '../../../libs/emay-ims/src/message-store/packed-ids.js';
import { messageParts, type MessageParts } from './message-parts.js';
import { outcomeSql } from '../../../libs/emay-ims/src/message-store/listed-outcome.js';
import type { ImsMessageState } from '../../../libs/emay-ims/src/messages/message-state.js';

/** An empty, migrated database for a contract to run on. */
export interface OpenDatabase {
  /** The first call connects; each further one adds a connection of its own, as another process would have. */
  connect(): Promise<DataSource>;
  /** Closes every connection and drops the database. */
  close(): Promise<void>;
}

/** What a test counts is rows and pages; however long a busy machine takes, only a statement that hangs ends. */
const PATIENT: ConnectionLimits = { ...DEFAULT_LIMITS, statementTimeoutMs: 100_000 };

export const REPORT_DEADLINE_MS = 72 * 3_600_000;
export const HOLD_MS = 24 * 3_600_000;
export const HOUR = 3_600_000;
/** Written into `due_at` and its like: overdue whatever the clock says. */
export const LONG_AGO = 1;
export const FAR_FUTURE = 8_000_000_000_000;

/** Stores over one database. Each test takes an account of its own, so that none sees another's messages. */
export class StoreBench {
  private constructor(
    private readonly opened: OpenDatabase,
    readonly database: ImsDatabase,
  ) {}

  static async open(openDatabase: () => Promise<OpenDatabase>): Promise<StoreBench> {
    const opened = await openDatabase();
    return new StoreBench(opened, new ImsDatabase(await opened.connect(), { limits: PATIENT }));
  }

  /** A database object on a connection of its own, as in another process. */
  async anotherDatabase(): Promise<ImsDatabase> {
    return new ImsDatabase(await this.opened.connect(), { limits: PATIENT });
  }

  store(account = newAccount(), database = this.database): MessageParts {
    return messageParts(database, account, { reportDeadlineMs: REPORT_DEADLINE_MS, holdMs: HOLD_MS });
  }

  rowsOf(table: string, account: string): Promise<SqlRow[]> {
    return this.database.rows(`SELECT * FROM ${table} WHERE account = ? ORDER BY 1, 2`, [account]);
  }

  async enqueue(store: MessageParts, messages: readonly NewMessage[]): Promise<void> {
    await store.queue.insertQueued(messages, await store.queue.now(), this.database);
  }

  /** Writes columns past the store, to bring a message into any state and any time. */
  async put(store: MessageParts, customImsId: string, columns: Record<string, string | number | null>): Promise<void> {
    const names = Object.keys(columns);
    const changed = await this.database.run(
      `UPDATE emay_ims_message SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE account = ? AND custom_ims_id = ?`,
      [...Object.values(columns), store.account, customImsId],
    );
    if (changed !== 1) throw new Error(`There is no message ${customImsId}.`);
    await this.relist(store);
  }

  /** Lists the messages of an account that were written past the store as it would have listed them. */
  async relist(store: MessageParts): Promise<void> {
    const held = "state = 'QUEUED' AND due_at IS NULL";
    await this.database.run(
      `UPDATE emay_ims_message SET outcome = CASE WHEN ${held} THEN 'HELD' ELSE ${outcomeSql('state')} END WHERE account = ?`,
      [store.account],
    );
    for (const table of ['emay_ims_due', 'emay_ims_attempt']) {
      await this.database.run(`DELETE FROM ${table} WHERE account = ?`, [store.account]);
    }
    const rows = await this.database.rows(
      `SELECT custom_ims_id, state, priority, due_at, expires_at, attempt FROM emay_ims_message
       WHERE account = ? AND state IN ('QUEUED', 'SUBMITTING', 'ACCEPTED') AND NOT (${held})`,
      [store.account],
    );
    for (const some of inRowsOf(rows)) await this.listRows(store, some);
  }

  private async listRows({ account }: MessageParts, rows: readonly SqlRow[]): Promise<void> {
    const groups = new Map<string, SqlRow[]>();
    for (const row of rows) {
      const { state, priority, due_at: dueAt, expires_at: expiresAt, attempt } = row;
      const key = state === 'QUEUED' ? `${priority} ${dueAt} ${expiresAt}` : `${attempt} ${dueAt}`;
      groups.set(key, [...(groups.get(key) ?? []), row]);
    }
    for (const group of groups.values()) {
      const { state, priority, due_at: dueAt, expires_at: expiresAt, attempt } = group[0] as SqlRow;
      const id = randomBytes(16).toString('hex');
      const ids = packIds(group.map((row) => String(row.custom_ims_id)));
      if (state === 'QUEUED') {
        await this.database.run(
          'INSERT INTO emay_ims_due (id, account, priority, due_at, expires_at, ids) VALUES (?, ?, ?, ?, ?, ?)',
          [id, account, priority, dueAt, expiresAt, ids],
        );
      } else {
        await this.database.run(
          'INSERT INTO emay_ims_attempt (id, account, attempt, ends_at, due_at, ids) VALUES (?, ?, ?, ?, ?, ?)',
          [id, account, attempt ?? '', dueAt ?? 0, dueAt ?? 0, ids],
        );
      }
    }
  }

  /** Stores one message and brings it into the state, as attempt `token`. */
  async inState(store: MessageParts, state: ImsMessageState, customImsId: string, token: string): Promise<void> {
    await this.enqueue(store, [newMessage({ customImsId })]);
    if (state !== 'QUEUED') await this.put(store, customImsId, { state, attempt: token, attempts: 1 });
  }

  /** The row as it stands, by column. */
  async row(store: MessageParts, customImsId: string): Promise<Record<string, unknown>> {
    const [row] = await this.database.rows('SELECT * FROM emay_ims_message WHERE account = ? AND custom_ims_id = ?', [
      store.account,
      customImsId,
    ]);
    if (!row) throw new Error(`There is no message ${customImsId}.`);
    return row;
  }

  async stateOf(store: MessageParts, customImsId: string): Promise<ImsMessageState | undefined> {
    return (await store.finder.findOne(customImsId))?.state;
  }

  async close(): Promise<void> {
    await this.opened.close();
  }
}

let made = 0;

export function newAccount(): string {
  return `account-${++made}`;
}

export function newMessage(given: Partial<NewMessage> = {}): NewMessage {
  const serial = ++made;
  return {
    customImsId: `id-${serial}`,
    mobile: `+61${400_000_000 + serial}`,
    content: 'Hello',
    priority: 0,
    sendAt: null,
    expiresAt: null,
    ...given,
  };
}

export function newMessages(count: number, given: Partial<NewMessage> = {}): NewMessage[] {
  return Array.from({ length: count }, () => newMessage(given));
}

export function newAttempt(lastsMs = HOUR): Attempt {
  return { token: randomBytes(16).toString('hex'), lastsMs };
}

export function idsOf(messages: readonly { customImsId: string }[]): string[] {
  return messages.map(({ customImsId }) => customImsId);
}
