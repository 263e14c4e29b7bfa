import { channel } from 'node:diagnostics_channel';
import { listedState, printableCode } from '../protocol/index.js';

/** Name of the channel that tells of each page of delivery reports once it is applied and committed. */
export const REPORT_PAGE_CHANNEL = 'emay-ims:report-page';

/** What one page of delivery reports brought. */
export interface ImsReportPageNotice {
  readonly account: string;
  /** Reports in it, bad ones included. */
  readonly reports: number;
  /** Messages whose state moved. */
  readonly applied: number;
  /** Reports that no message answers to. */
  readonly orphaned: number;
  /** Reports that could not be read. */
  readonly quarantined: number;
  /** Reports that contradict a final state. */
  readonly conflicts: number;
  /** How many of its readable reports tell which state (§4), by the vendor's spelling; `UNLISTED` for what is no code. */
  readonly states: Readonly<Record<string, number>>;
}

const pageChannel = channel(REPORT_PAGE_CHANNEL);

export function publishReportPage(
  account: string,
  page: Omit<ImsReportPageNotice, 'account' | 'states'>,
  told: ReadonlyMap<string, number>,
): void {
  if (!pageChannel.hasSubscribers) return;
  const states: Record<string, number> = {};
  for (const [raw, count] of told) {
    const state = printableCode(listedState(raw));
    states[state] = (states[state] ?? 0) + count;
  }
  const { reports: total, applied, orphaned, quarantined, conflicts } = page;
  pageChannel.publish({
    account,
    reports: total,
    applied,
    orphaned,
    quarantined,
    conflicts,
    states,
  } satisfies ImsReportPageNotice);
}
