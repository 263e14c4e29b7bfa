/**
 * Why a report or a batch of reports is kept for an operator.
 *
 * - `orphaned`: no message answers to it. `quarantined`: it could not be read.
 * - `unreadable`: a batch of which nothing can be made. `lost`: an answer that did not come, or not whole. `set-aside`: a batch that could
 *   not be applied.
 * - `spooled`: a batch in a file of this machine, until the database stores it.
 */
export type ReportKind = 'orphaned' | 'quarantined' | 'unreadable' | 'lost' | 'set-aside' | 'spooled';

/** Which to read, newest first. */
export interface ReportSearch {
  kind: ReportKind;
  /** `next` of the page before. */
  after?: string | undefined;
  /** 1 to 500. Default 50. */
  limit?: number | undefined;
}

/** A report, or a batch of them. */
export interface KeptReport {
  kind: ReportKind;
  /** Of a report: `reportId` of `acknowledge`. Of a batch: `pullId`. Of a spooled one: its file's name. */
  id: string;
  at: Date | null;
  customImsId: string | null;
  imsId: string | null;
  mobile: string | null;
  /** The vendor's raw state of a report; our state of a batch. */
  state: string | null;
  /** How many reports a batch holds, as far as is known. `lost`: at most so many. */
  reports: number | null;
  /** Why it is kept. */
  reason: string | null;
  /** As it came, at most 16 KiB; `null`: nothing came. Of an orphaned one, from its batch: `null` once that is purged, or if it is unusually long. */
  raw: string | null;
  actions: ('retry' | 'acknowledge')[];
}
