import { type EmayImsEngine, type EngineJob, jobName } from '../engine/engine.js';
import type { DurableDeliveries } from '../events/durable-deliveries.js';
import { warnOfFailpoints } from '../failpoints/failpoint.js';
import type { AccountLooks } from '../message-store/account-looks.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import type { ReportPoller } from '../reports/report-poller.js';
import type { Retention } from '../retention/retention.js';
import type { Dispatcher } from '../sending/dispatcher.js';
import type { Sweeper } from '../sending/sweeper.js';
import { RENEW_CLAIM_EVERY_MS, type ClaimInDatabase } from './claim-in-database.js';

const SWEEP_EVERY_MS = 10_000;

/** What does the jobs of an account. */
export interface JobDoers {
  readonly claim: ClaimInDatabase;
  readonly looks: AccountLooks;
  readonly sweeper: Sweeper;
  readonly dispatcher: Dispatcher;
  readonly poller: ReportPoller;
  readonly deliveries: DurableDeliveries;
  readonly retention: Retention;
}

/** What an account does by itself. */
export class AccountJobs {
  constructor(
    private readonly options: ResolvedEmayImsOptions,
    private readonly engine: EmayImsEngine,
    private readonly doers: JobDoers,
  ) {}

  start(): Promise<void> {
    warnOfFailpoints(this.options.name);
    return this.engine.start(this.jobs());
  }

  /** There is something new in the queue. */
  wakeDispatcher(): void {
    this.engine.wake(this.nameOf('dispatch'));
  }

  /** Begins nothing more; resolves when what is under way has ended. */
  stop(): Promise<void> {
    const { dispatcher, poller, sweeper, retention, deliveries } = this.doers;
    for (const doer of [dispatcher, poller, sweeper, retention, deliveries]) doer.stop();
    return this.engine.stop();
  }

  /** Gives back what keeps other instances from doing them. */
  async releaseLeases(): Promise<void> {
    const { poller, sweeper, retention } = this.doers;
    await Promise.allSettled([poller, sweeper, retention].map((doer) => doer.release()));
  }

  private jobs(): EngineJob[] {
    const { name, dispatch, reports, retention } = this.options;
    const { claim, looks, sweeper, dispatcher, poller, deliveries, retention: purger } = this.doers;
    const jobs: EngineJob[] = [
      { name: this.nameOf('claim'), schedule: { everyMs: RENEW_CLAIM_EVERY_MS }, run: () => claim.renew() },
    ];
    // Not in one that only stores: its event handlers may be others than those of the instances that do the work.
    if (dispatch.enabled || reports.enabled) {
      jobs.push({
        name: this.nameOf('sweep'),
        schedule: { everyMs: SWEEP_EVERY_MS },
        isTogether: true,
        run: async () => {
          if (await looks.mayHaveUnfinished(name)) await sweeper.sweep();
        },
      });
    }
    if (dispatch.enabled) {
      jobs.push({
        name: this.nameOf('dispatch'),
        schedule: { everyMs: dispatch.intervalMs },
        isTogether: true,
        run: async () => {
          if (await looks.mayHaveDue(name)) await dispatcher.dispatch();
        },
      });
    }
    if (reports.enabled) {
      jobs.push({
        name: this.nameOf('reports'),
        schedule: reports.cron === null ? { everyMs: reports.intervalMs } : { cron: reports.cron },
        run: () => poller.pullOnSchedule(),
      });
    }
    jobs.push(...deliveries.jobs);
    const { days } = retention;
    if (days !== null) {
      jobs.push({
        name: this.nameOf('retention'),
        schedule: { everyMs: retention.intervalMs },
        run: () => purger.purgeOnSchedule(days),
      });
    }
    return jobs;
  }

  private nameOf(job: string): string {
    return jobName(this.options.name, job);
  }
}
