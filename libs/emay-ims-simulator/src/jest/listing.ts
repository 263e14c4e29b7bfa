import type {
  AcceptedMessage,
  HandedOutReport,
  PendingReport,
  ReceivedRequest,
  ReportPush,
} from '../oracle/records.js';
import { maskMobile } from '../wire/mobile.js';

const SHOWN = 10;
const SHOWN_UNITS = 60;

/** A field that the expectation names is shown in full; else a number is masked and a text is only measured. */
export interface Shown {
  readonly mobile?: unknown;
  readonly content?: unknown;
}

/** One line for each, the newest ten. */
export function listing<T>(records: readonly T[], line: (record: T) => string): string {
  if (records.length === 0) return '  (none)';
  const hidden = records.length - SHOWN;
  const lines = records.slice(-SHOWN).map((record) => `  ${line(record)}`);
  return [...(hidden > 0 ? [`  … ${hidden} older`] : []), ...lines].join('\n');
}

export function messageLine({ call, mobile, content, customImsId, imsId }: AcceptedMessage, shown: Shown): string {
  const text = 'content' in shown ? quoted(content) : `text of ${content.length} units`;
  return [call, mobileOf(mobile, shown), idOf(customImsId), `imsId ${imsId}`, text].join('  ');
}

export function reportLine(report: HandedOutReport | PendingReport | ReportPush, shown: Shown): string {
  const { state, mobile, customImsId, imsId } = report;
  const parts = [state ?? 'no state', mobileOf(mobile, shown), idOf(customImsId), `imsId ${imsId ?? 'none'}`];
  if ('finished' in report && !report.finished) parts.push('its answer was not finished');
  if ('end' in report) parts.push(`${report.end} after ${report.attempts.length} attempts`);
  return parts.join('  ');
}

export function requestLine({ method, path, code, status, fault, taken }: ReceivedRequest): string {
  const answer = code ?? (status === undefined ? 'no answer' : `HTTP ${status}`);
  return [`${method} ${quoted(path)}`, answer, `${taken} taken`, ...(fault ? [`fault ${fault}`] : [])].join('  ');
}

function mobileOf(mobile: string | undefined, shown: Shown): string {
  if (mobile === undefined) return 'no number';
  return 'mobile' in shown ? quoted(mobile) : maskMobile(mobile);
}

function idOf(customImsId: string | undefined): string {
  return customImsId === undefined ? 'no customImsId' : `customImsId ${quoted(customImsId)}`;
}

/** Quoted, so that blanks are seen and control characters do not reach the terminal. */
export function quoted(text: string): string {
  return text.length > SHOWN_UNITS ? `${JSON.stringify(text.slice(0, SHOWN_UNITS))}…` : JSON.stringify(text);
}
