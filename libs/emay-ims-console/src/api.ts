/**
 * The console's HTTP API, below `<path>/api/v1`, shared with its page, which carries no other code of the server.
 *
 * - Every POST is JSON with the header `x-emay-ims-console: 1`. Leave `mode` of `fetch` as it is: with `same-origin` and no referrer a
 *   browser sends `Origin: null`, which is refused.
 * - Requests of other sites (`Sec-Fetch-Site`) are refused.
 */
import type {
  AccountDetails,
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
  MessageEvidence,
  MessageSearch,
  OperatorMessage,
  Overview,
  SearchPage,
} from './operations.js';
import type { ImsAccountPulse, ImsMessageState, ReportPullResult } from 'nestjs-emay-ims';

/** A value as it arrives: a `Date` as its ISO string, `undefined` left out. */
export type Json<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Json<Item>[]
    : T extends object
      ? { [Key in keyof T as T[Key] extends (...values: never[]) => unknown ? never : Key]: Json<T[Key]> }
      : T;

/** What one may do beyond reading; each is checked on the server. */
export const CONSOLE_ACTIONS = [
  'cancel',
  'resend',
  'give-up',
  'retry-report',
  'acknowledge',
  'pull',
  'retry-event',
  'export',
  'reveal',
  'rebuild',
  'send-test',
] as const;
/** One of `CONSOLE_ACTIONS`. */
export type ConsoleAction = (typeof CONSOLE_ACTIONS)[number];

/** A page of the host's, shown in the navigation. */
export interface ConsolePanel {
  id: string;
  title: string;
  titleZh?: string | undefined;
  /** Of the same origin: it begins with one `/`. */
  url: string;
}

/** Who asks, and what the console shows and allows. */
export interface Me {
  /** `null`: nobody by name; nothing but reading is allowed then. */
  actor: string | null;
  account: string;
  accounts: string[];
  actions: ConsoleAction[];
  numbers: 'full' | 'masked';
  texts: 'full' | 'hidden';
  language: 'en' | 'zh' | null;
  /** Changes with the page's files: a page that sees another one than its own offers to load anew. */
  build: string;
  version: string;
  isSandbox: boolean;
  panels: ConsolePanel[];
}

/** What went wrong, for programs. */
export type ConsoleErrorCode =
  | 'UNAUTHENTICATED'
  | 'ACCESS_DENIED'
  | 'ACCESS_UNAVAILABLE'
  | 'RIGHT_MISSING'
  | 'CROSS_SITE'
  | 'INVALID'
  | 'NOT_FOUND'
  | 'ACCOUNT_UNKNOWN'
  | 'CONFLICT'
  | 'TOO_MANY'
  | 'TOO_LARGE'
  | 'REJECTED'
  | 'UNSENT'
  | 'UNCONFIRMED'
  | 'NOT_READY'
  | 'STORE'
  | 'CLOSING'
  | 'INTERNAL';

/** The body of every answer that is an error. */
export interface ConsoleErrorBody {
  error: {
    code: ConsoleErrorCode;
    message: string;
    /** The parameter or property that is wrong. */
    field?: string;
    /** The right that is missing. */
    right?: ConsoleAction;
    requestId: string;
  };
}

/** Which message to show in full, and why. */
export interface RevealWanted {
  customImsId: string;
  reason?: string;
}
/** What is masked otherwise. */
export interface Revealed {
  mobile: string;
  content: string;
}
/** A download. `url`: relative to the console's root, e.g. `api/v1/exports/…`; for one use within 60 s. */
export interface ExportLink {
  url: string;
  expiresAt: Date;
}

/** The answers of GET, by route below `api/v1/`. */
export interface ConsoleReads {
  me: Me;
  overview: Overview;
  messages: SearchPage<OperatorMessage>;
  'messages/:id': MessageEvidence;
  doubts: SearchPage<DoubtIncident>;
  'doubts/messages': SearchPage<OperatorMessage>;
  reports: SearchPage<KeptReport>;
  countries: CountryFigures[];
  'countries/:iso': CountryDetail;
  events: SearchPage<HandlerEvent>;
  handlers: HandlerFigures[];
  account: AccountDetails;
  audit: SearchPage<AuditEntry>;
  'actions/:id': ActionProgress;
}

/** Bodies and answers of POST, by route below `api/v1/`. Each carries the header `x-emay-ims-console: 1`. */
export interface ConsoleWrites {
  'actions/preview': { body: ActionWanted; answer: ActionPreview };
  'actions/:id/apply': { body: { reason: string }; answer: ActionProgress };
  pull: { body: Record<string, never>; answer: ReportPullResult };
  'retry-report': { body: { pullId?: string }; answer: { retried: number } };
  acknowledge: { body: { pullId?: string; reportId?: string; reason: string }; answer: Record<string, never> };
  'retry-event': { body: { handler?: string }; answer: { retried: number } };
  rebuild: { body: Record<string, never>; answer: Record<string, never> };
  'send-test': { body: { mobile: string; content: string }; answer: { customImsId: string; state: ImsMessageState } };
  reveal: { body: RevealWanted; answer: Revealed };
  exports: { body: { search: MessageSearch }; answer: ExportLink };
}

/** The events of `GET stream`, by name: the `data` of each is one of these as JSON. */
export interface ConsoleStream {
  pulse: ImsAccountPulse;
  totals: { counts: Record<ImsMessageState, number>; asOf: Date | null };
  /** What is new or changed among the newest messages, at most 50. */
  message: { customImsId: string; state: ImsMessageState }[];
  action: ActionProgress;
  /** The database cannot be read, so nothing that is shown becomes newer; or it can be again. */
  reading: { isAway: boolean };
  /** The stream ends. `access`: lost, ask `me`. `shutdown`, `renew`: open it again. A viewer who does not read is cut off without one. */
  bye: { reason: 'access' | 'shutdown' | 'renew' };
}
