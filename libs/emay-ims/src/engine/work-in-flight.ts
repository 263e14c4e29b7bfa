import { setTimeout as pause } from 'node:timers/promises';

/** Work that has begun and must not be cut off: whoever shuts down waits for it, for a time. */
export class WorkInFlight {
  private readonly underWay = new Set<Promise<unknown>>();
  private isClosed = false;

  /**
   * Does the work, and has `ended()` wait for it.
   *
   * @param refusal what it is refused with after `close()`
   */
  async during<T>(work: () => Promise<T>, refusal: () => Error = closed): Promise<T> {
    if (this.isClosed) throw refusal();
    const promise = work();
    this.underWay.add(promise);
    try {
      return await promise;
    } finally {
      this.underWay.delete(promise);
    }
  }

  /** Refuses what comes from now on. */
  close(): void {
    this.isClosed = true;
  }

  /**
   * Waits until what is under way now has ended, however it ends; for what comes meanwhile only who asks again.
   *
   * @returns how many have not ended in time; nobody waits for them any more
   */
  async ended(withinMs: number): Promise<number> {
    const awaited = [...this.underWay];
    const timer = new AbortController();
    const late = pause(withinMs, null, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([Promise.allSettled(awaited), late]);
    timer.abort();
    return awaited.filter((promise) => this.underWay.delete(promise)).length;
  }
}

function closed(): Error {
  return new Error('closed');
}
