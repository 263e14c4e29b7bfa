import type { ImsMessageState } from '../../messages/message-state.js';

/** A message as an operator sees it. Whatever may be hidden from whom, such as number and text, is the caller's to hide. */
export interface OperatorMessage {
  customImsId: string;
  /** The gateway's id, once it is known. */
  imsId: string | null;
  /** E.164, e.g. `+61422118000`. */
  mobile: string;
  /** ISO 3166-1 alpha-2, e.g. `AU`; `null`: the number's prefix has none. */
  country: string | null;
  content: string;
  state: ImsMessageState;
  /** The gateway's answer code, or why there is none. */
  code: string | null;
  /** 0 to 9; higher goes first. */
  priority: number;
  /** How often it was submitted. */
  attempts: number;
  sendAt: Date | null;
  expiresAt: Date | null;
  /** QUEUED: when it is ready, `null` while on hold; SUBMITTING: the end of the attempt; ACCEPTED: the report deadline. */
  dueAt: Date | null;
  createdAt: Date;
  submittedAt: Date | null;
  /** When the module learned of the acceptance: from an answer, or from a report. */
  acceptedAt: Date | null;
  /** When it reached a final state; `null` for UNKNOWN. */
  finalAt: Date | null;
  /** The vendor's raw report state. */
  reportState: string | null;
  /** The vendor's description of it, in Chinese. */
  reportDescription: string | null;
  gatewaySubmitTime: Date | null;
  gatewayReceiveTime: Date | null;
}
