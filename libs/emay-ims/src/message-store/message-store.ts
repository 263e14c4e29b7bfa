import type { EntityManager } from 'typeorm';
import type { ImsDatabase, SqlSession } from '../database/ims-database.js';
import { EventTransactions } from '../events/event-transactions.js';
import type { EventfulSession } from '../events/transaction-events.js';
import type { AppliedReport, ReportedMessage } from '../messages/applied-report.js';
import type { Attempt, ClaimedMessage, Release, Settlement } from '../messages/attempt.js';
import type { NewMessage } from '../messages/new-message.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import { ClockSetBack } from './clock-set-back.js';
import { HandedOverSweep } from './handed-over-sweep.js';
import { MessageChanges } from './message-changes.js';
import { attemptParameters, MessageClaims } from './message-claims.js';
import { HANDED_OVER } from './message-listing.js';
import { MessageResults } from './message-results.js';
import { toMessage } from './message-row.js';
import { ID_ROW } from './message-change-sql.js';
import { IMS_ID_ROW, messageSql, NEW_MESSAGE_ROW, type MessageSql } from './message-sql.js';
import { idRows, inIdOrder, NewMessageRow, toReported } from './statement-rows.js';
import { IMS_MESSAGE_STATES, type ImsMessageState } from '../messages/message-state.js';

/** Between which two times, in epoch ms, the attempts that handed messages over were to end. */
export interface HandedOverAround {
  from: number;
  to: number;
}

/** The messages of one account in SQL. Every step is one statement; states only move as `message-state.ts` says. */
export class MessageStore {
  private readonly sql: MessageSql;
  private readonly changes: MessageChanges;
  private readonly claims: MessageClaims;
  private readonly results: MessageResults;
  private readonly abandonedAttempts: HandedOverSweep;
  private readonly overdueReports: HandedOverSweep;
  private readonly clock: ClockSetBack;

  constructor(
    private readonly database: ImsDatabase,
    readonly account: string,
    private readonly options: { reportDeadlineMs: number; holdMs: number },
    events = new EventTransactions(database, account),
  ) {
    this.sql = messageSql(database.dialect, options);
    this.claims = new MessageClaims(database, account, this.sql);
    this.changes = new MessageChanges(database, account, events, this.sql.findChanged);
    this.results = new MessageResults(database, account, this.changes, events, this.sql);
    this.clock = new ClockSetBack(database, account, this.changes, this.sql);
    this.abandonedAttempts = new HandedOverSweep(database, account, this.changes, this.sql.recover, this.sql, 0);
    this.overdueReports = new HandedOverSweep(
      database,
      account,
      this.changes,
      this.sql.giveUpWaiting,
      this.sql,
      options.reportDeadlineMs,
    );
  }

  /** The database's clock. */
  async now(session: SqlSession = this.database): Promise<Date> {
    const [row] = await session.rows(this.sql.now);
    return new Date(Number(row?.now));
  }

  /**
   * Stores messages for the dispatcher; ids that are there already are left alone.
   *
   * @param isNew their ids have just been made, so none can be there: PostgreSQL stores them for a quarter less
   */
  async insertQueued(
    messages: readonly NewMessage[],
    createdAt: Date,
    session: SqlSession,
    { isNew = false }: { isNew?: boolean } = {},
  ): Promise<void> {
    const created = createdAt.getTime();
    await session.run(isNew ? this.sql.insertNewlyQueued : this.sql.insertQueued, [
      this.account,
      created,
      created,
      created,
      ...this.newMessageRows(messages),
    ]);
  }

  /** Stores messages whose request is about to leave; ids that are there already are left alone. */
  async insertSubmitting(messages: readonly NewMessage[], attempt: Attempt): Promise<void> {
    await this.database.run(this.sql.insertSubmitting, [
      this.account,
      ...attemptParameters(attempt),
      ...this.newMessageRows(messages),
    ]);
  }

  async findByIds(customImsIds: readonly string[], session: SqlSession = this.database): Promise<ImsMessage[]> {
    if (customImsIds.length === 0) return [];
    return (await session.rows(this.sql.findByIds, [...this.encodeIds(customImsIds), this.account])).map(toMessage);
  }

  /** The same within a transaction that has just stored them, whatever its isolation. */
  async findLatestByIds(customImsIds: readonly string[], session: SqlSession): Promise<ImsMessage[]> {
    if (customImsIds.length === 0) return [];
    return (await session.rows(this.sql.findLatestByIds, [...this.encodeIds(customImsIds), this.account])).map(
      toMessage,
    );
  }

  async findOne(customImsId: string): Promise<ImsMessage | null> {
    const [row] = await this.database.rows(this.sql.findOne, [this.account, customImsId]);
    return row ? toMessage(row) : null;
  }

  async stats(): Promise<Record<ImsMessageState, number>> {
    const counts = Object.fromEntries(IMS_MESSAGE_STATES.map((state) => [state, 0])) as Record<ImsMessageState, number>;
    for (const { listed, state, messages: counted } of await this.database.rows(
      this.sql.stats,
      Array(3).fill(this.account),
      { isLong: true },
    )) {
      const count = Number(counted);
      // Of those handed over, DELIVERED is who is not counted as anything else.
      if (state !== null) counts.DELIVERED -= count;
      counts[(state ?? (listed === HANDED_OVER ? 'DELIVERED' : listed)) as ImsMessageState] += count;
    }
    return counts;
  }

  /** Whether there is anything to claim. */
  hasDue(): Promise<boolean> {
    return this.claims.hasDue();
  }

  /** Takes up to `limit` due messages, highest priority first, no number twice: committed before it resolves. */
  claim(limit: number, attempt: Attempt): Promise<ClaimedMessage[]> {
    return this.claims.claim(limit, attempt);
  }

  /** Takes these messages, due or not, as far as they are still queued; resolves to those it got. */
  claimThese(customImsIds: readonly string[], attempt: Attempt): Promise<ClaimedMessage[]> {
    return this.claims.claimThese(customImsIds, attempt);
  }

  /** Records what the attempt learned. A later attempt, or a higher state, is never overwritten. */
  settle(token: string, settlements: readonly Settlement[]): Promise<void> {
    return this.results.settle(token, settlements);
  }

  /**
   * Gives messages of the attempt back to the queue; its owner knows that nothing of them was accepted. Also those that
   * were taken for abandoned meanwhile, unless a report has come for them or a person has decided.
   */
  async release(token: string, releases: readonly Release[]): Promise<void> {
    if (releases.length === 0) return;
    const rows = releases.map(({ customImsId, code, dueInMs }) => ({
      custom_ims_id: customImsId,
      code: code ?? undefined,
      due_in: dueInMs ?? undefined,
    }));
    const { sql, bind } = this.sql.release;
    await this.database.run(sql, bind({ rows: inIdOrder(rows), where: [this.account, token] }));
  }

  /** What an attempt has taken whose claim got no answer, so that its owner was not told. */
  async findByAttempt(token: string): Promise<string[]> {
    const rows = await this.database.rows(this.sql.findByAttempt, [this.account, token]);
    return rows.map((row) => String(row.custom_ims_id));
  }

  /** Hands messages that were held for their caller over to the dispatcher. */
  async unhold(customImsIds: readonly string[], session: SqlSession): Promise<void> {
    const { sql, bind } = this.sql.unhold;
    await session.run(sql, bind({ rows: idRows(customImsIds), where: [this.account] }));
  }

  /** Withdraws a message that has not been handed over; `false` where it is too late, or there is none. */
  async cancel(customImsId: string, manager: EntityManager | null = null): Promise<boolean> {
    const work = (session: SqlSession) => session.run(this.sql.cancel, [this.account, customImsId]);
    return (await (manager ? this.database.within(manager, work) : work(this.database))) === 1;
  }

  /** Raises messages to what their reports say; resolves to how many moved. */
  applyReports(reports: readonly AppliedReport[], session: EventfulSession): Promise<number> {
    return this.results.applyReports(reports, session);
  }

  /** The same for messages that have no final state yet and went to the number that their report tells. */
  applyNamedReports(reports: readonly AppliedReport[], session: EventfulSession): Promise<number> {
    return this.results.applyNamedReports(reports, session);
  }

  /** Makes messages UNCONFIRMED that have never been handed over from here, though reports tell of them; resolves to how many. */
  doubtReported(reports: readonly AppliedReport[], session: EventfulSession): Promise<number> {
    return this.results.doubtReported(reports, session);
  }

  /** Who a report could be about, by our id or by the gateway's. */
  async findReported(
    ids: { customImsIds: string[]; imsIds: { ims_id: string; mobile: string }[] },
    session: SqlSession,
  ): Promise<ReportedMessage[]> {
    const byId =
      ids.customImsIds.length === 0
        ? []
        : await session.rows(this.sql.findStates, [...this.encodeIds(ids.customImsIds), this.account]);
    const byImsId =
      ids.imsIds.length === 0
        ? []
        : await session.rows(this.sql.findByImsIds, [
            ...this.database.dialect.encodeRows(IMS_ID_ROW, ids.imsIds),
            this.account,
          ]);
    return [...byId, ...byImsId].map(toReported);
  }

  /**
   * Messages without a final state by the gateway's id alone: for the rare report that says nothing else.
   *
   * @param around when they were handed over; default: whenever
   */
  async findByImsIdAlone(
    imsIds: readonly string[],
    session: SqlSession,
    around?: HandedOverAround,
  ): Promise<ReportedMessage[]> {
    if (imsIds.length === 0) return [];
    const { account } = this;
    const meant = [...(around ? [around.from, around.to] : []), ...imsIds];
    const sql = this.sql.findByImsIdAlone(imsIds.length, around !== undefined);
    return (await session.rows(sql, [account, ...meant, account, account, ...meant])).map(toReported);
  }

  /** Attempts whose time is over: their process died, or nobody could settle them. Never back to the queue. */
  async recoverAbandonedAttempts(goOn?: () => boolean): Promise<number> {
    return this.abandonedAttempts.run(() => this.now(), goOn);
  }

  /** Makes due what the database's clock, set back, has put off; `null`: it has not been set back. */
  async bringBack(): Promise<number | null> {
    return this.clock.bringBack();
  }

  /** Ends what may no longer be sent: past its `expiresAt`, or held for a caller who never came back. */
  async expire(goOn?: () => boolean): Promise<number> {
    const expired = await this.changes.sweep(this.sql.expire, {}, goOn);
    return expired + (await this.changes.sweep(this.sql.expireHeld, { overdue: [this.options.holdMs] }, goOn));
  }

  /** Accepted messages whose report is overdue become UNKNOWN. */
  async giveUpWaitingForReports(goOn?: () => boolean): Promise<number> {
    return this.overdueReports.run(() => this.now(), goOn);
  }

  /**
   * Ends the doubt about an UNCONFIRMED message: back into the queue, or UNKNOWN. `false` where there is no doubt, or with
   * `attempts` given another one than after so many.
   */
  async resolve(
    customImsId: string,
    decision: 'resend' | 'give-up',
    session: EventfulSession,
    attempts?: number,
  ): Promise<boolean> {
    const change = decision === 'resend' ? this.sql.resend : this.sql.giveUp;
    const parameters = { rows: [{ custom_ims_id: customImsId, attempts }], where: [this.account] };
    return (await this.changes.make(change, parameters, session)) === 1;
  }

  private encodeIds(customImsIds: readonly string[]): unknown[] {
    return this.database.dialect.encodeRows(ID_ROW, idRows(customImsIds));
  }

  private newMessageRows(messages: readonly NewMessage[]): unknown[] {
    const rows = messages.map((message) => new NewMessageRow(message));
    return this.database.dialect.encodeRows(NEW_MESSAGE_ROW, inIdOrder(rows));
  }
}
