import type { ImsMessageState } from '../messages/message-state.js';

interface EventOf<Type extends string> {
  readonly type: Type;
  /** Name of the account. */
  readonly account: string;
  /** When it came to be: of a message by the database's clock, otherwise by this process's. */
  readonly occurredAt: Date;
}

/** A message has come into another state. Tells where it stands since then; its text is left out. */
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

/** A delivery report has come that no message answers to; it is kept, and applied should its message turn up. */
export interface ImsReportOrphanedEvent extends EventOf<'report.orphaned'> {
  /** The pull it came with, and its place in that page, from 0. */
  readonly pullId: string;
  readonly position: number;
  readonly customImsId: string | null;
  readonly imsId: string | null;
  /** `+` and digits, in full. */
  readonly mobile: string | null;
  readonly reportState: string;
}

/** A delivery report has come that cannot be read; it is kept as it came. */
export interface ImsReportQuarantinedEvent extends EventOf<'report.quarantined'> {
  readonly pullId: string;
  readonly position: number;
  readonly reason: string;
}

/** A pull ended without its answer, or with a part of it: the reports that it may have held beyond that are gone. */
export interface ImsPossibleLossEvent extends EventOf<'reports.possible-loss'> {
  readonly pullId: string;
  /** How many reports at most; `null`: not known. */
  readonly atMost: number | null;
}

/** A page of delivery reports could not be applied, however often that was tried; it is kept, and out of the way of others. */
export interface ImsPageSetAsideEvent extends EventOf<'reports.set-aside'> {
  readonly pullId: string;
  /** Why, the last time: the code of the database, or the kind of the error. */
  readonly reason: string;
}

/**
 * The gateway refuses to hand out delivery reports, again and again: one that it cannot print may be blocking its queue. Or it hands
 * out the same ones again and again.
 */
export interface ImsReportsBlockedEvent extends EventOf<'reports.blocked'> {
  /** The gateway's code, e.g. `ERROR_PARAMS`, or `REPEATED_PAGE`. */
  readonly reason: string;
}

/** Which of the account's two circuits: handing messages over, or pulling delivery reports. */
export type ImsCircuitName = 'sending' | 'reports';

/** This instance pauses its calls, as the gateway refuses the account, is away or answers nonsense. */
export interface ImsCircuitOpenedEvent extends EventOf<'account.circuit-opened'> {
  readonly circuit: ImsCircuitName;
  /** The gateway's code or the network's, e.g. `ERROR_SIGN`, `ECONNREFUSED`. */
  readonly reason: string;
  /** Whether the account itself is refused: its key, id, clock or address is wrong. */
  readonly refusesAccount: boolean;
}

/** The gateway answers this instance in order again. */
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

/** What has happened, told after the commit that made it true. */
export type EmayImsEvent = EmayImsEventMap[EmayImsEventType];

/** Those that tell of a message. */
export type ImsMessageEventType = Extract<EmayImsEventType, `message.${string}`>;

/** The event of a message that has come into a state; the others have none. */
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
