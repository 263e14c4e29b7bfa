import type { ImsDatabase, SqlRow, SqlSession } from '../database/ims-database.js';
import { newToken } from '../messages/ids.js';
import { contentProblem } from '../protocol/index.js';
import type { AuditEntry, NewAuditEntry } from './api/audit-entry.js';
import type { SearchPage } from './api/message-search.js';
import { pageNewestFirst } from './newest-first.js';
import { violation } from './page-token.js';

const MAX_ACTOR_LENGTH = 128;
const MAX_ACTION_LENGTH = 32;
const MAX_REASON_LENGTH = 500;
const COLUMNS = 'id, at, actor, action, filter, items, done, skipped, reason';

/** Who did what to one account: table `emay_ims_audit`. */
export class Audit {
  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
  ) {}

  /** Resolves to the id of the entry. @param session of the transaction of what is done; default: one of its own */
  async record(entry: NewAuditEntry, session: SqlSession = this.database): Promise<string> {
    const { actor, action, filter, items, done, skipped, reason } = entry;
    checkedText('actor', actor, MAX_ACTOR_LENGTH);
    checkedText('action', action, MAX_ACTION_LENGTH);
    const id = newToken();
    const values = [this.account, id, actor, action, filter && JSON.stringify(filter), items, done, skipped];
    await session.run(
      `INSERT INTO emay_ims_audit (account, id, actor, action, filter, items, done, skipped, reason, at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ${this.database.dialect.now})`,
      [...values, reason && reason.slice(0, MAX_REASON_LENGTH)],
    );
    return id;
  }

  /** Counts what has been done since. @param session of its transaction; default: one of its own */
  async count(
    id: string,
    { done, skipped }: Pick<AuditEntry, 'done' | 'skipped'>,
    session: SqlSession = this.database,
  ): Promise<void> {
    await session.run('UPDATE emay_ims_audit SET done = ?, skipped = ? WHERE account = ? AND id = ?', [
      ...[done, skipped],
      ...[this.account, id],
    ]);
  }

  /** Newest first. */
  find({
    id,
    actor,
    action,
    after,
  }: {
    id?: string;
    actor?: string;
    action?: string;
    after?: string;
  }): Promise<SearchPage<AuditEntry>> {
    const from = { table: 'emay_ims_audit', columns: COLUMNS, account: this.account };
    return pageNewestFirst(this.database, from, { id, actor, action }, after, toEntry);
  }
}

/** @throws EmayImsValidationError for what is no text, empty or too long */
export function checkedText(property: string, text: unknown, maxLength: number): string {
  if (typeof text === 'string' && contentProblem(text, maxLength) === null) return text;
  throw violation(property, `must be a text of 1 to ${maxLength} characters, well-formed and without NUL`);
}

/** Of a person. */
export function checkedActor(by: unknown): string {
  return checkedText('by', by, MAX_ACTOR_LENGTH);
}

export function checkedReason(reason: unknown): string {
  return checkedText('reason', reason, MAX_REASON_LENGTH);
}

function toEntry(row: SqlRow): AuditEntry {
  return {
    id: String(row.id),
    at: new Date(Number(row.at)),
    actor: String(row.actor),
    action: String(row.action),
    filter: row.filter === null ? null : (JSON.parse(String(row.filter)) as Record<string, unknown>),
    items: Number(row.items),
    done: Number(row.done),
    skipped: Number(row.skipped),
    reason: row.reason === null ? null : String(row.reason),
  };
}
