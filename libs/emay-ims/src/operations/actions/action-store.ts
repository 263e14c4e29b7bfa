import type { ImsDatabase, SqlRow, SqlSession } from '../../database/ims-database.js';
import type { SeenMessage } from '../../message-store/message-decisions.js';
import { newToken } from '../../messages/ids.js';
import type { ActionProgress } from '../api/bulk-action.js';
import type { MessageAction } from '../api/message-evidence.js';
import type { ProvedSent } from '../api/proved-sent.js';

/** How long a preview can be applied, in ms. */
export const PREVIEW_LASTS_MS = 300_000;
/** Ids of messages left alone that are told. */
export const MOST_CHANGED_IDS = 100;
const KEPT_MS = 86_400_000;

/** What an action is to do. */
export interface NewAction {
  action: MessageAction;
  actor: string;
  filter: Record<string, unknown>;
  items: readonly SeenMessage[];
  skippedNow: number;
  provedSent: ProvedSent | null;
  isCut: boolean;
}

/** An action that is being applied. */
export interface StoredAction {
  id: string;
  action: MessageAction;
  actor: string;
  filter: Record<string, unknown> | null;
  items: SeenMessage[];
  messages: number;
  /** Items that steps have been through. */
  reached: number;
  done: number;
  changed: number;
  changedIds: string[];
  reason: string | null;
  auditId: string | null;
  state: 'PREVIEWED' | 'RUNNING' | 'DONE';
  isExpired: boolean;
}

const COLUMNS = `id, action, actor, filter, messages, reached, done, changed, changed_ids, reason, audit_id, state`;

/** Actions of operators on many messages of one account: table `emay_ims_action`. Kept for a day; the audit stays. */
export class ActionStore {
  constructor(
    readonly database: ImsDatabase,
    private readonly account: string,
  ) {}

  /** Stores what would be done, and forgets what is a day old. */
  async insert(action: NewAction): Promise<{ id: string; expiresAt: Date; expiresInMs: number }> {
    const { now } = this.database.dialect;
    const id = newToken();
    const values = [this.account, id, action.action, action.actor, JSON.stringify(action.filter)];
    // -1: not known.
    const proved = action.provedSent?.messages ?? -1;
    const counts = [action.items.length, action.skippedNow, proved, Number(action.isCut)];
    await this.database.transaction(async (session) => {
      await session.run(`DELETE FROM emay_ims_action WHERE account = ? AND expires_at <= ${now} - ${KEPT_MS}`, [
        this.account,
      ]);
      await session.run(
        `INSERT INTO emay_ims_action (account, id, action, actor, filter, items, messages, skipped, proved_sent, is_cut,
           reached, done, changed, changed_ids, state, created_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, '[]', 'PREVIEWED', ${now}, ${now} + ${PREVIEW_LASTS_MS})`,
        [...values, this.database.dialect.longText(packItems(action.items)), ...counts],
      );
    });
    const [row] = await this.database.rows('SELECT expires_at FROM emay_ims_action WHERE account = ? AND id = ?', [
      this.account,
      id,
    ]);
    return { id, expiresAt: new Date(Number(row?.expires_at)), expiresInMs: PREVIEW_LASTS_MS };
  }

  /** The action, for this transaction alone: whoever else applies it waits. */
  async lock(id: string, session: SqlSession): Promise<StoredAction | null> {
    const { dialect } = this.database;
    const { now } = dialect;
    const [row] = await session.rows(
      `SELECT ${COLUMNS}, items, (CASE WHEN expires_at <= ${now} THEN 1 ELSE 0 END) AS is_expired FROM emay_ims_action
       WHERE account = ? AND id = ? ${dialect.lock()}`,
      [this.account, id],
    );
    return row ? toAction(row) : null;
  }

  /** Keeps how far it has got, in the transaction of the step. */
  async advance(action: StoredAction, session: SqlSession): Promise<void> {
    const { id, reached, done, changed, changedIds, reason, auditId, state } = action;
    const ended = state === 'DONE' ? this.database.dialect.now : 'NULL';
    await session.run(
      `UPDATE emay_ims_action SET reached = ?, done = ?, changed = ?, changed_ids = ?, reason = ?, audit_id = ?, state = ?,
         ended_at = ${ended} WHERE account = ? AND id = ?`,
      [reached, done, changed, JSON.stringify(changedIds), reason, auditId, state, this.account, id],
    );
  }

  async progress(id: string): Promise<ActionProgress | null> {
    const { now } = this.database.dialect;
    const [row] = await this.database.rows(
      `SELECT ${COLUMNS}, '[]' AS items, (CASE WHEN expires_at <= ${now} THEN 1 ELSE 0 END) AS is_expired FROM emay_ims_action
       WHERE account = ? AND id = ?`,
      [this.account, id],
    );
    return row ? toProgress(toAction(row)) : null;
  }
}

export function toProgress({
  id,
  action,
  messages,
  done,
  changed,
  changedIds,
  state,
  isExpired,
}: StoredAction): ActionProgress {
  const shown = { PREVIEWED: isExpired ? 'expired' : 'previewed', RUNNING: 'running', DONE: 'done' } as const;
  return { id, action, state: shown[state], count: messages, done, changedSince: changed, changedIds };
}

function packItems(items: readonly SeenMessage[]): string {
  return JSON.stringify(items.map(({ customImsId, attempt }) => [customImsId, attempt]));
}

function toAction(row: SqlRow): StoredAction {
  const items = JSON.parse(String(row.items)) as [string, string | null][];
  return {
    id: String(row.id),
    action: row.action as MessageAction,
    actor: String(row.actor),
    filter: row.filter === null ? null : (JSON.parse(String(row.filter)) as Record<string, unknown>),
    items: items.map(([customImsId, attempt]) => ({ customImsId, attempt })),
    messages: Number(row.messages),
    reached: Number(row.reached),
    done: Number(row.done),
    changed: Number(row.changed),
    changedIds: JSON.parse(String(row.changed_ids)) as string[],
    reason: row.reason === null ? null : String(row.reason),
    auditId: row.audit_id === null ? null : String(row.audit_id),
    state: row.state as StoredAction['state'],
    isExpired: Number(row.is_expired) === 1,
  };
}
