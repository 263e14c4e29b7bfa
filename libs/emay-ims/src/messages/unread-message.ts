import { ImsMessage } from './ims-message.entity.js';
import type { NewMessage } from './new-message.js';

/** What a new message does not say itself. */
export type Standing = Pick<ImsMessage, 'state' | 'createdAt'> & Partial<ImsMessage>;

const BLANK = {
  imsId: null,
  code: null,
  rawAnswer: null,
  dueAt: null,
  attempt: null,
  attempts: 0,
  reportState: null,
  reportDescription: null,
  gatewaySubmitTime: null,
  gatewayReceiveTime: null,
  submittedAt: null,
  acceptedAt: null,
  finalAt: null,
} satisfies Partial<ImsMessage>;

/** A message as its row would be read back, where it is not. */
export function unreadMessage(account: string, message: NewMessage, standing: Standing): ImsMessage {
  const { customImsId, mobile, content, priority, sendAt, expiresAt } = message;
  const given = { account, customImsId, mobile, content, priority, sendAt, expiresAt };
  return Object.assign(new ImsMessage(), BLANK, given, standing);
}
