import type { MessageQueue } from '../message-store/message-queue.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import type { AccountCircuit } from '../engine/account-circuit.js';
import type { Submitter } from './submitter.js';

/**
 * Submits ready messages.
 *
 * - In as few requests as possible: each claim fills a request.
 * - Nothing is claimed before an address is proven: a process killed during the canary leaves no message UNCONFIRMED.
 * - A full claim means there is more, so another worker joins, up to `dispatch.concurrency`; an idle round costs one query.
 * - After `stop()` nothing is claimed; what was claimed is still submitted and its outcome recorded.
 */
export class Dispatcher {
  private stopped = false;
  private running = 0;

  constructor(
    private readonly queue: MessageQueue,
    private readonly submitter: Submitter,
    private readonly circuit: AccountCircuit,
    private readonly options: ResolvedEmayImsOptions,
  ) {}

  /** Whether it would take new messages at once: nothing holds it up. */
  get isFree(): boolean {
    return !this.stopped && this.running === 0 && this.circuit.reason === null;
  }

  /**
   * Submits until nothing is ready, the circuit opens or `stop()` is called.
   *
   * @returns whether it has claimed anything
   */
  async dispatch(): Promise<boolean> {
    const workers: Promise<void>[] = [];
    const failures: unknown[] = [];
    let hasClaimed = false;
    const onClaim = (isFull: boolean) => {
      hasClaimed = true;
      if (isFull) join();
    };
    const join = () => {
      if (workers.length >= this.options.dispatch.concurrency) return;
      // Caught at once: a rejection that nothing awaits yet would end the process.
      workers.push(this.work(onClaim).catch((error: unknown) => void failures.push(error)));
    };
    this.running++;
    join();
    // Workers may join while others finish.
    for (let ended = 0; ended < workers.length; ended++) await workers[ended];
    this.running--;
    if (failures.length > 0) throw failures[0];
    return hasClaimed;
  }

  stop(): void {
    this.stopped = true;
  }

  private async work(onClaim: (isFull: boolean) => void): Promise<void> {
    while (!this.stopped) {
      const passage = this.circuit.enter();
      if (passage === 'none') return;
      try {
        // An idle account sends no canary.
        if (!this.submitter.isAddressProven && !(await this.queue.hasReady())) return;
        const attempt = await this.submitter.newAttempt();
        if (attempt.heldBack !== null || this.stopped) return;
        const { size } = this.submitter;
        const limit = passage === 'probe' ? 1 : size.limit;
        const claim = () => this.queue.claim(limit, attempt);
        const claimed = await this.submitter.beforeRequest(attempt, 0, claim);
        if (claimed.length === 0) return;
        onClaim(claimed.length === limit && passage === 'all' && !size.isSmall);
        await this.submitter.submit(claimed, attempt, 0);
      } finally {
        if (passage === 'probe') this.circuit.leave();
      }
    }
  }
}
