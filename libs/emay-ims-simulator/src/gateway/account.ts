import { type AccountSettings, type CurrentSettings, settingsOf } from '../circumstances/account-settings.js';
import { type PlannedReport, UNPRINTABLE } from '../circumstances/planned-report.js';
import type { ResolvedOptions, SimulatorAccount } from '../options.js';
import type { QueuedReport } from './due-moment.js';
import { PushedReport, type ReportSubject } from './outstanding-report.js';
import { PaceLimit } from './pace-limit.js';
import { ReportQueue } from './report-queue.js';

export type QueuedOfAccount = QueuedReport<ReportSubject, PlannedReport>;

const isUnprintable = (plan: PlannedReport) => plan === UNPRINTABLE;

/** An account while the gateway runs: its queue, its pace, and what is switched on or off at it. */
export class Account {
  readonly appId: string;
  readonly reports: ReportQueue<ReportSubject, PlannedReport>;
  readonly pace: PaceLimit;
  /** Given up by the push, for pulls beside it. */
  private readonly leftOver: ReportQueue<ReportSubject, PlannedReport>;
  private inPush: readonly QueuedOfAccount[] = [];
  private current: CurrentSettings;

  constructor(
    readonly given: SimulatorAccount,
    { pendingLimit, reportsPerSecond, now }: ResolvedOptions,
  ) {
    this.appId = given.appId;
    this.reports = new ReportQueue(pendingLimit);
    this.leftOver = new ReportQueue(pendingLimit);
    this.pace = new PaceLimit(reportsPerSecond);
    this.current = settingsOf(given);
    this.poison(now());
  }

  get settings(): CurrentSettings {
    return this.current;
  }

  /** How many reports wait, due or not; those that are being pushed wait for their `success`. */
  get waiting(): number {
    return this.inPush.length + this.leftOver.size + this.reports.size;
  }

  get dropped(): number {
    return this.leftOver.dropped + this.reports.dropped;
  }

  /** The first `count` that wait, in the order in which they fell due. */
  list(count = Infinity): QueuedOfAccount[] {
    const due = [...this.leftOver.list(count), ...this.inPush].slice(0, count);
    return [...due, ...this.reports.list(count - due.length)];
  }

  change(changes: AccountSettings, now: number): void {
    const was = this.current;
    this.current = settingsOf({ ...was, ...withoutUndefined(changes) });
    if (this.current.poisoned === was.poisoned) return;
    if (was.poisoned) this.reports.remove(isUnprintable);
    else this.poison(now);
  }

  /** The next page, which is then gone; `undefined` where the gateway fails at one of its reports and all stay. */
  takePage(now: number, limit: number): readonly QueuedOfAccount[] | undefined {
    const { push, reports, poisoned } = this.current;
    if (push ? !push.pullBesidePush || reports === 'held' : reports !== 'pulled') return [];
    const leftOver = this.leftOver.takeDue(now, limit);
    const page = this.reports.takeDue(now, limit - leftOver.length);
    if (!poisoned || !page.some(({ plan }) => isUnprintable(plan))) return [...leftOver, ...page];
    this.leftOver.putBack(leftOver);
    this.reports.putBack(page);
    return undefined;
  }

  /** The reports that went to another address, as an account has `reports: 'pushed'` and no `push`. */
  takePushed(now: number): readonly QueuedOfAccount[] {
    return this.current.reports === 'pushed' && !this.current.push ? this.takePrintable(now, Infinity) : [];
  }

  /** The next batch to push, which the account keeps until it is settled. */
  takeForPush(now: number): readonly QueuedOfAccount[] {
    const { push, reports } = this.current;
    if (push && reports !== 'held') this.inPush = this.takePrintable(now, push.batchSize);
    return this.inPush;
  }

  /** What becomes of the batch: it arrived, is given up, or waits again where it stood. */
  settlePush(end: 'acknowledged' | 'given-up' | 'withdrawn'): void {
    if (end === 'withdrawn') this.reports.putBack(this.inPush);
    if (end === 'given-up' && this.current.push?.pullBesidePush) {
      for (const { dueAt, subject, plan } of this.inPush) this.leftOver.add(dueAt, subject, plan);
    }
    this.inPush = [];
  }

  private takePrintable(now: number, limit: number): readonly QueuedOfAccount[] {
    const due = this.reports.takeDue(now, limit);
    const unprintable = due.filter(({ plan }) => isUnprintable(plan));
    if (unprintable.length === 0) return due;
    this.reports.putBack(unprintable);
    return due.filter(({ plan }) => !isUnprintable(plan));
  }

  /** Forgets every waiting report and the calls so far, and goes back to the settings that the account was given. */
  reset(now: number): void {
    this.pace.clear();
    this.reports.clear();
    this.leftOver.clear();
    this.inPush = [];
    this.current = settingsOf(this.given);
    this.poison(now);
  }

  private poison(now: number): void {
    if (this.current.poisoned) this.reports.add(now, new PushedReport({}), UNPRINTABLE);
  }
}

function withoutUndefined(changes: AccountSettings): AccountSettings {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}
