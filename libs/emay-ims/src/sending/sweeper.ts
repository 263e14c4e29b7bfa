import { Logger } from '@nestjs/common';
import type { LeaseStore } from '../database/lease-store.js';
import type { MessageStore } from '../messages/message-store.js';

/** What one instance at a time does for the whole account. */
export interface SweepTask {
  run: () => Promise<number>;
  /** Logged, with the count, when there was something to do. */
  done: string;
}

const LEASE_MS = 60_000;

/** Tidies up after time and accidents: expired messages, abandoned attempts, overdue reports, and what others add. */
export class Sweeper {
  private readonly logger: Logger;
  private readonly leaseName: string;
  private readonly account: string;
  private readonly tasks: readonly SweepTask[];

  constructor(
    private readonly leases: LeaseStore,
    store: MessageStore,
    more: readonly SweepTask[],
  ) {
    this.logger = new Logger(`EmayIms:${store.account}`);
    this.account = store.account;
    this.leaseName = `${store.account}:sweep`;
    this.tasks = [
      {
        run: () => store.recoverAbandonedAttempts(),
        done: 'messages were being handed over when their process stopped: UNCONFIRMED, not sent again',
      },
      { run: () => store.expire(), done: 'messages expired before they were handed over' },
      { run: () => store.giveUpWaitingForReports(), done: 'accepted messages got no report in time: UNKNOWN' },
      ...more,
    ];
  }

  async sweep(): Promise<void> {
    if (!(await this.leases.acquire(this.leaseName, LEASE_MS))) return;
    for (const { run, done } of this.tasks) {
      const count = await run();
      if (count > 0) this.logger.warn(`${count} ${done}`, { account: this.account, count });
    }
  }

  async release(): Promise<void> {
    await this.leases.release(this.leaseName);
  }
}
