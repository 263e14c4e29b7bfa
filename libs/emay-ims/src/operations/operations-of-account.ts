import { GuardedLogger } from '../diagnostics/index.js';
import type { SendImsDto } from '../dto/send-ims.dto.js';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import type { ReportPullResult } from '../reports/poll-series.js';
import { AccountAccess, type OpenAccount } from './account-access.js';
import { ActionSteps } from './actions/action-steps.js';
import { previewAction } from './actions/action-preview.js';
import { ActionStore } from './actions/action-store.js';
import type { AccountDetails } from './api/account-details.js';
import type { AccountOperations } from './api/account-operations.js';
import type { AuditEntry, NewAuditEntry } from './api/audit-entry.js';
import type { ActionPreview, ActionProgress, ActionWanted } from './api/bulk-action.js';
import type { DoubtIncident } from './api/doubt-incident.js';
import type { CountryDetail, CountryFigures, Overview, Range } from './api/figures.js';
import type { HandlerEvent, HandlerFigures } from './api/handler-figures.js';
import type { KeptReport, ReportSearch } from './api/kept-report.js';
import type { MessageEvidence } from './api/message-evidence.js';
import type { MessageSearch, SearchPage } from './api/message-search.js';
import type { OperatorMessage } from './api/operator-message.js';
import { Audit, checkedActor, checkedReason } from './audit.js';
import { readDetails } from './details.js';
import { Doubts } from './doubts/doubts.js';
import { evidenceOf } from './evidence/message-evidences.js';
import { AccountFigures } from './figures/account-figures.js';
import type { Figures } from './figures/figures-source.js';
import { FittingFigures } from './figures/fitting-figures.js';
import { LiveFigures } from './figures/live-figures.js';
import { readEvents, readHandlers } from './handler-events.js';
import { KeptReports } from './reports/kept-reports.js';
import { MessageSearches } from './search/message-searches.js';

/** The parts that work on one open account. */
interface Parts {
  open: OpenAccount;
  figures: Figures;
  searches: MessageSearches;
  doubts: Doubts;
  reports: KeptReports;
  accountFigures: AccountFigures;
  audit: Audit;
  actions: ActionStore;
}

/** An action that is about something else than messages. */
interface SingleAction {
  action: string;
  by: string;
  filter?: Record<string, unknown>;
  reason?: string;
}

/** The operations of one account. */
export class OperationsOfAccount implements AccountOperations {
  readonly account: string;
  private readonly partsOf = new WeakMap<object, Parts>();

  constructor(private readonly access: AccountAccess) {
    this.account = access.name;
  }

  overview(range: Range): Promise<Overview> {
    return this.with(({ accountFigures }) => accountFigures.overview(range));
  }

  search(query: MessageSearch): Promise<SearchPage<OperatorMessage>> {
    return this.with(({ searches }) => searches.page(query ?? {}));
  }

  message(customImsId: string): Promise<MessageEvidence | null> {
    return this.with(({ open }) => evidenceOf(open, customImsId));
  }

  doubts(query?: { code?: string; since?: Date; after?: string }): Promise<SearchPage<DoubtIncident>> {
    return this.with(({ doubts }) => doubts.incidents(query));
  }

  doubtful(query: { incident?: string; limit?: number; after?: string }): Promise<SearchPage<OperatorMessage>> {
    return this.with(({ doubts }) => doubts.page(query ?? {}));
  }

  reports(query: ReportSearch): Promise<SearchPage<KeptReport>> {
    return this.with(({ reports }) => reports.page(query));
  }

  countries(range: Range): Promise<CountryFigures[]> {
    return this.with(({ accountFigures }) => accountFigures.countries(range));
  }

  country(iso: string | null, range: Range): Promise<CountryDetail> {
    return this.with(({ accountFigures }) => accountFigures.country(iso, range));
  }

  events(
    query: { handler?: string; state?: 'PENDING' | 'FAILED'; after?: string } = {},
  ): Promise<SearchPage<HandlerEvent>> {
    return this.with(({ open }) => readEvents(open, query));
  }

  handlers(): Promise<HandlerFigures[]> {
    return this.with(({ open }) => readHandlers(open));
  }

  details(): Promise<AccountDetails> {
    return this.with(({ open, figures }) => readDetails(open, figures));
  }

  audit(query: { id?: string; actor?: string; action?: string; after?: string } = {}): Promise<SearchPage<AuditEntry>> {
    return this.with(({ audit }) => audit.find(query));
  }

  async record(entry: NewAuditEntry): Promise<void> {
    await this.with(({ audit }) => audit.record(entry));
  }

  preview(wanted: ActionWanted, by: string): Promise<ActionPreview> {
    return this.with((parts) => previewAction(parts, wanted, checkedActor(by)));
  }

  apply(actionId: string, by: string, reason: string): Promise<ActionProgress> {
    return this.with(({ open, actions, audit }) => {
      const applier = { by: checkedActor(by), reason: checkedReason(reason) };
      return new ActionSteps(open, actions, audit).apply(actionId, applier);
    });
  }

  progress(actionId: string): Promise<ActionProgress | null> {
    return this.with(({ actions }) => actions.progress(actionId));
  }

  pull(by: string): Promise<ReportPullResult> {
    return this.single({ action: 'pull', by }, ({ open }) => open.account.poller.pull(Infinity));
  }

  retryReports(pullId: string | null, by: string): Promise<number> {
    return this.single({ action: 'retry-report', by, filter: { pullId } }, ({ open }) =>
      open.account.pages.retry(pullId),
    );
  }

  async acknowledge(what: { pullId?: string; reportId?: string }, by: string, reason: string): Promise<void> {
    const { pullId, reportId } = what;
    const filter = { pullId: pullId ?? null, reportId: reportId ?? null };
    await this.single({ action: 'acknowledge', by, filter, reason: checkedReason(reason) }, ({ reports }) =>
      reports.acknowledge(what),
    );
  }

  retryEvents(handler: string | null, by: string): Promise<number> {
    return this.single({ action: 'retry-event', by, filter: { handler } }, ({ open }) =>
      open.account.deliveries.retryFailed(handler),
    );
  }

  sendTest(message: SendImsDto, by: string): Promise<ImsMessage> {
    const filter = { customImsId: message?.customImsId ?? null };
    return this.single({ action: 'send-test', by, filter }, () => this.access.service.send(message));
  }

  async rebuildFigures(by: string): Promise<void> {
    await this.single({ action: 'rebuild', by }, ({ open }) => open.account.figures.rebuild());
  }

  /** Audited before it is done: what fails may have been done in part. */
  private single<T>({ action, by, filter, reason }: SingleAction, work: (parts: Parts) => Promise<T>): Promise<T> {
    return this.with(async (parts) => {
      const entry = { actor: checkedActor(by), action, filter: filter ?? null, reason: reason ?? null };
      const id = await parts.audit.record({ ...entry, items: 1, done: 0, skipped: 1 });
      const result = await work(parts);
      // Done is done: who is told of a failure does it again, and a test message would be sent twice.
      await parts.audit
        .count(id, { done: 1, skipped: 0 })
        .catch((error: unknown) => this.noteUncounted(action, id, error));
      return result;
    });
  }

  private noteUncounted(action: string, auditId: string, error: unknown): void {
    const code = error instanceof EmayImsStoreError ? error.driverCode : 'UNKNOWN';
    GuardedLogger.of(this.account).warn(
      `The audit shows an action as not done that has been done: ${action}, entry ${auditId} (${code}).`,
      { account: this.account, action, auditId, code },
    );
  }

  private with<T>(work: (parts: Parts) => Promise<T>): Promise<T> {
    return this.access.perform((open) => work(this.parts(open)));
  }

  private parts(open: OpenAccount): Parts {
    let parts = this.partsOf.get(open.account);
    if (!parts) this.partsOf.set(open.account, (parts = wire(open)));
    return parts;
  }
}

function wire(open: OpenAccount): Parts {
  const { database } = open.internals;
  const figures = new FittingFigures(open.account.figures, new LiveFigures(open));
  return {
    open,
    figures,
    searches: new MessageSearches(open, figures),
    doubts: new Doubts(open, figures),
    reports: new KeptReports(open),
    accountFigures: new AccountFigures(open, figures),
    audit: new Audit(database, open.name),
    actions: new ActionStore(database, open.name),
  };
}
