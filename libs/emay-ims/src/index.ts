export { EmayImsAccounts, type EmayImsAccountOptions } from './accounts/emay-ims-accounts.js';
export { EmayImsAccountsModule } from './accounts/emay-ims-accounts.module.js';
export { EmayImsClient } from './client/index.js';
export type {
  AcceptedOutcome,
  AnsweredPage,
  Fence,
  ReceivedPage,
  RefusedOutcome,
  ReportExchange,
  SendOutcome,
  UnconfirmedOutcome,
  UnconfirmedPage,
  UnsentOutcome,
} from './client/index.js';
export type { CurrentManager } from './database/host-transactions.js';
export { EMAY_IMS_ENTITIES } from './schema/entities.js';
export { EMAY_IMS_MIGRATIONS, emayImsMigrations } from './schema/migrations/index.js';
export { runEmayImsMigrations } from './schema/run-migrations.js';
export type { PinnedPlace } from './database/table-names.js';
export {
  REPORT_PAGE_CHANNEL,
  REQUEST_CHANNEL,
  SETTLED_CHANNEL,
  type ImsReportPageNotice,
  type ImsRequestOutcome,
  type ImsRequestTrace,
  type ImsSettledNotice,
} from './diagnostics/index.js';
export type { EnqueueOptions, Page, TransactionOptions } from './dto/call-options.js';
export { IsCustomImsId, IsImsContent, IsImsMobile } from './dto/decorators.js';
export { FindImsDto } from './dto/find-ims.dto.js';
export { ImsRecipientDto, SendImsBatchDto, SendPersonalizedImsDto } from './dto/send-ims-batch.dto.js';
export { ImsSchedulingDto, SendImsDto } from './dto/send-ims.dto.js';
export { EmayImsModule } from './emay-ims.module.js';
export { EmayImsService } from './emay-ims.service.js';
export {
  getEmayImsClientToken,
  getEmayImsClockToken,
  getEmayImsEngineToken,
  getEmayImsHttpToken,
  getEmayImsRepositoryToken,
  getEmayImsToken,
  InjectEmayIms,
  InjectEmayImsRepository,
} from './emay-ims.tokens.js';
export type { EmayImsEngine, EngineJob } from './engine/engine.js';
export { EmayImsError } from './errors/emay-ims.error.js';
export {
  EmayImsClosedError,
  EmayImsConflictError,
  EmayImsNotReadyError,
  EmayImsOptionsError,
  EmayImsQueuedError,
  EmayImsRejectedError,
  EmayImsStoreError,
  EmayImsUnconfirmedError,
  EmayImsUnsentError,
  EmayImsValidationError,
  type ImsViolation,
} from './errors/emay-ims-errors.js';
export type {
  EmayImsEvent,
  EmayImsEventMap,
  EmayImsEventType,
  ImsCircuitClosedEvent,
  ImsCircuitName,
  ImsCircuitOpenedEvent,
  ImsMessageEvent,
  ImsMessageEventType,
  ImsPageSetAsideEvent,
  ImsPossibleLossEvent,
  ImsReportOrphanedEvent,
  ImsReportQuarantinedEvent,
  ImsReportsBlockedEvent,
} from './events/emay-ims-event.js';
export { EMAY_IMS_EVENT_TYPES } from './events/emay-ims-event.js';
export type { EmayImsEventFor, EmayImsEventPattern } from './events/event-pattern.js';
export { ImsDurableEvent, type ImsDurableEventState } from './events/ims-durable-event.entity.js';
export { OnImsEvent, type OnImsEventOptions } from './events/on-ims-event.js';
export type { ImsStats } from './figures/figures.js';
export { ImsMessage } from './messages/ims-message.entity.js';
export { IMS_MESSAGE_STATES, type ImsMessageState } from './messages/message-state.js';
export type {
  EmayImsAsyncOptions,
  EmayImsDatabaseOptions,
  EmayImsDispatchOptions,
  EmayImsHttpOptions,
  EmayImsModuleAsyncOptions,
  EmayImsModuleOptions,
  EmayImsOptionsFactory,
  EmayImsProtocolOptions,
  EmayImsReportOptions,
  EmayImsRetentionOptions,
  EmayImsServerDatabaseOptions,
  EmayImsSqliteOptions,
  ImsTransport,
} from './options/module-options.js';
export {
  ANSWER_CODES,
  decodeReportAnswer,
  DEFAULT_PROTOCOL_OPTIONS,
  maskMobile,
  normalizeMobile,
  REPORT_STATES,
  type AnswerCodeEntry,
  type DeliveryReport,
  type ReportStateEntry,
} from './protocol/index.js';
export type { ImsAccountPulse } from './operator/account-pulse.js';
export type { ImsAccountStatus } from './operator/account-status.js';
export type { ImsReportFlow } from './operator/report-flow.js';
export { ImsResolution, type ResolutionDecision } from './operator/ims-resolution.entity.js';
export { ResolveUnconfirmedDto } from './operator/resolve-unconfirmed.dto.js';
export { ImsReport, type ImsReportStatus } from './reports/ims-report.entity.js';
export type { ImsKeptPage } from './reports/kept-pages.js';
export type { ReportPullResult } from './reports/poll-series.js';
export type { ImsPurgeResult } from './retention/retention.js';
export type { ImsBatchResult, ImsUnstoredMessage } from './sending/batch-result.js';
export type { EnqueueStreamOptions, EnqueueSummary } from './sending/stream.js';
export { EmayImsClock } from './time/clock.js';
