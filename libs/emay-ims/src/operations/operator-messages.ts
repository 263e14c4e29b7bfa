import type { ImsMessage } from '../messages/ims-message.entity.js';
import { countryOf } from '../protocol/index.js';
import type { OperatorMessage } from './api/operator-message.js';

/** The message as operators see it: without what is kept for the module itself. */
export function toOperatorMessage(message: ImsMessage): OperatorMessage {
  const { customImsId, imsId, mobile, content, state, code, priority, attempts, sendAt, expiresAt, dueAt } = message;
  const { createdAt, submittedAt, acceptedAt, finalAt } = message;
  const { reportState, reportDescription, gatewaySubmitTime, gatewayReceiveTime } = message;
  return {
    ...{ customImsId, imsId, mobile, country: countryOf(mobile), content, state, code, priority, attempts },
    ...{ sendAt, expiresAt, dueAt, createdAt, submittedAt, acceptedAt, finalAt },
    ...{ reportState, reportDescription, gatewaySubmitTime, gatewayReceiveTime },
  };
}
