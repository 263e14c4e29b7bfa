/** What the console reads and does; of `nestjs-emay-ims/operations`. */
import type {
  ImsAccountStatus,
  ImsMessage,
  ImsMessageState,
  ImsResolution,
  ReportPullResult,
  SendImsDto,
} from 'nestjs-emay-ims';

/** `operations.of('default')`; `names()`: all accounts of the application, imported and added. Imported as `EmayImsOperationsModule`. */
export interface EmayImsOperations {
  names(): string[];
  /** @throws EmayImsOptionsError where there is none of that name */
  of(account?: string): AccountOperations;
}

export interface AccountOperations {
  readonly account: string;
  overview(range: Range): Promise<Overview>;
  search(query: MessageSearch): Promise<SearchPage<OperatorMessage>>;
  /** The message with all that is known of it; `null`: there is none. */
  message(customImsId: string): Promise<MessageEvidence | null>;
  doubts(query?: { code?: string; since?: Date }): Promise<DoubtIncident[]>;
  /** UNCONFIRMED messages of an incident, or all, newest first. */
  doubtful(query: { incident?: string; limit?: number; after?: string }): Promise<SearchPage<OperatorMessage>>;
  reports(query: ReportSearch): Promise<SearchPage<KeptReport>>;
  countries(range: Range): Promise<CountryFigures[]>;
  country(iso: string, range: Range): Promise<CountryDetail>;
  events(query?: { handler?: string; state?: 'PENDING' | 'FAILED'; after?: string }): Promise<SearchPage<HandlerEvent>>;
  handlers(): Promise<HandlerFigures[]>;
  details(): Promise<AccountDetails>;
  audit(query?: { actor?: string; action?: string; after?: string }): Promise<SearchPage<AuditEntry>>;
  /** Writes an entry by itself: what was revealed, exported or refused. */
  record(entry: NewAuditEntry): Promise<void>;
  /** Stores exactly what would be done: ids and their attempt tokens. */
  preview(wanted: ActionWanted, by: string): Promise<ActionPreview>;
  /** Runs what was previewed, by the same actor, in steps; resumable: calling again goes on. Audited. */
  apply(actionId: string, by: string, reason: string): Promise<ActionProgress>;
  progress(actionId: string): Promise<ActionProgress | null>;
  /** Single actions that are not about messages. Each audited: by, reason. */
  pull(by: string): Promise<ReportPullResult>;
  retryReports(pullId: string | null, by: string): Promise<number>;
  acknowledge(what: { pullId?: string; reportId?: string }, by: string, reason: string): Promise<void>;
  retryEvents(handler: string | null, by: string): Promise<number>;
  sendTest(message: SendImsDto, by: string): Promise<ImsMessage>;
  /** Counts everything anew in the background. */
  rebuildFigures(by: string): Promise<void>;
}

export type Range = '1h' | '24h' | '7d' | '30d';

/** A message as an operator sees it. `country`: ISO 3166-1 alpha-2, null where the number's prefix has none. */
export interface OperatorMessage {
  customImsId: string;
  imsId: string | null;
  mobile: string;
  country: string | null;
  content: string;
  state: ImsMessageState;
  code: string | null;
  priority: number;
  attempts: number;
  sendAt: Date | null;
  expiresAt: Date | null;
  dueAt: Date | null;
  createdAt: Date;
  submittedAt: Date | null;
  acceptedAt: Date | null;
  finalAt: Date | null;
  reportState: string | null;
  reportDescription: string | null;
  gatewaySubmitTime: Date | null;
  gatewayReceiveTime: Date | null;
}

export interface MessageSearch {
  states?: ImsMessageState[];
  code?: string;
  country?: string;
  mobile?: string;
  id?: string /* exact, or prefix ending in `*` */;
  from?: Date;
  to?: Date;
  limit?: number /* 50, at most 500 */;
  after?: string /* cursor */;
}
/** A search stops after a time budget and says how far it got: `next` goes on from there even where `items` is empty. */
export interface SearchPage<Item> {
  items: Item[];
  next: string | null;
  /** Everything newer than this has been looked at; null: everything was. */
  searchedTo: Date | null;
  /** How many match by the roll-up; `exact: false`: at least, or as of `asOf`; null: not known without counting. */
  matches: { n: number; exact: boolean } | null;
  asOf: Date;
}

/** Figures of the roll-up. `took`: seconds from hand-over to DELIVERED by percentile; null where none was delivered. */
export interface Latency {
  p50Ms: number | null;
  p95Ms: number | null;
  delivered: number;
}
export type StateCounts = Record<ImsMessageState, number>;
export interface Overview {
  /** When these figures were counted; null: counted right now. */
  asOf: Date | null;
  range: Range;
  status: ImsAccountStatus;
  totals: StateCounts;
  inRange: StateCounts;
  latency: Latency;
  deliveredShare: number | null /* of what is final in range, 0..1 */;
  queued: number;
  inFlight: number;
  submittedPerMinute: number;
  /** Slots of equal length, oldest first; times in epoch ms. */
  series: {
    slotMs: number;
    from: number;
    points: { at: number; states: Partial<StateCounts>; p50Ms: number | null; p95Ms: number | null }[];
  };
  codes: { code: string; messages: number }[] /* most frequent first, at most 20, without SUCCESS */;
  advice: Advice[];
}
/** What is wrong now and what to do; the page translates by `id`. */
export interface Advice {
  id: string;
  level: 'error' | 'warning' | 'info';
  values: Record<string, string | number | null>;
}

export interface CountryFigures {
  country: string | null;
  messages: number;
  states: StateCounts;
  deliveredShare: number | null;
  latency: Latency;
  codes: { code: string; messages: number }[];
  perHour: number;
}
export interface CountryDetail extends CountryFigures {
  range: Range;
  asOf: Date | null;
  series: Overview['series'];
  /** From the newest 20,000 messages of the range. */
  prefixes: { prefix: string; messages: number; deliveredShare: number | null }[];
  sampled: number;
}

/** Timeline of one message: each step with what proves it. */
export interface TimelineStep {
  kind:
    | 'stored'
    | 'handed-over'
    | 'answer'
    | 'no-answer'
    | 'released'
    | 'report'
    | 'contradicted'
    | 'late'
    | 'cancelled'
    | 'decided'
    | 'expired'
    | 'given-up'
    | 'deadline-passed'
    | 'purged'
    | 'waiting';
  at: Date | null;
  attempt: string | null;
  code: string | null;
  detail: string | null;
  /** Where the proof lies: the message's row, the trace, a report page, a decision. */
  source: 'message' | 'trace' | 'report-page' | 'resolution';
  /** Of a decision. */
  by?: string;
  reason?: string;
  /** Of a report: the batch it came in. */
  page?: { pullId: string; pulledAt: Date | null; reports: number | null } | null;
}
/** What is known, what is not, what a resend risks; the page words it by `id` and `values`. */
export interface Verdict {
  id:
    | 'delivered'
    | 'undeliverable'
    | 'rejected'
    | 'queued'
    | 'held'
    | 'in-flight'
    | 'accepted'
    | 'doubt'
    | 'doubt-proved-sent'
    | 'reported-unsent'
    | 'unknown'
    | 'given-up'
    | 'cancelled'
    | 'expired';
  resend: 'safe' | 'second-sms' | 'not-possible';
  values: Record<string, string | number | null>;
}
export interface MessageEvidence {
  message: OperatorMessage;
  timeline: TimelineStep[];
  verdict: Verdict;
  resolutions: ImsResolution[];
  rawAnswer: string | null;
  /** Of the same number, newest first, at most 10, this one left out. */
  others: OperatorMessage[];
  actions: ('cancel' | 'resend' | 'give-up')[]; /* that its state allows */
}

/** Doubts that began together: same code, gaps below 10 minutes. */
export interface DoubtIncident {
  id: string;
  code: string | null;
  from: Date;
  to: Date;
  count: number /* still UNCONFIRMED */;
  /** Messages of the same time and code whose report came after all, proved sent. */
  provedSent: number;
  countries: Record<string, number>;
  isCut: boolean; /* more than the newest 10,000 doubts exist */
}

export type ReportKind = 'orphaned' | 'quarantined' | 'unreadable' | 'lost' | 'set-aside' | 'spooled';
export interface ReportSearch {
  kind: ReportKind;
  after?: string;
  limit?: number;
}
export interface KeptReport {
  kind: ReportKind;
  id: string /* of report or pull */;
  at: Date | null;
  customImsId: string | null;
  imsId: string | null;
  mobile: string | null;
  state: string | null;
  reports: number | null;
  reason: string | null;
  raw: string | null /* at most 16 KiB */;
  actions: ('retry' | 'acknowledge')[];
}

export interface HandlerFigures {
  handler: string;
  pending: number;
  failed: number;
  countedTo: number /* 10,001: more */;
  oldestAt: Date | null;
}
export interface HandlerEvent {
  id: string;
  handler: string;
  event: string;
  customImsId: string;
  state: 'PENDING' | 'FAILED';
  attempts: number;
  nextAt: Date | null;
  at: Date;
  error: string | null;
}

export interface AccountDetails {
  account: string;
  options: Record<string, unknown> /* without secrets */;
  leases: { name: string; holder: string; until: Date }[];
  status: ImsAccountStatus;
  database: { type: string; schemaVersion: string };
  version: string;
  figures: { asOf: Date | null; isRebuilding: boolean; rebuiltTo: Date | null };
}

export interface AuditEntry {
  id: string;
  at: Date;
  actor: string;
  action: string;
  filter: Record<string, unknown> | null;
  items: number;
  done: number;
  skipped: number;
  reason: string | null;
}
export type NewAuditEntry = Omit<AuditEntry, 'id' | 'at'>;

export interface ActionWanted {
  action: 'cancel' | 'resend' | 'give-up';
  ids?: string[];
  search?: MessageSearch;
  incident?: string;
}
/** At most 10,000 items; resend: at most 1,000. Lives 5 minutes. */
export interface ActionPreview {
  id: string;
  action: ActionWanted['action'];
  count: number;
  sample: OperatorMessage[];
  skippedNow: number;
  isCut: boolean;
  provedSent: number;
  expiresAt: Date;
}
export interface ActionProgress {
  id: string;
  action: ActionWanted['action'];
  state: 'previewed' | 'running' | 'done' | 'expired';
  count: number;
  done: number;
  changedSince: number;
  changedIds: string[]; /* at most 100 */
}
