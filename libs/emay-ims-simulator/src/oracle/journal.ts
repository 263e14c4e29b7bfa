import type { CurrentSettings } from '../circumstances/account-settings.js';
import { withoutPath } from '../circumstances/push-settings.js';
import type { AcceptedCall, KeptMessage } from './accepted-call.js';
import { BoundedHistory } from './bounded-history.js';
import type { EventLog } from './event-log.js';
import type {
  AcceptedMessage,
  HandedOutReport,
  JournalCounters,
  OpenRequest,
  PushEnd,
  ReceivedRequest,
  ReportPush,
  ReportSummary,
} from './records.js';
import { handedOutRecord, type KeptReport, type ReportPage } from './report-page.js';
import { type KeptPush, type PushedBatch, pushRecord } from './report-push.js';

const NOTHING = { requests: 0, accepted: 0, handedOut: 0, pushedElsewhere: 0, pushed: 0, acknowledged: 0, givenUp: 0 };

/** What happened, in memory (the newest) and in the log (all of it). */
export class Journal {
  private readonly acceptedMessages: BoundedHistory<KeptMessage>;
  private readonly handedOutReports: BoundedHistory<KeptReport>;
  private readonly receivedRequests: BoundedHistory<OpenRequest>;
  private readonly pushedReports: BoundedHistory<KeptPush>;
  private readonly totals = { ...NOTHING };

  constructor(
    historyLimit: number,
    private readonly log: EventLog | undefined,
    private readonly onEnd: ((request: ReceivedRequest) => void) | undefined,
  ) {
    this.acceptedMessages = new BoundedHistory(historyLimit);
    this.handedOutReports = new BoundedHistory(historyLimit);
    this.receivedRequests = new BoundedHistory(historyLimit);
    this.pushedReports = new BoundedHistory(historyLimit);
  }

  /** At the head of a request, so that one whose body never arrives is seen too. */
  opened(request: OpenRequest): void {
    this.totals.requests++;
    this.receivedRequests.add(request);
  }

  received(request: OpenRequest): void {
    const { requestId, path, bytes, complete } = request;
    const call = request.call ?? null;
    const appId = request.appId ?? null;
    this.log?.write({ event: 'request', requestId, call, path, appId, bytes, complete });
  }

  accepted(call: AcceptedCall, messages: readonly KeptMessage[]): void {
    this.totals.accepted += messages.length;
    for (const message of messages) this.acceptedMessages.add(message);
    this.log?.accepted(call, messages);
  }

  handedOut(page: ReportPage, reports: readonly KeptReport[]): void {
    this.totals.handedOut += reports.length;
    for (const report of reports) this.handedOutReports.add(report);
    this.log?.handedOut(page, reports);
  }

  /** Reports that were handed out and wait again: they will come twice. */
  putBack(page: ReportPage, reports: readonly KeptReport[]): void {
    this.log?.putBack(page, reports);
  }

  /** Reports that went to another address: no pull will ever get them. */
  pushedElsewhere(appId: string, reports: readonly ReportSummary[]): void {
    this.totals.pushedElsewhere += reports.length;
    this.log?.pushedElsewhere(appId, reports);
  }

  /** A batch of reports that will be pushed. */
  pushing(batch: PushedBatch, reports: readonly KeptPush[]): void {
    this.totals.pushed += reports.length;
    for (const report of reports) this.pushedReports.add(report);
    this.log?.pushing(batch, reports);
  }

  /** The last attempt of a batch has ended. */
  pushAttempted({ appId, pushId, attempts }: PushedBatch, reports: number): void {
    const { at: _at, status = null, answer = null, error = null, fault = null } = attempts.at(-1)!;
    const attempt = attempts.length;
    this.log?.write({ event: 'push-attempted', appId, pushId, reports, attempt, status, answer, error, fault });
  }

  pushEnded(batch: PushedBatch, end: Exclude<PushEnd, 'waiting'>, reports: number): void {
    batch.end = end;
    if (end === 'acknowledged') this.totals.acknowledged += reports;
    if (end === 'given-up') this.totals.givenUp += reports;
    this.log?.write({ event: 'push-ended', appId: batch.appId, pushId: batch.pushId, reports, end });
  }

  accountChanged(appId: string, settings: CurrentSettings): void {
    this.log?.write({ event: 'account-changed', appId, ...settings, push: withoutPath(settings.push) });
  }

  ended(request: OpenRequest): void {
    this.log?.write({
      event: request.finished ? 'answer-finished' : 'answer-unfinished',
      requestId: request.requestId,
      status: request.status ?? null,
      code: request.code ?? null,
      fault: request.fault ?? null,
      ...(request.wholeReports ? { wholeReports: request.wholeReports } : {}),
    });
    this.onEnd?.({ ...request });
  }

  counters(): JournalCounters {
    return { ...this.totals };
  }

  /** Forgets all; the log on disk stays. */
  clear(): void {
    Object.assign(this.totals, NOTHING);
    const { acceptedMessages, handedOutReports, receivedRequests, pushedReports } = this;
    for (const history of [acceptedMessages, handedOutReports, receivedRequests, pushedReports]) history.clear();
  }

  newestAccepted(count: number): AcceptedMessage[] {
    return this.acceptedMessages.newest(count).map((message) => message.toRecord());
  }

  newestHandedOut(count: number): HandedOutReport[] {
    return this.handedOutReports.newest(count).map(handedOutRecord);
  }

  newestPushed(count: number): ReportPush[] {
    return this.pushedReports.newest(count).map(pushRecord);
  }

  newestRequests(count: number): ReceivedRequest[] {
    return this.receivedRequests.newest(count).map((request) => ({ ...request }));
  }

  listAccepted(): AcceptedMessage[] {
    return this.acceptedMessages.toArray().map((message) => message.toRecord());
  }

  listHandedOut(): HandedOutReport[] {
    return this.handedOutReports.toArray().map(handedOutRecord);
  }

  listPushed(): ReportPush[] {
    return this.pushedReports.toArray().map(pushRecord);
  }

  listRequests(): ReceivedRequest[] {
    return this.receivedRequests.toArray().map((request) => ({ ...request }));
  }
}
