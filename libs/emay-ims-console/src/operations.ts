/** What the console reads and does, by account. */
export type {
  AccountDetails,
  AccountOperations,
  ActionPreview,
  ActionProgress,
  ActionWanted,
  AuditEntry,
  CountryDetail,
  CountryFigures,
  DoubtIncident,
  HandlerEvent,
  HandlerFigures,
  KeptReport,
  MessageAction,
  MessageEvidence,
  MessageSearch,
  NewAuditEntry,
  OperatorMessage,
  Overview,
  Range,
  ReportKind,
  SearchPage,
  TimelineStep,
} from 'nestjs-emay-ims/operations';
import type { AccountOperations } from 'nestjs-emay-ims/operations';

export abstract class EmayImsOperations {
  abstract names(): string[];
  abstract of(account?: string): AccountOperations;
}
