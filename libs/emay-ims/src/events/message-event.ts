import type { ImsMessage } from '../messages/ims-message.entity.js';
import { EVENT_OF_STATE, type EmayImsEventMap, type ImsMessageEventType } from './emay-ims-event.js';

/** As much of a message as its event tells. */
export type ToldMessage = Pick<
  ImsMessage,
  'account' | 'customImsId' | 'imsId' | 'mobile' | 'state' | 'code' | 'reportState' | 'reportDescription'
>;

/** The event of a message that has just come into its state; `null` where that has none. */
export function messageEvent(message: ToldMessage, occurredAt: Date): EmayImsEventMap[ImsMessageEventType] | null {
  const { account, customImsId, imsId, mobile, state, code, reportState, reportDescription } = message;
  const type = EVENT_OF_STATE[state];
  if (!type) return null;
  const standing = { customImsId, imsId, mobile, state, code, reportState, reportDescription };
  return { type, account, occurredAt, ...standing } as EmayImsEventMap[ImsMessageEventType];
}
