import type { FaultKind } from '../faults/fault.js';
import type { CallName, SendCallName } from '../wire/call-name.js';
import type { Transport } from '../wire/transport.js';

/** A message that the gateway took. Times are epoch milliseconds throughout. */
export interface AcceptedMessage {
  readonly appId: string;
  readonly imsId: string;
  /** Absent when the sender gave none. */
  readonly customImsId?: string;
  /** As it was received, blanks included. */
  readonly mobile: string;
  readonly content: string;
  readonly acceptedAt: number;
  readonly requestId: string;
  readonly call: SendCallName;
}

/** What names a report; of one that was pushed, as much as it tells itself. */
export interface ReportSummary {
  readonly imsId?: string;
  readonly customImsId?: string;
  readonly mobile?: string;
  readonly state?: string;
}

/** A report that nobody has fetched yet. */
export interface PendingReport extends ReportSummary {
  readonly appId: string;
  /** From when on a pull gets it. */
  readonly dueAt: number;
}

/** A report that left the queue: whether or not its answer arrived, the gateway has it no more. */
export interface HandedOutReport extends ReportSummary {
  readonly appId: string;
  /** The pull that took it. */
  readonly requestId: string;
  /** What was put into the answer. */
  readonly report: unknown;
  readonly handedOutAt: number;
  /** The whole answer was given to the network. It may still have been lost on the way. */
  readonly finished: boolean;
  /** It was readable, from its first brace to its last, in the bytes that were given to the network. */
  readonly whole: boolean;
}

/** One attempt to push a batch of reports. */
export interface PushAttempt {
  readonly at: number;
  /** HTTP status, absent when nothing was answered. */
  readonly status?: number;
  /** What was answered; above a kilobyte its beginning and `…`. */
  readonly answer?: string;
  /** Why nothing was, such as `ECONNREFUSED`. */
  readonly error?: string;
  readonly fault?: FaultKind;
}

/**
 * `waiting`: not answered `success` yet; `acknowledged`: it was; `given-up`: not even the last time; `withdrawn`: the account does
 * not push any more, and the reports wait again.
 */
export type PushEnd = 'waiting' | 'acknowledged' | 'given-up' | 'withdrawn';

/** A report that was pushed to its customer. */
export interface ReportPush extends ReportSummary {
  readonly appId: string;
  /** The batch that it is part of. */
  readonly pushId: string;
  /** What was put into the push. */
  readonly report: unknown;
  /** All of its batch, oldest first. */
  readonly attempts: readonly PushAttempt[];
  readonly end: PushEnd;
}

/** An HTTP request, from its head on. */
export interface ReceivedRequest {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  /** Absent for a path that is none of the four calls. */
  readonly call?: CallName;
  /** By which interface it came: `plain`, below `/inter/`, or `secure`. Absent as `call` is. */
  readonly transport?: Transport;
  readonly appId?: string;
  /** Bytes of the body that arrived. */
  readonly bytes: number;
  /** The body arrived in full. */
  readonly complete: boolean;
  readonly receivedAt: number;
  /** How many numbers a send call names. */
  readonly recipients: number;
  readonly firstMobile?: string;
  /** How many messages were accepted, or reports handed out. */
  readonly taken: number;
  /** How many of the reports that were handed out went back into the queue; absent: none. */
  readonly putBack?: number;
  /**
   * The places, from 0, of those reports that were whole in the bytes sent. Absent: all of them where the answer was
   * finished, none where it was not.
   */
  readonly wholeReports?: readonly number[];
  /** HTTP status, absent when nothing was answered. */
  readonly status?: number;
  /** The answered code, absent when the answer had none. */
  readonly code?: string;
  /** The fault that was played, injected or hung on a number. */
  readonly fault?: FaultKind;
  /** The whole answer was given to the network. */
  readonly finished: boolean;
}

export type OpenRequest = { -readonly [K in keyof ReceivedRequest]: ReceivedRequest[K] };

export interface JournalCounters {
  readonly requests: number;
  readonly accepted: number;
  readonly handedOut: number;
  /** Reports that went to another address, as the account's `reports` was `pushed`. */
  readonly pushedElsewhere: number;
  /** Reports that were pushed to their customer, however often and whatever the answer. */
  readonly pushed: number;
  /** Those of them that were answered `success`. */
  readonly acknowledged: number;
  /** Those whose last attempt was not. */
  readonly givenUp: number;
}

export interface QueueCounters {
  /** Reports that wait, due or not, or are being pushed. */
  readonly pending: number;
  /** Reports that were dropped because more than `pendingLimit` waited. */
  readonly dropped: number;
}

/** What happened since the start or the last `reset`, however much of it the lists still remember. */
export interface Counters extends JournalCounters, QueueCounters {}
