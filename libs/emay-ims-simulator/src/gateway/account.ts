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
  private current: CurrentSettings;

  constructor(
    readonly given: SimulatorAccount,
    { pendingLimit, reportsPerSecond, now }: ResolvedOptions,
  ) {
    this.appId = given.appId;
    this.reports = new ReportQueue(pendingLimit);
    this.pace = new PaceLimit(reportsPerSecond);
    this.current = settingsOf(given);
    this.poison(now());
  }

  get settings(): CurrentSettings {
    return this.current;
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
    if (this.current.reports !== 'pulled') return [];
    const page = this.reports.takeDue(now, limit);
    if (!this.current.poisoned || !page.some(({ plan }) => isUnprintable(plan))) return page;
    this.reports.putBack(page);
    return undefined;
  }

  /** The reports that went to the address which an account with `reports: 'pushed'` names. */
  takePushed(now: number): readonly QueuedOfAccount[] {
    if (this.current.reports !== 'pushed') return [];
    const due = this.reports.takeDue(now, Infinity);
    const unprintable = due.filter(({ plan }) => isUnprintable(plan));
    if (unprintable.length === 0) return due;
    this.reports.putBack(unprintable);
    return due.filter(({ plan }) => !isUnprintable(plan));
  }

  /** Forgets every waiting report, and goes back to the settings that the account was given. */
  reset(now: number): void {
    this.reports.clear();
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
