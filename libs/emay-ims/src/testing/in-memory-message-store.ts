import type { ImsMessage } from '../messages/ims-message.entity.js';
import type { AppliedReport, ReportedMessage } from '../messages/applied-report.js';
import type { Attempt, ClaimedMessage, Release, Settlement } from '../messages/attempt.js';
import type { NewMessage } from '../messages/new-message.js';
import type { MessageStore } from '../message-store/message-store.js';
import { REPORTED_UNSENT } from '../message-store/message-result-sql.js';
import { IMS_MESSAGE_STATES, isFinal, STATE_RANK, type ImsMessageState } from '../messages/message-state.js';
import { classifyReportState } from '../protocol/index.js';
import { firstToEachNumber } from '../message-store/statement-rows.js';
import type { MessageTable } from './message-table.js';
import type { Surface } from './surface.js';

/** What `InMemoryResolver` does itself. */
export type NeverAskedOfAnInMemoryStore = 'resolve';

/**
 * The messages of one account in memory: each method does to the table what its namesake of `MessageStore` does in SQL, and
 * passes the same contract.
 *
 * - A method does all it does before anybody else's turn: that is its transaction.
 */
export class InMemoryMessageStore implements Surface<MessageStore, NeverAskedOfAnInMemoryStore> {
  readonly account: string;

  constructor(
    private readonly table: MessageTable,
    private readonly clock: () => number,
    private readonly options: { reportDeadlineMs: number; holdMs: number },
  ) {
    this.account = table.account;
  }

  async now(): Promise<Date> {
    return this.at();
  }

  async insertQueued(messages: readonly NewMessage[], createdAt: Date): Promise<void> {
    for (const message of messages) {
      this.table.insert(message, { state: 'QUEUED', createdAt, dueAt: message.sendAt ?? createdAt });
    }
  }

  async insertSubmitting(messages: readonly NewMessage[], attempt: Attempt): Promise<void> {
    for (const message of messages) this.table.insert(message, { createdAt: this.at(), ...this.submitting(attempt) });
  }

  async findByIds(customImsIds: readonly string[]): Promise<ImsMessage[]> {
    return this.table.byIds(customImsIds);
  }

  findLatestByIds(customImsIds: readonly string[]): Promise<ImsMessage[]> {
    return this.findByIds(customImsIds);
  }

  async findOne(customImsId: string): Promise<ImsMessage | null> {
    return this.table.byIds([customImsId])[0] ?? null;
  }

  async stats(): Promise<Record<ImsMessageState, number>> {
    const counts = Object.fromEntries(IMS_MESSAGE_STATES.map((state) => [state, 0])) as Record<ImsMessageState, number>;
    for (const { state } of this.table.where(() => true)) counts[state]++;
    return counts;
  }

  async hasDue(): Promise<boolean> {
    return this.due().length > 0;
  }

  async claim(limit: number, attempt: Attempt): Promise<ClaimedMessage[]> {
    const first = this.due()
      .sort((one, other) => other.priority - one.priority || Number(one.dueAt) - Number(other.dueAt))
      .slice(0, limit);
    return this.claimThese(idsOf(firstToEachNumber(first)), attempt);
  }

  async claimThese(customImsIds: readonly string[], attempt: Attempt): Promise<ClaimedMessage[]> {
    const queued = this.table.byIds(customImsIds).filter(({ state }) => state === 'QUEUED');
    for (const { customImsId, attempts } of queued) this.table.change(customImsId, this.submitting(attempt, attempts));
    return queued.map(({ customImsId, mobile, content, expiresAt }) => ({
      ...{ customImsId, mobile, content },
      expiresInMs: expiresAt === null ? undefined : expiresAt.getTime() - this.clock(),
    }));
  }

  async settle(token: string, settlements: readonly Settlement[]): Promise<void> {
    for (const { customImsId, state, code, imsId, rawAnswer } of settlements) {
      const message = this.ofAttempt(token, customImsId);
      if (!message || message.state === 'QUEUED') continue;
      this.table.change(customImsId, { imsId: message.imsId ?? imsId });
      const isOpen = message.state === 'SUBMITTING' || message.state === 'UNCONFIRMED';
      if (!isOpen || STATE_RANK[state] <= STATE_RANK[message.state]) continue;
      const isAccepted = state === 'ACCEPTED';
      this.table.change(customImsId, {
        state,
        code,
        rawAnswer,
        acceptedAt: message.acceptedAt ?? (isAccepted ? this.at() : null),
        finalAt: state === 'REJECTED' ? this.at() : null,
        dueAt: isAccepted ? this.at(this.options.reportDeadlineMs) : null,
      });
    }
  }

  async release(token: string, releases: readonly Release[]): Promise<void> {
    for (const { customImsId, code, dueInMs } of releases) {
      const message = this.ofAttempt(token, customImsId);
      const isAbandoned = message?.state === 'UNCONFIRMED' && message.code === 'ATTEMPT_ABANDONED';
      if (message?.state !== 'SUBMITTING' && !isAbandoned) continue;
      const dueAt = dueInMs === null ? null : this.at(dueInMs);
      this.table.change(customImsId, { state: 'QUEUED', code, dueAt });
    }
  }

  async findByAttempt(token: string): Promise<string[]> {
    return this.inState('SUBMITTING', ({ attempt }) => attempt === token).map(({ customImsId }) => customImsId);
  }

  async unhold(customImsIds: readonly string[]): Promise<void> {
    for (const { customImsId, state, dueAt, sendAt } of this.table.byIds(customImsIds)) {
      if (state === 'QUEUED' && dueAt === null) this.table.change(customImsId, { dueAt: sendAt ?? this.at() });
    }
  }

  async cancel(customImsId: string): Promise<boolean> {
    return this.end('CANCELLED', (message) => message.customImsId === customImsId) === 1;
  }

  async applyReports(reports: readonly AppliedReport[]): Promise<number> {
    return reports.filter((report) => this.apply(report)).length;
  }

  async applyNamedReports(reports: readonly AppliedReport[]): Promise<number> {
    return reports.filter((report) => {
      const [message] = this.table.byIds([report.customImsId]);
      if (!message || isFinal(message.state) || (report.mobile ?? message.mobile) !== message.mobile) return false;
      return this.apply(report);
    }).length;
  }

  async doubtReported(reports: readonly AppliedReport[]): Promise<number> {
    for (const report of reports) {
      const [message] = this.table.byIds([report.customImsId]);
      if (message?.attempts !== 0 || message.state !== 'UNCONFIRMED') continue;
      if (classifyReportState(message.reportState ?? '') === 'delivered') continue;
      this.table.change(report.customImsId, toldBy(report));
    }
    const doubted = reports.filter(({ customImsId }) =>
      this.table.byIds([customImsId]).some(({ state, attempts }) => state === 'QUEUED' && attempts === 0),
    );
    for (const report of doubted) {
      this.table.change(report.customImsId, {
        ...toldBy(report),
        state: 'UNCONFIRMED',
        code: REPORTED_UNSENT,
        imsId: report.imsId,
        dueAt: null,
      });
    }
    return doubted.length;
  }

  async findReported(ids: {
    customImsIds: string[];
    imsIds: { ims_id: string; mobile: string }[];
  }): Promise<ReportedMessage[]> {
    const isMeant = ({ imsId, mobile }: ImsMessage) =>
      ids.imsIds.some((meant) => meant.ims_id === imsId && meant.mobile === mobile);
    return [...this.table.byIds(ids.customImsIds), ...this.table.where(isMeant)].map(toReported);
  }

  async findByImsIdAlone(imsIds: readonly string[]): Promise<ReportedMessage[]> {
    return this.table
      .where(({ imsId, state }) => imsId !== null && imsIds.includes(imsId) && !isFinal(state))
      .map(toReported);
  }

  async recoverAbandonedAttempts(): Promise<number> {
    const abandoned = this.inState('SUBMITTING', ({ dueAt }) => this.isOver(dueAt));
    const changes = { state: 'UNCONFIRMED', code: 'ATTEMPT_ABANDONED', dueAt: null } as const;
    for (const { customImsId } of abandoned) this.table.change(customImsId, changes);
    return abandoned.length;
  }

  /** There is no database whose clock could be set back. */
  async bringBack(): Promise<null> {
    return null;
  }

  async expire(): Promise<number> {
    const isHeldTooLong = ({ dueAt, submittedAt }: ImsMessage) =>
      dueAt === null && submittedAt !== null && this.isOver(submittedAt, this.options.holdMs);
    return this.end('EXPIRED', (message) => this.isOver(message.expiresAt) || isHeldTooLong(message));
  }

  async giveUpWaitingForReports(): Promise<number> {
    const overdue = this.inState('ACCEPTED', ({ dueAt }) => this.isOver(dueAt));
    for (const { customImsId } of overdue) this.table.change(customImsId, { state: 'UNKNOWN', dueAt: null });
    return overdue.length;
  }

  private apply(report: AppliedReport): boolean {
    const [message] = this.table.byIds([report.customImsId]);
    if (!message || STATE_RANK[report.state] <= STATE_RANK[message.state]) return false;
    // Never handed over: see `doubtReported`.
    if (message.attempts === 0 && ['QUEUED', 'UNCONFIRMED'].includes(message.state)) return false;
    this.table.change(report.customImsId, {
      ...toldBy(report),
      state: report.state,
      imsId: message.imsId ?? report.imsId,
      acceptedAt: message.acceptedAt ?? this.at(),
      finalAt: report.state === 'UNKNOWN' ? null : this.at(),
      dueAt: null,
    });
    return true;
  }

  /** Ends queued messages before they have left; how many. */
  private end(state: 'CANCELLED' | 'EXPIRED', holds: (message: ImsMessage) => boolean): number {
    const ended = this.inState('QUEUED', holds);
    for (const { customImsId } of ended) this.table.change(customImsId, { state, dueAt: null, finalAt: this.at() });
    return ended.length;
  }

  private due(): ImsMessage[] {
    return this.inState('QUEUED', ({ dueAt, expiresAt }) => this.isOver(dueAt) && !this.isOver(expiresAt));
  }

  private inState(state: ImsMessageState, holds: (message: ImsMessage) => boolean): ImsMessage[] {
    return this.table.where((message) => message.state === state && holds(message));
  }

  private ofAttempt(token: string, customImsId: string): ImsMessage | undefined {
    return this.table.byIds([customImsId]).find(({ attempt }) => attempt === token);
  }

  private submitting({ token, lastsMs }: Attempt, attemptsBefore = 0) {
    const submittedAt = this.at();
    return {
      state: 'SUBMITTING',
      attempt: token,
      attempts: attemptsBefore + 1,
      dueAt: new Date(submittedAt.getTime() + lastsMs),
      submittedAt,
    } satisfies Partial<ImsMessage>;
  }

  private isOver(time: Date | null, afterMs = 0): boolean {
    return time !== null && time.getTime() + afterMs <= this.clock();
  }

  private at(inMs = 0): Date {
    return new Date(this.clock() + inMs);
  }
}

function idsOf(messages: readonly ClaimedMessage[]): string[] {
  return messages.map(({ customImsId }) => customImsId);
}

function toReported({ customImsId, imsId, mobile, state, attempts }: ImsMessage): ReportedMessage {
  return { customImsId, imsId, mobile, state, attempts };
}

function toldBy({ reportState, description, submitTime, receiveTime }: AppliedReport): Partial<ImsMessage> {
  return {
    reportState,
    reportDescription: description,
    gatewaySubmitTime: submitTime,
    gatewayReceiveTime: receiveTime,
  };
}
