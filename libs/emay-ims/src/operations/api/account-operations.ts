import type { SendImsDto } from '../../dto/send-ims.dto.js';
import type { ImsMessage } from '../../messages/ims-message.entity.js';
import type { ReportPullResult } from '../../reports/poll-series.js';
import type { AccountDetails } from './account-details.js';
import type { AuditEntry, NewAuditEntry } from './audit-entry.js';
import type { ActionPreview, ActionProgress, ActionWanted } from './bulk-action.js';
import type { DoubtIncident } from './doubt-incident.js';
import type { CountryDetail, CountryFigures, Overview, Range } from './figures.js';
import type { HandlerEvent, HandlerFigures } from './handler-figures.js';
import type { KeptReport, ReportSearch } from './kept-report.js';
import type { MessageEvidence } from './message-evidence.js';
import type { MessageSearch, SearchPage } from './message-search.js';
import type { OperatorMessage } from './operator-message.js';

/**
 * What an operator reads and does, for one account.
 *
 * - Nothing here asks who may: check rights before you call. `by` is the person's name or address, 1 to 128 characters.
 * - Every action writes an entry of the audit.
 * - Each method may throw `EmayImsStoreError`; wrong input throws `EmayImsValidationError`.
 */
export interface AccountOperations {
  /** Name of the account. */
  readonly account: string;
  /** Figures of a range, the status, and what is wrong now. */
  overview(range: Range): Promise<Overview>;
  /** Messages, newest first. @throws EmayImsValidationError for a wrong filter or the cursor of another search */
  search(query: MessageSearch): Promise<SearchPage<OperatorMessage>>;
  /** A message with all that is known of it; `null`: there is none. */
  message(customImsId: string): Promise<MessageEvidence | null>;
  /**
   * UNCONFIRMED messages, grouped into incidents, newest first. A page has the incidents of at most 10,000 messages, and of as many as could be
   * looked at in 50 ms: `searchedTo` says to which creation, and `next` goes on.
   *
   * @param query.since submitted then or later
   */
  doubts(query?: {
    code?: string | undefined;
    since?: Date | undefined;
    after?: string | undefined;
  }): Promise<SearchPage<DoubtIncident>>;
  /** UNCONFIRMED messages of an incident, or all, newest first. @param query.limit 1 to 500, default 50 */
  doubtful(query: {
    incident?: string | undefined;
    limit?: number | undefined;
    after?: string | undefined;
  }): Promise<SearchPage<OperatorMessage>>;
  /** Reports and report batches that need a look, newest first. */
  reports(query: ReportSearch): Promise<SearchPage<KeptReport>>;
  /** Figures by country, most messages first. */
  countries(range: Range): Promise<CountryFigures[]>;
  /** One country. @param iso ISO 3166-1 alpha-2; `null`: numbers whose prefix has none */
  country(iso: string | null, range: Range): Promise<CountryDetail>;
  /** Events that wait for their durable handler or have failed, newest first. */
  events(query?: {
    handler?: string | undefined;
    state?: 'PENDING' | 'FAILED' | undefined;
    after?: string | undefined;
  }): Promise<SearchPage<HandlerEvent>>;
  /** The backlog of each durable handler: those of this process, and any other that events wait for. */
  handlers(): Promise<HandlerFigures[]>;
  /** Options without secrets, leases, status, versions. */
  details(): Promise<AccountDetails>;
  /** Who did what, newest first. @param query.id one entry */
  audit(query?: {
    id?: string | undefined;
    actor?: string | undefined;
    action?: string | undefined;
    after?: string | undefined;
  }): Promise<SearchPage<AuditEntry>>;
  /** Writes an entry by itself: what was revealed, exported or refused. */
  record(entry: NewAuditEntry): Promise<void>;
  /**
   * Stores exactly what would be done: ids and the attempts they were seen in.
   *
   * @throws EmayImsValidationError unless exactly one of `ids`, `search` and `incident` is given
   */
  preview(wanted: ActionWanted, by: string): Promise<ActionPreview>;
  /**
   * Does what was previewed, by the same actor, in steps of 500. Calling it again goes on where a killed process left off, with the reason
   * first given; once it is done, it only tells the result.
   *
   * @param reason 1 to 500 characters
   * @throws EmayImsConflictError where there is no such action, it has expired, or another actor previewed it
   */
  apply(actionId: string, by: string, reason: string): Promise<ActionProgress>;
  /** How far an action has got; `null`: there is none. */
  progress(actionId: string): Promise<ActionProgress | null>;
  /** Pulls delivery reports now. */
  pull(by: string): Promise<ReportPullResult>;
  /**
   * Has report batches that are set aside or unreadable tried again by the next poll; resolves to how many. Whether they can be applied shows
   * then.
   *
   * @param pullId `null`: all
   */
  retryReports(pullId: string | null, by: string): Promise<number>;
  /** Acknowledges a loss, an unreadable batch or a report, which is then no longer listed. */
  acknowledge(
    what: { pullId?: string | undefined; reportId?: string | undefined },
    by: string,
    reason: string,
  ): Promise<void>;
  /** Has durable handlers called again with events that failed; resolves to how many. @param handler `null`: all */
  retryEvents(handler: string | null, by: string): Promise<number>;
  /** Stores a message and has it sent at once. @throws what `send` throws */
  sendTest(message: SendImsDto, by: string): Promise<ImsMessage>;
  /** Counts all figures anew, in the background. */
  rebuildFigures(by: string): Promise<void>;
}
