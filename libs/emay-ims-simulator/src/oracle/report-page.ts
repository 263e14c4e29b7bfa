import type { HandedOutReport, OpenRequest, ReportSummary } from './records.js';

/** A report call that took reports from the queue: what its reports share is kept once. */
export interface ReportPage {
  readonly appId: string;
  readonly handedOutAt: number;
  readonly request: OpenRequest;
}

/** A report as the history keeps it. */
export interface KeptReport {
  readonly page: ReportPage;
  /** Its place in the page, from 0. */
  readonly place: number;
  /** Names the message even where the report itself leaves an id out: the oracle knows better than the wire. */
  summary(): ReportSummary;
  /** What was put into the answer. */
  wire(): unknown;
}

export function handedOutRecord(kept: KeptReport): HandedOutReport {
  const { appId, handedOutAt, request } = kept.page;
  const { requestId, finished, wholeReports } = request;
  const whole = wholeReports?.includes(kept.place) ?? finished;
  return { appId, requestId, ...kept.summary(), report: kept.wire(), handedOutAt, finished, whole };
}
