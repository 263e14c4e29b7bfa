export type { Canary } from './canary.js';
export { EmayImsClient } from './emay-ims-client.js';
export type {
  AcceptedOutcome,
  AnsweredExchange,
  Exchange,
  HeldBack,
  RefusedOutcome,
  SendOutcome,
  UnconfirmedOutcome,
  UnsentOutcome,
} from './exchange-outcome.js';
export type { Fence } from './fence.js';
export { closeGatewayHttpService, createGatewayHttpService } from './http-exchange.js';
