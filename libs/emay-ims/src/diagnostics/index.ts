export { GuardedLogger } from './guarded-logger.js';
export { publishReportPage, REPORT_PAGE_CHANNEL, type ImsReportPageNotice } from './report-page-channel.js';
export {
  makeRequestWithin,
  REQUEST_CHANNEL,
  traceRequest,
  type ImsRequestOutcome,
  type ImsRequestTrace,
} from './request-channel.js';
export { publishSettled, SETTLED_CHANNEL, type ImsSettledNotice } from './settled-channel.js';
