import type { LeaseStore } from '../database/lease-store.js';
import { GuardedLogger } from '../diagnostics/index.js';
import { EmayImsError } from '../errors/emay-ims.error.js';
import type { MessageMaintenance } from '../message-store/message-maintenance.js';

/** A maintenance task, run by one instance at a time for the whole account; one that may take long asks between its steps whether to go on. */
export interface SweepTask {
  run: (goOn: () => boolean) => Promise<number>;
  /** Log line, followed by the count, if anything was done. */
  done: string;
}

const LEASE_MS = 60_000;

/**
 * Maintenance: expired messages, stalled attempts, overdue reports, and the tasks of other rooms.
 *
 * - If a task fails, the others still run; the sweep then fails.
 * - After `stop()` no task begins; the one that runs ends after its step.
 */
export class Sweeper {
  private readonly logger: GuardedLogger;
  private readonly leaseName: string;
  private readonly account: string;
  private readonly tasks: readonly SweepTask[];
  private stopped = false;

  constructor(
    private readonly leases: LeaseStore,
    messages: MessageMaintenance,
    more: readonly SweepTask[],
  ) {
    this.logger = GuardedLogger.of(messages.account);
    this.account = messages.account;
    this.leaseName = `${messages.account}:sweep`;
    this.tasks = [
      {
        run: (goOn) => messages.recoverStalledAttempts(goOn),
        done: 'Messages now UNCONFIRMED and not resent, as their process stopped while submitting them',
      },
      { run: (goOn) => messages.expire(goOn), done: 'Messages expired before they were submitted' },
      {
        run: (goOn) => messages.endOverdueReportWaits(goOn),
        done: 'Accepted messages now UNKNOWN, as no report came in time',
      },
      ...more,
    ];
  }

  /** @throws the first task's failure, after all have run */
  async sweep(): Promise<void> {
    if (!(await this.leases.acquire(this.leaseName, LEASE_MS))) return;
    const failures: unknown[] = [];
    for (const task of this.tasks) {
      if (this.stopped) break;
      try {
        await this.perform(task);
      } catch (error) {
        failures.push(error);
        this.logFailure(task, error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  /** Begins no further step. */
  stop(): void {
    this.stopped = true;
  }

  async release(): Promise<void> {
    await this.leases.release(this.leaseName);
  }

  private async perform({ run, done }: SweepTask): Promise<void> {
    const count = await run(() => !this.stopped);
    if (count > 0) this.logger.warn(`${done}: ${count}`, { account: this.account, count });
  }

  private logFailure({ done }: SweepTask, error: unknown): void {
    // As everywhere, only our own errors are known to carry no data.
    const why = error instanceof EmayImsError ? error.message : 'an unexpected error';
    this.logger.error(`A maintenance task failed, the others continue ("${done}"): ${why}`, { account: this.account });
  }
}
