import type { OperatorMessage } from '../operations.js';

/** In this order; later ones go behind. */
export const COLUMNS = [
  'customImsId',
  'imsId',
  'mobile',
  'country',
  'content',
  'state',
  'code',
  'priority',
  'attempts',
  'sendAt',
  'expiresAt',
  'createdAt',
  'submittedAt',
  'acceptedAt',
  'finalAt',
  'reportState',
  'reportDescription',
  'gatewaySubmitTime',
  'gatewayReceiveTime',
] as const satisfies readonly (keyof OperatorMessage)[];
