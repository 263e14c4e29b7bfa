import type { ImsMessage } from '../messages/ims-message.entity.js';
import { REPORT_STATES, type DeliveryReport } from '../protocol/index.js';

/** Our states that a report can lead to. */
export type ReportedState = 'DELIVERED' | 'UNDELIVERABLE' | 'REJECTED' | 'UNKNOWN';

/** The vendor's most ordinary word for each of them. */
const VENDOR_STATE: Readonly<Record<ReportedState, string>> = {
  DELIVERED: 'DELIVRD',
  UNDELIVERABLE: 'FAIL_RESPONSE',
  REJECTED: 'FAIL_BALANCE',
  UNKNOWN: 'TIMEOUT',
};

/** The report of a message as the gateway would hand it out at that moment: its times have whole seconds. */
export function deliveryReport(message: ImsMessage, state: string, receivedAt: Date): DeliveryReport {
  const word = isOurs(state) ? VENDOR_STATE[state] : state;
  return {
    position: 0,
    mobile: message.mobile,
    imsId: message.imsId,
    customImsId: message.customImsId,
    state: word,
    description: REPORT_STATES[word]?.chinese ?? null,
    receiveTime: inWholeSeconds(receivedAt),
    submitTime: inWholeSeconds(message.submittedAt ?? receivedAt),
    receiveTimeText: null,
    submitTimeText: null,
  };
}

function isOurs(state: string): state is ReportedState {
  return Object.hasOwn(VENDOR_STATE, state);
}

function inWholeSeconds(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1_000) * 1_000);
}
