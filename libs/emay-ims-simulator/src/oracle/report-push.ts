import type { PushAttempt, PushEnd, ReportPush, ReportSummary } from './records.js';

/** A batch of reports on its way to the customer: what they share is kept once. */
export interface PushedBatch {
  readonly appId: string;
  readonly pushId: string;
  readonly attempts: PushAttempt[];
  end: PushEnd;
}

/** A report of a push, as the history keeps it. */
export interface KeptPush {
  readonly batch: PushedBatch;
  summary(): ReportSummary;
  /** What was put into the push. */
  wire(): unknown;
}

export function pushRecord(kept: KeptPush): ReportPush {
  const { appId, pushId, attempts, end } = kept.batch;
  return { appId, pushId, ...kept.summary(), report: kept.wire(), attempts: [...attempts], end };
}
