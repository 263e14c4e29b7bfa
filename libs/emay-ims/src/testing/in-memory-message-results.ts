import type { AppliedReport, ReportedMessage } from '../messages/applied-report.js';
import type { MessageOutcome } from '../messages/attempt.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import { isEndedUnsent, isFinal, rankForReports, STATE_RANK } from '../messages/message-state.js';
import type { MessageResults } from '../message-store/message-results.js';
import { REPORTED_UNSENT } from '../message-store/message-results-sql.js';
import { classifyReportState } from '../protocol/index.js';
import type { MessageTable } from './message-table.js';
import type { Surface } from './surface.js';

/** What is known of one submission is not true of the next. */
const NOTHING_KNOWN = {
  attempt: null,
  expiresAt: null,
  imsId: null,
  reportState: null,
  reportDescription: null,
  gatewaySubmitTime: null,
  gatewayReceiveTime: null,
} as const;

/** What became of the messages of one account, in memory. */
export class InMemoryMessageResults implements Surface<MessageResults> {
  readonly account: string;

  constructor(
    private readonly table: MessageTable,
    private readonly options: { reportDeadlineMs: number },
  ) {
    this.account = table.account;
  }

  async recordOutcomes(token: string, outcomes: readonly MessageOutcome[]): Promise<void> {
    for (const { customImsId, state, code, imsId, rawAnswer } of outcomes) {
      const message = this.table.ofAttempt(token, customImsId);
      if (!message || message.state === 'QUEUED') continue;
      this.table.change(customImsId, { imsId: message.imsId ?? imsId });
      const isOpen = message.state === 'SUBMITTING' || message.state === 'UNCONFIRMED';
      if (!isOpen || STATE_RANK[state] <= STATE_RANK[message.state]) continue;
      const isAccepted = state === 'ACCEPTED';
      this.table.change(customImsId, {
        state,
        code,
        rawAnswer,
        acceptedAt: message.acceptedAt ?? (isAccepted ? this.table.at() : null),
        finalAt: state === 'REJECTED' ? this.table.at() : null,
        dueAt: isAccepted ? this.table.at(this.options.reportDeadlineMs) : null,
      });
    }
  }

  async applyReports(reports: readonly AppliedReport[]): Promise<number> {
    return reports.filter((report) => this.apply(report)).length;
  }

  async noteReports(reports: readonly AppliedReport[]): Promise<void> {
    for (const report of reports) {
      const [message] = this.table.byIds([report.customImsId]);
      if (!message || message.reportState !== null) continue;
      const mayLackReport = ['UNKNOWN', 'REJECTED'].includes(message.state) || isEndedUnsent(message.state);
      if (mayLackReport || this.isResent(message)) this.table.change(report.customImsId, toldBy(report));
    }
  }

  async applyNamedReports(reports: readonly AppliedReport[]): Promise<number> {
    return reports.filter((report) => {
      const [message] = this.table.byIds([report.customImsId]);
      if (!message || (report.mobile ?? message.mobile) !== message.mobile) return false;
      // A report of an UNKNOWN message is a late one, which `applyReports` applies.
      return !isFinal(message.state) && message.state !== 'UNKNOWN' && this.apply(report);
    }).length;
  }

  async markUnconfirmed(reports: readonly AppliedReport[]): Promise<number> {
    for (const report of reports) {
      const [message] = this.table.byIds([report.customImsId]);
      if (message?.attempts !== 0 || message.state !== 'UNCONFIRMED') continue;
      if (classifyReportState(message.reportState ?? '') === 'delivered') continue;
      this.table.change(report.customImsId, toldBy(report));
    }
    const unsent = reports.filter(({ customImsId }) =>
      this.table.byIds([customImsId]).some(({ state, attempts }) => state === 'QUEUED' && attempts === 0),
    );
    for (const report of unsent) {
      this.table.change(report.customImsId, {
        ...toldBy(report),
        state: 'UNCONFIRMED',
        code: REPORTED_UNSENT,
        imsId: report.imsId,
        dueAt: null,
      });
    }
    return unsent.length;
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

  async resolve(
    customImsId: string,
    decision: 'resend' | 'give-up',
    _session: unknown,
    attempts?: number,
  ): Promise<boolean> {
    const [message] = this.table.byIds([customImsId]);
    if (message?.state !== 'UNCONFIRMED' || (attempts ?? message.attempts) !== message.attempts) return false;
    this.table.change(
      customImsId,
      decision === 'resend'
        ? { ...NOTHING_KNOWN, state: 'QUEUED', attempts: Math.max(1, message.attempts), dueAt: this.table.at() }
        : { state: 'UNKNOWN', code: 'GIVEN_UP', dueAt: null },
    );
    return true;
  }

  private apply(report: AppliedReport): boolean {
    const [message] = this.table.byIds([report.customImsId]);
    if (!message || STATE_RANK[report.state] <= rankForReports(message)) return false;
    if (report.state === 'UNKNOWN' && this.isResent(message)) return false;
    // Never submitted: see `markUnconfirmed`.
    if (message.attempts === 0 && ['QUEUED', 'UNCONFIRMED'].includes(message.state)) return false;
    this.table.change(report.customImsId, {
      ...toldBy(report),
      state: report.state,
      imsId: message.imsId ?? report.imsId,
      acceptedAt: message.acceptedAt ?? this.table.at(),
      finalAt: report.state === 'UNKNOWN' ? null : this.table.at(),
      dueAt: null,
    });
    return true;
  }

  /** See `message-results-sql.ts`. */
  private isResent({ state, attempt, attempts, customImsId }: ImsMessage): boolean {
    return state === 'QUEUED' && attempts > 0 && (attempt === null || this.table.isResent(customImsId));
  }
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
