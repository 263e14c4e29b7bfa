import { closeSync, openSync, writeSync } from 'node:fs';
import type { CurrentSettings } from '../circumstances/account-settings.js';
import type { AcceptedCall, KeptMessage } from './accepted-call.js';
import type { PushEnd, ReportSummary } from './records.js';
import type { KeptReport, ReportPage } from './report-page.js';
import type { KeptPush, PushedBatch } from './report-push.js';

/** One line of the log. `at` is added as it is written. */
export type LogEvent =
  | {
      event: 'request';
      requestId: string;
      call: string | null;
      path: string;
      appId: string | null;
      bytes: number;
      complete: boolean;
    }
  | {
      event: 'accepted';
      requestId: string;
      appId: string;
      imsId: string;
      customImsId: string | null;
      mobile: string;
    }
  | {
      /** `put-back`: waits again after it was handed out. */
      event: 'handed-out' | 'put-back';
      requestId: string;
      appId: string;
      imsId: string | null;
      customImsId: string | null;
      mobile: string | null;
      state: string | null;
    }
  | {
      /** Went to another address, as the account's `reports` was `pushed`. */
      event: 'pushed-elsewhere';
      appId: string;
      imsId: string | null;
      customImsId: string | null;
      mobile: string | null;
      state: string | null;
    }
  | {
      /** Part of a batch that will be pushed. */
      event: 'pushing';
      appId: string;
      pushId: string;
      imsId: string | null;
      customImsId: string | null;
      mobile: string | null;
      state: string | null;
    }
  | {
      event: 'push-attempted';
      appId: string;
      pushId: string;
      reports: number;
      /** From 1. */
      attempt: number;
      status: number | null;
      answer: string | null;
      error: string | null;
      fault: string | null;
    }
  | { event: 'push-ended'; appId: string; pushId: string; reports: number; end: Exclude<PushEnd, 'waiting'> }
  | ({ event: 'account-changed'; appId: string } & CurrentSettings)
  | {
      event: 'answer-finished' | 'answer-unfinished';
      requestId: string;
      status: number | null;
      code: string | null;
      fault: string | null;
      /** See `ReceivedRequest`. */
      wholeReports?: readonly number[];
    };

/**
 * Append-only JSON lines.
 * - One synchronous write for the events of one step, before the answer goes out: what a client was told is in the file.
 * - Not fsynced: the lines survive any process, this one included, but not the machine.
 */
export class EventLog {
  private readonly file: number;
  private closed = false;

  constructor(
    path: string,
    private readonly now: () => number,
  ) {
    this.file = openSync(path, 'a', 0o600);
  }

  write(event: LogEvent): void {
    this.append(`${JSON.stringify({ at: this.now(), ...event })}\n`);
  }

  // Lines put together by hand: `JSON.stringify` of an object for each message takes four times as long, and a third of all
  // that a call of 300 costs.
  accepted({ requestId, appId }: AcceptedCall, messages: readonly KeptMessage[]): void {
    const front = this.front('accepted', requestId, appId);
    let lines = '';
    for (const { imsId, customImsId, mobile } of messages) {
      lines += `${front}"imsId":"${imsId}","customImsId":${json(customImsId)},"mobile":${json(mobile)}}\n`;
    }
    this.append(lines);
  }

  handedOut({ request, appId }: ReportPage, reports: readonly KeptReport[]): void {
    const front = this.front('handed-out', request.requestId, appId);
    let lines = '';
    for (const report of reports) lines += reportLine(front, report.summary());
    this.append(lines);
  }

  putBack({ request, appId }: ReportPage, reports: readonly KeptReport[]): void {
    const front = this.front('put-back', request.requestId, appId);
    this.append(reports.map((report) => reportLine(front, report.summary())).join(''));
  }

  pushedElsewhere(appId: string, reports: readonly ReportSummary[]): void {
    const front = `${JSON.stringify({ at: this.now(), event: 'pushed-elsewhere', appId }).slice(0, -1)},`;
    this.append(reports.map((report) => reportLine(front, report)).join(''));
  }

  pushing({ appId, pushId }: PushedBatch, reports: readonly KeptPush[]): void {
    const front = `${JSON.stringify({ at: this.now(), event: 'pushing', appId, pushId }).slice(0, -1)},`;
    this.append(reports.map((report) => reportLine(front, report.summary())).join(''));
  }

  private front(event: LogEvent['event'], requestId: string, appId: string): string {
    return `${JSON.stringify({ at: this.now(), event, requestId, appId }).slice(0, -1)},`;
  }

  private append(lines: string): void {
    if (this.closed || lines === '') return;
    // A regular file takes less than asked for only when the disk is full, and the next write then throws.
    let rest = Buffer.from(lines);
    while (rest.length > 0) rest = rest.subarray(writeSync(this.file, rest));
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    closeSync(this.file);
  }
}

function reportLine(front: string, { imsId, customImsId, mobile, state }: ReportSummary): string {
  const ids = `"imsId":${json(imsId)},"customImsId":${json(customImsId)},"mobile":${json(mobile)}`;
  return `${front}${ids},"state":${json(state)}}\n`;
}

/** Printable ASCII without a quote and a backslash. */
const PLAIN = /^[ !#-[\]-~]*$/;

function json(text: string | undefined): string {
  if (text === undefined) return 'null';
  return `"${PLAIN.test(text) ? text : JSON.stringify(text).slice(1, -1)}"`;
}
