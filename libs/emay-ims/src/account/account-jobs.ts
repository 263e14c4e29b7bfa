import { type EmayImsEngine, type EngineJob, jobName } from '../engine/engine.js';
import type { DurableDeliveries } from '../events/durable-deliveries.js';
import { warnOfFailpoints } from '../failpoints/failpoint.js';
import type { FigureCounter } from '../figures/figure-counter.js';
import type { AccountWorkChecks } from '../message-store/account-work-checks.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import type { PushedPages } from '../reports/pushed-pages.js';
import type { ReportPoller } from '../reports/report-poller.js';
import type { Retention } from '../retention/retention.js';
import type { Sweeper } from '../sending/sweeper.js';
import { RENEW_CLAIM_EVERY_MS, type ClaimInDatabase } from './claim-in-database.js';
import type { DispatchJob } from './dispatch-job.js';

const SWEEP_EVERY_MS = 10_000;
const COUNT_EVERY_MS = 5_000;

/** The parts that do the jobs of an account. */
export interface JobWorkers {
  readonly claim: ClaimInDatabase;
  readonly workChecks: AccountWorkChecks;
  readonly sweeper: Sweeper;
  readonly dispatching: DispatchJob;
  readonly poller: ReportPoller;
  readonly pushes: PushedPages;
  readonly deliveries: DurableDeliveries;
  readonly retention: Retention;
  readonly counter: FigureCounter;
}

/** The background jobs of an account. */
export class AccountJobs {
  constructor(
    private readonly options: ResolvedEmayImsOptions,
    private readonly engine: EmayImsEngine,
    private readonly workers: JobWorkers,
  ) {}

  async start(): Promise<void> {
    warnOfFailpoints(this.options.name);
    await this.engine.start(this.jobs());
    this.workers.dispatching.start();
  }

  /** Has ready messages that were committed submitted soon, by this instance or another. */
  wakeDispatcher(): void {
    this.workers.dispatching.wake();
  }

  /** Starts nothing more; resolves when the running jobs have ended. */
  async stop(): Promise<void> {
    const { dispatching, poller, pushes, sweeper, retention, deliveries, counter } = this.workers;
    for (const worker of [dispatching, poller, pushes, sweeper, retention, deliveries, counter]) worker.stop();
    await this.engine.stop();
    await deliveries.ended();
  }

  /** Releases the leases, so that other instances can do the jobs. */
  async releaseLeases(): Promise<void> {
    const { poller, sweeper, retention, counter } = this.workers;
    await Promise.allSettled([poller, sweeper, retention, counter].map((doer) => doer.release()));
  }

  private jobs(): EngineJob[] {
    const { name, dispatch, reports, retention } = this.options;
    const { claim, workChecks, sweeper, dispatching, poller, deliveries, retention: purger, counter } = this.workers;
    const jobs: EngineJob[] = [
      {
        name: this.nameOf('claim'),
        schedule: { everyMs: RENEW_CLAIM_EVERY_MS },
        isTogether: true,
        run: () => claim.renew(),
      },
    ];
    // Not in an instance that only enqueues: its event handlers may differ from those of the working instances.
    if (dispatch.enabled || reports.enabled) {
      jobs.push({
        name: this.nameOf('sweep'),
        schedule: { everyMs: SWEEP_EVERY_MS },
        isTogether: true,
        run: async () => {
          if (await workChecks.mayHaveUnfinished(name, deliveries.handlers)) await sweeper.sweep();
        },
      });
      jobs.push({
        name: this.nameOf('figures'),
        schedule: { everyMs: COUNT_EVERY_MS },
        isTogether: true,
        run: async () => {
          if (await workChecks.mayHaveUncounted(name)) await counter.count();
        },
      });
    }
    jobs.push(...dispatching.jobs);
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
