import type { AppliedReport, ReportedMessage } from '../messages/applied-report.js';
import { isFinal, rankForReports, STATE_RANK, type ImsMessageState } from '../messages/message-state.js';
import { classifyReportState, mayBeSameMobile, type DeliveryReport, type ReportStateKind } from '../protocol/index.js';

const STATE_OF: Readonly<Record<ReportStateKind, AppliedReport['state']>> = {
  delivered: 'DELIVERED',
  undeliverable: 'UNDELIVERABLE',
  rejected: 'REJECTED',
  unknown: 'UNKNOWN',
};

/** States of a message that was never submitted from here, but may have been sent elsewhere. */
const WAITING_UNSENT: ReadonlySet<ImsMessageState> = new Set(['QUEUED', 'UNCONFIRMED']);

export interface MatchedReports {
  /** One for each message: the highest-ranked of its reports. */
  applied: AppliedReport[];
  /** For messages never submitted from here, one for each: another system must have sent them. */
  unsent: AppliedReport[];
  /** Reports without a message. */
  unmatched: DeliveryReport[];
  /** Reports that contradict a final state, stored or in the same page; the higher rank wins. */
  contradictions: Contradiction[];
}

/** A report that tells another final state than the one that was known. */
export interface Contradiction {
  report: AppliedReport;
  known: ImsMessageState;
}

/** The batch that a report came in; `null`: not known. */
export type PageOf = (report: DeliveryReport) => string | null;

/**
 * Matches each report to its message: by our id, else by the gateway's id and the number. Never to a message with another number. A number
 * alone proves nothing: several messages may have gone to it.
 *
 * - If the number is in another notation, the ids decide, and none may contradict.
 */
export function matchReports(
  reports: readonly DeliveryReport[],
  known: readonly ReportedMessage[],
  pageOf: PageOf = () => null,
): MatchedReports {
  const byCustomImsId = new Map(known.map((message) => [message.customImsId, message]));
  const byImsId = new Map<string, ReportedMessage[]>();
  for (const message of known) {
    if (message.imsId !== null) byImsId.set(message.imsId, [...(byImsId.get(message.imsId) ?? []), message]);
  }
  const highest = new Map<string, AppliedReport>();
  const unsent = new Map<string, AppliedReport>();
  const unmatched: DeliveryReport[] = [];
  const contradictions: Contradiction[] = [];

  for (const report of reports) {
    const message = findMessage(report, byCustomImsId, byImsId);
    if (!message) {
      unmatched.push(report);
      continue;
    }
    const applied = toApplied(message.customImsId, report, pageOf(report));
    if (message.attempts === 0 && WAITING_UNSENT.has(message.state)) {
      const better = unsent.get(message.customImsId);
      if (!better || STATE_RANK[applied.state] > STATE_RANK[better.state]) unsent.set(message.customImsId, applied);
      continue;
    }
    const earlier = highest.get(message.customImsId);
    const standing = earlier?.state ?? message.state;
    // What ended in the queue after an attempt tells nothing of that one: no report contradicts it.
    const isKnown = rankForReports({ state: standing, attempts: message.attempts }) >= STATE_RANK.REJECTED;
    if (isKnown && isFinal(applied.state) && standing !== applied.state) {
      contradictions.push({ report: applied, known: standing });
    }
    if (!earlier || STATE_RANK[applied.state] > STATE_RANK[earlier.state]) highest.set(message.customImsId, applied);
  }
  return { applied: [...highest.values()], unsent: [...unsent.values()], unmatched, contradictions };
}

/**
 * The reports as they would be applied if each were about another message and named it by our id, as nearly all do;
 * `null` if that is not so.
 */
export function reportsByName(reports: readonly DeliveryReport[]): AppliedReport[] | null {
  const named = new Map<string, AppliedReport>();
  for (const report of reports) {
    const { customImsId } = report;
    if (customImsId !== null) named.set(customImsId, toApplied(customImsId, report));
  }
  return named.size === reports.length ? [...named.values()] : null;
}

function findMessage(
  report: DeliveryReport,
  byCustomImsId: ReadonlyMap<string, ReportedMessage>,
  byImsId: ReadonlyMap<string, readonly ReportedMessage[]>,
): ReportedMessage | undefined {
  const named = report.customImsId === null ? undefined : byCustomImsId.get(report.customImsId);
  if (named && (isToItsNumber(report, named) || isNamedTwice(report, named))) return named;
  const sameImsId = report.imsId === null ? [] : (byImsId.get(report.imsId) ?? []);
  return (
    sameImsId.find((message) => isToItsNumber(report, message)) ??
    (named ? undefined : sameImsId.find((message) => isPerhapsToItsNumber(report, message)))
  );
}

function isToItsNumber({ mobile }: DeliveryReport, message: ReportedMessage): boolean {
  return mobile === null || mobile === message.mobile;
}

function isPerhapsToItsNumber({ mobile }: DeliveryReport, message: ReportedMessage): boolean {
  return mobile !== null && mayBeSameMobile(mobile, message.mobile);
}

/** By both ids, whatever the number looks like; or by ours and a number that may be its own, if the gateway's does not contradict. */
function isNamedTwice(report: DeliveryReport, message: ReportedMessage): boolean {
  if (report.imsId !== null && message.imsId !== null) return report.imsId === message.imsId;
  return isPerhapsToItsNumber(report, message);
}

/** A class, not a literal: see docs/performance-internals.md. */
class Applied implements AppliedReport {
  constructor(
    readonly customImsId: string,
    readonly imsId: string | null,
    readonly mobile: string | null,
    readonly state: AppliedReport['state'],
    readonly reportState: string,
    readonly description: string | null,
    readonly submitTime: Date | null,
    readonly receiveTime: Date | null,
    readonly page: string | null,
  ) {}
}

function toApplied(customImsId: string, report: DeliveryReport, page: string | null = null): AppliedReport {
  const { imsId, mobile, state, description, submitTime, receiveTime } = report;
  const applied = STATE_OF[classifyReportState(state)];
  return new Applied(customImsId, imsId, mobile, applied, state, description, submitTime, receiveTime, page);
}
