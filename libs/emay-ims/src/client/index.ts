export type { Canary, CanaryEnd } from './canary.js';
export { ACCOUNT_CLIENT, EmayImsClient } from './emay-ims-client.js';
export type {
  AcceptedOutcome,
  AnsweredPage,
  ReceivedPage,
  HeldBack,
  RefusedOutcome,
  ReportExchange,
  SendOutcome,
  UnconfirmedOutcome,
  UnconfirmedPage,
  UnsentOutcome,
} from './exchange-outcome.js';
export type { Fence } from './fence.js';
export { closeGatewayHttp, createGatewayHttp } from './http-exchange.js';
