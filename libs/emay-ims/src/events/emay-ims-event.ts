import type { ImsMessageState } from '../messages/message-state.js';

interface EventOf<Type extends string> {
  readonly type: Type;
  /** Name of the account. */
  readonly account: string;
  /** Time of the change: for messages by the database's clock, otherwise by this process's. */
  readonly occurredAt: Date;
}

/** A message has changed its state. Without its text. */
export interface ImsMessageEvent<
  Type extends string = `message.${string}`,
  State extends ImsMessageState = ImsMessageState,
> extends EventOf<Type> {
  readonly customImsId: string;
  /** The gateway's id, once it is known. */
  readonly imsId: string | null;
  /** E.164, in full. */
  readonly mobile: string;
  readonly state: State;
  /** The gateway's answer code (§3), or why there is none, e.g. `TIMEOUT`, `ATTEMPT_ABANDONED`. */
  readonly code: string | null;
  /** The vendor's raw report state (§4), e.g. `DELIVRD`. */
  readonly reportState: string | null;
  /** The vendor's description of that state, in Chinese. */
  readonly reportDescription: string | null;
}

/** An unmatched delivery report has come; it is kept, and applied if its message turns up. */
export interface ImsReportOrphanedEvent extends EventOf<'report.orphaned'> {
  /** The poll it came with, and its position in the batch, from 0. */
  readonly pullId: string;
  readonly position: number;
  readonly customImsId: string | null;
  readonly imsId: string | null;
  /** `+` and digits, in full. */
  readonly mobile: string | null;
  readonly reportState: string;
}

/** A malformed delivery report has come; it is kept as received. */
export interface ImsReportQuarantinedEvent extends EventOf<'report.quarantined'> {
  readonly pullId: string;
  readonly position: number;
  readonly reason: string;
}

/** A poll got no answer, or an incomplete one: the other reports of the batch may be lost. */
export interface ImsPossibleLossEvent extends EventOf<'reports.possible-loss'> {
  readonly pullId: string;
  /** How many reports at most; `null`: not known. */
  readonly atMost: number | null;
}

/** A report batch failed too often and was set aside; it is kept and no longer blocks others. */
export interface ImsPageSetAsideEvent extends EventOf<'reports.set-aside'> {
  readonly pullId: string;
  /** The last failure: the database's code, or the kind of error. */
  readonly reason: string;
}

/**
 * The gateway refuses every poll, as a report that it cannot print may be blocking its queue. Or it returns the same batch at every poll.
 */
export interface ImsReportsBlockedEvent extends EventOf<'reports.blocked'> {
  /** The gateway's code, e.g. `ERROR_PARAMS`, or `REPEATED_PAGE`. */
  readonly reason: string;
}

/** Which of the account's two circuits: submitting messages, or polling for delivery reports. */
export type ImsCircuitName = 'sending' | 'reports';

/** This instance pauses its calls: the gateway refuses the account, cannot be reached or gives invalid answers. */
export interface ImsCircuitOpenedEvent extends EventOf<'account.circuit-opened'> {
  readonly circuit: ImsCircuitName;
  /** The gateway's code or the network's, e.g. `ERROR_SIGN`, `ECONNREFUSED`. */
  readonly reason: string;
  /** Whether the account itself is refused: its key, id, clock or address is wrong. */
  readonly refusesAccount: boolean;
}

/** The gateway answers this instance normally again. */
export interface ImsCircuitClosedEvent extends EventOf<'account.circuit-closed'> {
  readonly circuit: ImsCircuitName;
}

/** Every event by its type. */
export interface EmayImsEventMap {
  'message.accepted': ImsMessageEvent<'message.accepted', 'ACCEPTED'>;
  'message.delivered': ImsMessageEvent<'message.delivered', 'DELIVERED'>;
  'message.undeliverable': ImsMessageEvent<'message.undeliverable', 'UNDELIVERABLE'>;
  'message.rejected': ImsMessageEvent<'message.rejected', 'REJECTED'>;
  'message.unknown': ImsMessageEvent<'message.unknown', 'UNKNOWN'>;
  'message.unconfirmed': ImsMessageEvent<'message.unconfirmed', 'UNCONFIRMED'>;
  'message.expired': ImsMessageEvent<'message.expired', 'EXPIRED'>;
  'report.orphaned': ImsReportOrphanedEvent;
  'report.quarantined': ImsReportQuarantinedEvent;
  'reports.possible-loss': ImsPossibleLossEvent;
  'reports.set-aside': ImsPageSetAsideEvent;
  'reports.blocked': ImsReportsBlockedEvent;
  'account.circuit-opened': ImsCircuitOpenedEvent;
  'account.circuit-closed': ImsCircuitClosedEvent;
}

/** A type of event, such as `message.delivered`. */
export type EmayImsEventType = keyof EmayImsEventMap;

/** A change, emitted after its commit. */
export type EmayImsEvent = EmayImsEventMap[EmayImsEventType];

/** Types of message events. */
export type ImsMessageEventType = Extract<EmayImsEventType, `message.${string}`>;

/** The event for each state of a message; other states have none. */
export const EVENT_OF_STATE: Readonly<Partial<Record<ImsMessageState, ImsMessageEventType>>> = Object.freeze({
  ACCEPTED: 'message.accepted',
  DELIVERED: 'message.delivered',
  UNDELIVERABLE: 'message.undeliverable',
  REJECTED: 'message.rejected',
  UNKNOWN: 'message.unknown',
  UNCONFIRMED: 'message.unconfirmed',
  EXPIRED: 'message.expired',
});

/** Every type of event. */
export const EMAY_IMS_EVENT_TYPES: readonly EmayImsEventType[] = Object.freeze([
  'message.accepted',
  'message.delivered',
  'message.undeliverable',
  'message.rejected',
  'message.unknown',
  'message.unconfirmed',
  'message.expired',
  'report.orphaned',
  'report.quarantined',
  'reports.possible-loss',
  'reports.set-aside',
  'reports.blocked',
  'account.circuit-opened',
  'account.circuit-closed',
]);
