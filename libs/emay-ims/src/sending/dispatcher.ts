import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import type { Attempt, ClaimedMessage } from '../messages/attempt.js';
import type { MessageStore } from '../message-store/message-store.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import type { AccountCircuit } from '../engine/account-circuit.js';
import type { Submitter } from './submitter.js';

/**
 * Sends what is queued and due.
 *
 * - Whatever is due goes out in as few requests as possible: each claim takes a full request's worth.
 * - Nothing is claimed before the way is proven: a process that is killed meanwhile leaves no message in doubt.
 * - A full claim means there is more, so another worker joins, up to `dispatch.concurrency`; an idle round costs one
 *   query.
 * - After `stop()` nothing is claimed any more; what was claimed is still sent and settled.
 */
export class Dispatcher {
  private stopped = false;

  constructor(
    private readonly store: MessageStore,
    private readonly submitter: Submitter,
    private readonly circuit: AccountCircuit,
    private readonly options: ResolvedEmayImsOptions,
  ) {}

  /** Sends until nothing is due, the circuit opens or `stop()` is called. */
  async dispatch(): Promise<void> {
    const workers: Promise<void>[] = [];
    const failures: unknown[] = [];
    const join = () => {
      if (workers.length >= this.options.dispatch.concurrency) return;
      // Each failure is caught where it comes up: one of a worker that nobody waits for yet would end the process.
      workers.push(this.work(join).catch((error: unknown) => void failures.push(error)));
    };
    join();
    // Workers may join while others finish.
    for (let ended = 0; ended < workers.length; ended++) await workers[ended];
    if (failures.length > 0) throw failures[0];
  }

  stop(): void {
    this.stopped = true;
  }

  private async work(join: () => void): Promise<void> {
    while (!this.stopped) {
      const passage = this.circuit.enter();
      if (passage === 'none') return;
      try {
        // Without messages no canary: an idle account calls nobody.
        if (!this.submitter.isWayProven && !(await this.store.hasDue())) return;
        const attempt = await this.submitter.newAttempt();
        if (attempt.heldBack !== null || this.stopped) return;
        const { size } = this.submitter;
        const limit = passage === 'probe' && !size.isSmall ? 1 : size.limit;
        const claimed = await this.claim(limit, attempt);
        if (claimed.length === 0) return;
        if (claimed.length === limit && passage === 'all' && !size.isSmall) join();
        await this.submitter.submit(claimed, attempt, 0);
      } finally {
        if (passage === 'probe') this.circuit.leave();
      }
    }
  }

  private async claim(limit: number, attempt: Attempt): Promise<ClaimedMessage[]> {
    try {
      return await this.store.claim(limit, attempt);
    } catch (error) {
      // Without this they would be in doubt in the end, although nothing of them has left.
      if (error instanceof EmayImsStoreError && error.mayBeStored) await this.submitter.giveBack(attempt);
      throw error;
    }
  }
}
