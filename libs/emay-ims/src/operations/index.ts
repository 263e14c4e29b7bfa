export { EmayImsActionConflictError } from './action-conflict-error.js';
export type { AccountDetails } from './api/account-details.js';
export type { AccountOperations } from './api/account-operations.js';
export type { AuditEntry, NewAuditEntry } from './api/audit-entry.js';
export type { ActionPreview, ActionProgress, ActionWanted } from './api/bulk-action.js';
export type { DoubtIncident } from './api/doubt-incident.js';
export type {
  Advice,
  CodeCount,
  CountryDetail,
  CountryFigures,
  Latency,
  Overview,
  Range,
  Series,
  StateCounts,
} from './api/figures.js';
export type { HandlerEvent, HandlerFigures } from './api/handler-figures.js';
export type { KeptReport, ReportKind, ReportSearch } from './api/kept-report.js';
export type { MessageAction, MessageEvidence, TimelineKind, TimelineStep, Verdict } from './api/message-evidence.js';
export type { MessageSearch, SearchPage } from './api/message-search.js';
export type { OperatorMessage } from './api/operator-message.js';
export type { ProvedSent } from './api/proved-sent.js';
export { EmayImsOperations } from './emay-ims-operations.js';
export { EmayImsOperationsModule } from './emay-ims-operations.module.js';
