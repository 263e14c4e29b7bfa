import { isEndedUnsent } from '../../messages/message-state.js';
import type { Trace } from '../../message-store/message-trace.js';
import type { ImsMessage } from '../../messages/ims-message.entity.js';
import type { ImsResolution } from '../../operator/ims-resolution.entity.js';
import type { TimelineStep } from '../api/message-evidence.js';
import { hasDoubtCode } from './verdict.js';

/** A report batch as far as it is known. */
export interface KnownPage {
  pullId: string;
  pulledAt: Date | null;
  reports: number | null;
}

/** All that is kept of a message. */
export interface KeptEvidence {
  message: ImsMessage;
  traces: readonly Trace[];
  resolutions: readonly ImsResolution[];
  /** The batch of the report that was applied; `null`: none was, or it is not known. */
  reportPage: string | null;
  /** Batches by id; one that is missing has been purged. */
  pages: ReadonlyMap<string, KnownPage>;
}

/** The steps of a message, oldest first; those without a time stand where they must have been. */
export function timelineOf(evidence: KeptEvidence): TimelineStep[] {
  const { message } = evidence;
  const report = reportOf(evidence);
  const dated = [
    ...submission(evidence),
    ...(report?.at ? [report] : []),
    ...evidence.traces.map((trace) => ofTrace(trace, evidence)),
    ...evidence.resolutions.map(ofResolution),
  ];
  // One without a time follows its submission.
  const timeOf = ({ at }: TimelineStep) => (at ?? message.submittedAt ?? message.createdAt).getTime();
  return [
    step('stored', message.createdAt),
    ...dated.toSorted((one, other) => timeOf(one) - timeOf(other)),
    ...(report && !report.at ? [report] : []),
    ...end(evidence),
  ];
}

function step(kind: TimelineStep['kind'], at: Date | null, more: Partial<TimelineStep> = {}): TimelineStep {
  return { kind, at, attempt: null, code: null, detail: null, source: 'message', ...more };
}

function pageOf(pullId: string | null, { pages }: KeptEvidence): KnownPage | null {
  return pullId === null ? null : (pages.get(pullId) ?? { pullId, pulledAt: null, reports: null });
}

const KIND_OF_TRACE = {
  released: 'released',
  unconfirmed: 'no-answer',
  late: 'late',
  contradicted: 'contradicted',
  cancelled: 'cancelled',
} as const;

function ofTrace({ kind, at, attempt, code, detail, auditId }: Trace, evidence: KeptEvidence): TimelineStep {
  const told = step(KIND_OF_TRACE[kind], at, { attempt, code, detail, source: 'trace' });
  if (kind === 'cancelled') {
    return { ...told, detail: null, ...(detail !== null && { by: detail }), ...partOf(auditId) };
  }
  if (kind !== 'contradicted') return told;
  const [known, says, page] = (detail ?? '').split(' ');
  return { ...told, detail: `${known} → ${says}`, page: pageOf(page ?? null, evidence) };
}

function ofResolution({ decision, decidedAt, decidedBy, reason, auditId }: ImsResolution): TimelineStep {
  const decided = { detail: decision, by: decidedBy, reason, ...partOf(auditId) };
  return step('decided', decidedAt, { ...decided, source: 'resolution' });
}

function partOf(auditId: string | null): Pick<TimelineStep, 'auditId'> {
  return auditId === null ? {} : { auditId };
}

/** The latest attempt; what is known of those before stands in traces. */
function submission(evidence: KeptEvidence): TimelineStep[] {
  const { message, traces } = evidence;
  const { attempt, submittedAt, acceptedAt, code, imsId, state } = message;
  if (submittedAt === null) return [];
  const steps = [step('handed-over', submittedAt, { attempt })];
  const isOver = (kind: Trace['kind']) => traces.some((trace) => trace.kind === kind && trace.attempt === attempt);
  if (code === 'SUCCESS' && acceptedAt !== null && !isOver('late')) {
    steps.push(step('answer', acceptedAt, { attempt, code, detail: imsId }));
  } else if (state === 'REJECTED' && acceptedAt === null) {
    steps.push(step('answer', message.finalAt, { attempt, code }));
  } else if (hasNoAnswer(evidence) && !isOver('unconfirmed') && !isOver('released')) {
    // Before there were traces.
    steps.push(step('no-answer', null, { attempt, code }));
  }
  return steps;
}

/** Whether its code tells why no answer came: a report leaves that alone. */
function hasNoAnswer({ message, traces }: KeptEvidence): boolean {
  const { state, code, attempt, acceptedAt } = message;
  if (state === 'UNCONFIRMED') return attempt !== null;
  return acceptedAt !== null && hasDoubtCode(message, traces) && code !== 'GIVEN_UP' && state !== 'QUEUED';
}

/** The report that was applied, or the first that changed nothing; `null`: none was. */
function reportOf(evidence: KeptEvidence): TimelineStep | null {
  const { attempt, finalAt, acceptedAt, state, reportState, reportDescription } = evidence.message;
  if (reportState === null) return null;
  const page = pageOf(evidence.reportPage, evidence);
  const isApplied = !isEndedUnsent(state) && acceptedAt !== null;
  // UNKNOWN has no time of its own; that of its batch is the nearest.
  const at = (isApplied ? finalAt : null) ?? page?.pulledAt ?? null;
  const source = page === null ? 'message' : 'report-page';
  return step('report', at, { attempt, code: reportState, detail: reportDescription, source, page });
}

function end({ message, traces }: KeptEvidence): TimelineStep[] {
  const { state, attempt, code, finalAt, dueAt, reportState } = message;
  const steps: TimelineStep[] = [];
  switch (state) {
    case 'QUEUED':
      steps.push(step('waiting', dueAt, { code, detail: dueAt === null ? 'on hold' : 'queued' }));
      break;
    case 'SUBMITTING':
    case 'ACCEPTED':
      steps.push(step('waiting', dueAt, { attempt, detail: state === 'ACCEPTED' ? 'report' : 'answer' }));
      break;
    case 'EXPIRED':
      steps.push(step('expired', finalAt));
      break;
    case 'CANCELLED':
      if (!traces.some(({ kind }) => kind === 'cancelled')) steps.push(step('cancelled', finalAt));
      break;
    case 'UNKNOWN':
      if (code === 'GIVEN_UP') steps.push(step('given-up', null));
      else if (reportState === null) steps.push(step('deadline-passed', null));
      break;
    default:
  }
  return steps;
}
