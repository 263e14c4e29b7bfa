import type { ImsDatabase, SqlRow, SqlSession } from '../database/ims-database.js';
import type { RowColumns, SqlDialect } from '../database/sql-dialect.js';
import { newToken } from '../messages/ids.js';
import { inIdOrder, ofAccount, STATE } from './statement-parts.js';

/**
 * What happened to a message off the usual way.
 *
 * - `released`: the attempt provably was not accepted; the message went back into the queue.
 * - `unconfirmed`: the attempt may have been accepted; no usable answer came.
 * - `late`: an answer came after the attempt counted as over. It may have changed nothing.
 * - `contradicted`: a report told another outcome than the one that was known. It may have changed nothing.
 * - `cancelled`: it was withdrawn.
 */
export type TraceKind = 'released' | 'unconfirmed' | 'late' | 'contradicted' | 'cancelled';

/** What is known of one such step. */
export interface Trace {
  kind: TraceKind;
  at: Date;
  attempt: string | null;
  code: string | null;
  /** `late`: the gateway's id. `contradicted`: what was known, what the report says, and its batch. `cancelled`: who. */
  detail: string | null;
  /** `cancelled`: entry of the audit, if many were at once. */
  auditId: string | null;
}

/** Who withdrew messages, as far as it is known. */
export interface Cancelled {
  by: string | null;
  /** Entry of the audit. */
  auditId?: string | null;
}

/** A trace to write of one message. */
export interface NewTrace {
  customImsId: string;
  code?: string | null | undefined;
  detail?: string | null | undefined;
}

/** Most traces of a message: they are evidence for a person, who reads no more. */
export const MAX_TRACES = 20;

export const TRACE_ROW: RowColumns = {
  custom_ims_id: 'varchar64',
  id: 'varchar64',
  attempt: 'varchar64',
  code: 'varchar64',
  detail: 'varchar255',
};
const CANCELLED_ROW: RowColumns = { custom_ims_id: 'varchar64', id: 'varchar64' };
const COLUMNS = 'account, custom_ims_id, id, at, kind, attempt, code, detail';
const INSERT = `INSERT INTO emay_ims_trace (${COLUMNS})`;

/** The statements of `MessageTraces`; each comment lists its parameters in order. */
export function traceSql(dialect: SqlDialect) {
  const { now } = dialect;
  const ofMessage = 't.account = m.account AND t.custom_ims_id = m.custom_ims_id';
  /** rows, account. A repeated call adds nothing where `isOnce`. */
  const insert = (kind: TraceKind, where: string, { code = 'r.code', isOnce = true } = {}) => {
    const attempt = 'COALESCE(r.attempt, m.attempt)';
    const isNew = `NOT EXISTS (SELECT 1 FROM emay_ims_trace AS t
      WHERE ${ofMessage} AND t.kind = '${kind}' AND COALESCE(t.attempt, '') = COALESCE(${attempt}, ''))`;
    return `${INSERT} SELECT m.account, m.custom_ims_id, r.id, ${now}, '${kind}', ${attempt}, ${code}, r.detail
      FROM ${dialect.rows(TRACE_ROW, 'r')} JOIN emay_ims_message AS m ON ${ofAccount(dialect)}
      WHERE ${where} AND (SELECT COUNT(*) FROM emay_ims_trace AS t WHERE ${ofMessage}) < ${MAX_TRACES}
        ${isOnce ? `AND ${isNew}` : ''}`;
  };
  return {
    /** after the release of the attempt */
    released: insert('released', `m.attempt = r.attempt AND ${STATE} = 'QUEUED'`),
    /** after the outcomes of the attempt */
    unconfirmed: insert(
      'unconfirmed',
      `m.attempt = r.attempt AND ${STATE} = 'UNCONFIRMED' AND COALESCE(m.code, '') = COALESCE(r.code, '')`,
    ),
    /** after a change to UNCONFIRMED with this code */
    unconfirmedWith: insert('unconfirmed', `${STATE} = 'UNCONFIRMED' AND m.code = r.code`),
    /** before the outcomes of the attempt */
    late: insert(
      'late',
      `(COALESCE(m.attempt, '') <> r.attempt OR (${STATE} = 'UNCONFIRMED' AND COALESCE(m.code, '') <> COALESCE(r.code, ''))
        OR (${STATE} = 'UNKNOWN' AND COALESCE(m.code, '') = 'GIVEN_UP'))`,
    ),
    contradicted: insert('contradicted', '1 = 1', { isOnce: false }),
    /**
     * account, detail, audit_id, rows. Reads nothing: in a transaction of the host, at any isolation level, it must not lock the traces of other
     * messages.
     */
    cancelled: `INSERT INTO emay_ims_trace (${COLUMNS}, audit_id)
      SELECT ?, r.custom_ims_id, r.id, ${now}, 'cancelled', NULL, NULL, ?, ? FROM ${dialect.rows(CANCELLED_ROW, 'r')}`,
    /** account, custom_ims_id */
    find: `SELECT kind, at, attempt, code, detail, audit_id FROM emay_ims_trace WHERE account = ? AND custom_ims_id = ? ORDER BY at, id`,
  };
}

/**
 * `emay_ims_trace`: what happened to messages of one account off the usual way, and what later changes of the message would overwrite.
 *
 * - Written in the transaction of the change. What is enqueued, claimed, accepted and reported as usual writes none.
 * - Purged with the message.
 */
export class MessageTraces {
  private readonly sql: ReturnType<typeof traceSql>;

  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
  ) {
    this.sql = traceSql(database.dialect);
  }

  /** Call it after the release. */
  released(token: string, traces: readonly NewTrace[], session: SqlSession): Promise<void> {
    return this.add(this.sql.released, traces, session, token);
  }

  /** Call it after the outcomes have been recorded, with those that are UNCONFIRMED. */
  unconfirmed(token: string, traces: readonly NewTrace[], session: SqlSession): Promise<void> {
    return this.add(this.sql.unconfirmed, traces, session, token);
  }

  /** Of those of these messages that have just become UNCONFIRMED with this code. */
  unconfirmedWith(code: string, customImsIds: readonly string[], session: SqlSession): Promise<void> {
    const traces = customImsIds.map((customImsId) => ({ customImsId, code }));
    return this.add(this.sql.unconfirmedWith, traces, session);
  }

  /** Call it before the outcomes are recorded. */
  late(token: string, traces: readonly NewTrace[], session: SqlSession): Promise<void> {
    return this.add(this.sql.late, traces, session, token);
  }

  contradicted(traces: readonly NewTrace[], session: SqlSession): Promise<void> {
    return this.add(this.sql.contradicted, traces, session);
  }

  async cancelled(
    customImsIds: readonly string[],
    { by, auditId = null }: Cancelled,
    session: SqlSession,
  ): Promise<void> {
    const rows = customImsIds.map((id) => ({ custom_ims_id: id, id: newToken() }));
    const encoded = this.database.dialect.encodeRows(CANCELLED_ROW, inIdOrder(rows));
    await session.run(this.sql.cancelled, [this.account, by, auditId, ...encoded]);
  }

  /** Of one message, oldest first. */
  async find(customImsId: string): Promise<Trace[]> {
    return (await this.database.rows(this.sql.find, [this.account, customImsId])).map(toTrace);
  }

  private async add(sql: string, traces: readonly NewTrace[], session: SqlSession, attempt?: string): Promise<void> {
    // One for each message: the limit is counted before the statement.
    const byId = new Map(traces.map((trace) => [trace.customImsId, trace]));
    if (byId.size === 0) return;
    const rows = [...byId.values()].map(({ customImsId, code, detail }) => ({
      custom_ims_id: customImsId,
      id: newToken(),
      attempt,
      code: code ?? undefined,
      detail: detail?.slice(0, 255),
    }));
    await session.run(sql, [...this.database.dialect.encodeRows(TRACE_ROW, inIdOrder(rows)), this.account]);
  }
}

function toTrace(row: SqlRow): Trace {
  return {
    kind: String(row.kind) as TraceKind,
    at: new Date(Number(row.at)),
    attempt: text(row.attempt),
    code: text(row.code),
    detail: text(row.detail),
    auditId: text(row.audit_id),
  };
}

function text(cell: SqlRow[string] | undefined): string | null {
  return cell === null || cell === undefined ? null : String(cell);
}
