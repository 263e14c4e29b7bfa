import type { ModuleRef } from '@nestjs/core';
import type { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { GuardedLogger } from '../diagnostics/index.js';
import { EmayImsError } from '../errors/emay-ims.error.js';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import type { EmayImsEngine, EngineJob } from './engine.js';
import { findProvider } from '../injection/find-provider.js';
import { Round } from './round.js';

/**
 * Timers of this process. Where the host has `@nestjs/schedule`, they stand in its `SchedulerRegistry`, so the host sees
 * and stops them like its own; `ScheduleModule` itself is left to the host (imported twice, it runs every job twice).
 */
export class InProcessEngine implements EmayImsEngine {
  private readonly logger: GuardedLogger;
  private readonly rounds = new Map<string, Round>();
  private readonly cancels: (() => void)[] = [];

  constructor(
    private readonly moduleRef: ModuleRef,
    private readonly account: string,
  ) {
    this.logger = GuardedLogger.of(account);
  }

  async start(jobs: readonly EngineJob[]): Promise<void> {
    const registry = await this.findRegistry();
    try {
      for (const job of jobs) {
        const round = new Round(job, (error) => this.logFailure(job, error));
        this.cancels.push('cron' in job.schedule ? byCron(job, round, registry) : byInterval(job, round, registry));
        this.rounds.set(job.name, round);
      }
    } catch (error) {
      // The registry refuses a name that is taken: leave no timer behind that would keep the process alive.
      await this.stop();
      throw error;
    }
    for (const round of this.rounds.values()) round.request();
  }

  wake(name: string): void {
    this.rounds.get(name)?.request();
  }

  async stop(): Promise<void> {
    for (const cancel of this.cancels.splice(0)) cancel();
    await Promise.all([...this.rounds.values()].map((round) => round.close()));
  }

  private async findRegistry(): Promise<SchedulerRegistry | null> {
    const schedule = await import('@nestjs/schedule').catch(() => null); // The host does not have it.
    return (schedule && findProvider(this.moduleRef, schedule.SchedulerRegistry)) ?? null;
  }

  private logFailure({ name }: EngineJob, error: unknown): void {
    // Our own errors carry no data; of any other, only the name is safe to print.
    const what = error instanceof EmayImsError ? error.message : nameOf(error);
    const code = error instanceof EmayImsStoreError ? { code: error.driverCode } : {};
    this.logger.error(`${name} failed and will run again: ${what}`, { account: this.account, job: name, ...code });
  }
}

function nameOf(error: unknown): string {
  try {
    const { name } = (error ?? {}) as Partial<Error>;
    return typeof name === 'string' ? name : 'failure';
  } catch {
    return 'failure'; // Anything can be thrown, also what throws in its turn when it is looked at.
  }
}

function byInterval(
  { name, schedule, isTogether }: EngineJob,
  round: Round,
  registry: SchedulerRegistry | null,
): () => void {
  const { everyMs } = schedule as { everyMs: number };
  const timer = setInterval(() => round.request(), everyMs);
  // Begins anew at a whole multiple of the interval, as all the others do.
  const atMultiple = everyMs - (performance.now() % everyMs);
  const aligning = isTogether ? setTimeout(() => timer.refresh(), atMultiple).unref() : undefined;
  const cancel = () => {
    clearTimeout(aligning);
    clearInterval(timer);
  };
  registered(() => registry?.addInterval(name, timer), cancel);
  return () => {
    cancel();
    // Not one that the host has put in the place of ours.
    if (registry?.doesExist('interval', name) && registry.getInterval(name) === timer) registry.deleteInterval(name);
  };
}

function byCron({ name, schedule }: EngineJob, round: Round, registry: SchedulerRegistry | null): () => void {
  const { cron } = schedule as { cron: string };
  const job = CronJob.from({ cronTime: cron, onTick: () => round.request(), start: true });
  const cancel = () => void job.stop();
  registered(() => registry?.addCronJob(name, job), cancel);
  return () => {
    cancel();
    if (registry?.doesExist('cron', name) && registry.getCronJob(name) === job) registry.deleteCronJob(name);
  };
}

function registered(register: () => void, cancel: () => void): void {
  try {
    register();
  } catch (error) {
    cancel();
    throw error;
  }
}
