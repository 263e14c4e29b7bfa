import type { ImsResolution } from '../../operator/ims-resolution.entity.js';
import type { OperatorMessage } from './operator-message.js';

/** What happened to a message, or what it waits for. */
export type TimelineKind =
  | 'stored'
  | 'handed-over'
  | 'answer'
  | 'no-answer'
  | 'released'
  | 'report'
  | 'contradicted'
  | 'late'
  | 'cancelled'
  | 'decided'
  | 'expired'
  | 'given-up'
  | 'deadline-passed'
  | 'purged'
  | 'waiting';

/** One step of a message, with what proves it. */
export interface TimelineStep {
  kind: TimelineKind;
  /** `null`: it happened, the time is not known. Of `waiting`: until when. */
  at: Date | null;
  /** ID of the attempt it belongs to. */
  attempt: string | null;
  code: string | null;
  detail: string | null;
  /** Where the proof lies. */
  source: 'message' | 'trace' | 'report-page' | 'resolution';
  /** Who decided. */
  by?: string;
  /** Why. */
  reason?: string;
  /** Entry of the audit of the action on many messages that it was part of. */
  auditId?: string;
  /** The report batch it came in, where it is known; `pulledAt` and `reports` are `null` where the batch has been purged. */
  page?: { pullId: string; pulledAt: Date | null; reports: number | null } | null;
}

/** What is known, and what sending again would risk. A page words it by `id` and `values`. */
export interface Verdict {
  id:
    | 'delivered'
    | 'undeliverable'
    | 'rejected'
    | 'queued'
    | 'held'
    | 'in-flight'
    | 'accepted'
    | 'doubt'
    | 'doubt-proved-sent'
    | 'reported-unsent'
    | 'unknown'
    | 'given-up'
    | 'cancelled'
    | 'expired';
  /** `safe`: nothing was delivered. `second-sms`: it may arrive twice. `not-possible`: it is still on its way, or has arrived. */
  resend: 'safe' | 'second-sms' | 'not-possible';
  values: Record<string, string | number | null>;
}

/** What an operator can do to a message. */
export type MessageAction = 'cancel' | 'resend' | 'give-up';

/** A message with all that is known of it. */
export interface MessageEvidence {
  message: OperatorMessage;
  /** Oldest first. */
  timeline: TimelineStep[];
  verdict: Verdict;
  /** Oldest first. */
  resolutions: ImsResolution[];
  /** The gateway's answer, where it could not be parsed. At most 1,000 characters. */
  rawAnswer: string | null;
  /** Messages to the same number, newest first, at most 10, without this one. */
  others: OperatorMessage[];
  /** What its state allows. */
  actions: MessageAction[];
}
