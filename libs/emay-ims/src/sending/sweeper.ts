import type { LeaseStore } from '../database/lease-store.js';
import { GuardedLogger } from '../diagnostics/index.js';
import { EmayImsError } from '../errors/emay-ims.error.js';
import type { MessageStore } from '../message-store/message-store.js';

/** What one instance at a time does for the whole account. */
export interface SweepTask {
  run: () => Promise<number>;
  /** Logged, with the count behind it, when there was something to do. */
  done: string;
}

const LEASE_MS = 60_000;

/**
 * Tidies up after time and accidents: expired messages, abandoned attempts, overdue reports, and what others add.
 *
 * - A task that fails keeps no other from being done; the sweep has failed all the same.
 * - After `stop()` no task begins, and one under way ends after its step.
 */
export class Sweeper {
  private readonly logger: GuardedLogger;
  private readonly leaseName: string;
  private readonly account: string;
  private readonly tasks: readonly SweepTask[];
  private stopped = false;

  constructor(
    private readonly leases: LeaseStore,
    store: MessageStore,
    more: readonly SweepTask[],
  ) {
    this.logger = GuardedLogger.of(store.account);
    this.account = store.account;
    this.leaseName = `${store.account}:sweep`;
    const goOn = () => !this.stopped;
    this.tasks = [
      {
        run: () => store.recoverAbandonedAttempts(goOn),
        done: 'Messages now UNCONFIRMED and not resent, as their process stopped while submitting them',
      },
      { run: () => store.expire(goOn), done: 'Messages expired before they were submitted' },
      {
        run: () => store.giveUpWaitingForReports(goOn),
        done: 'Accepted messages now UNKNOWN, as no report came in time',
      },
      ...more,
    ];
  }

  /** @throws what the first task that failed has thrown, when all have had their turn */
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
    const count = await run();
    if (count > 0) this.logger.warn(`${done}: ${count}`, { account: this.account, count });
  }

  private logFailure({ done }: SweepTask, error: unknown): void {
    // As everywhere, only our own errors are known to carry no data.
    const why = error instanceof EmayImsError ? error.message : 'an unexpected error';
    this.logger.error(`A task of the sweep failed, the others go on ("${done}"): ${why}`, { account: this.account });
  }
}
