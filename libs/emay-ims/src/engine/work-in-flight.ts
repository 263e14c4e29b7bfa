import { setTimeout as pause } from 'node:timers/promises';

/** Work that has begun and must not be cut off: whoever shuts down waits for it, kind by kind, for a time. */
export class WorkInFlight<Kind extends string = string> {
  private readonly inFlight = new Map<Promise<unknown>, Kind>();
  private readonly refused = new Set<Kind>();

  /**
   * Does the work, and has `ended()` wait for it.
   *
   * @param refusal what it is refused with after `refuse()`
   */
  async during<T>(kind: Kind, work: () => Promise<T>, refusal: () => Error = closed): Promise<T> {
    if (this.refused.has(kind)) throw refusal();
    const promise = work();
    this.inFlight.set(promise, kind);
    try {
      return await promise;
    } finally {
      this.inFlight.delete(promise);
    }
  }

  /** Refuses what comes of this kind from now on. */
  refuse(kind: Kind): void {
    this.refused.add(kind);
  }

  /**
   * Waits until what is under way of a kind now has ended, however it ends; for what comes meanwhile only who asks again.
   *
   * @returns how many have not ended in time; nobody waits for them any more
   */
  async ended(kind: Kind, withinMs: number): Promise<number> {
    const awaited = [...this.inFlight].filter(([, ofKind]) => ofKind === kind).map(([promise]) => promise);
    const timer = new AbortController();
    const late = pause(withinMs, null, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([Promise.allSettled(awaited), late]);
    timer.abort();
    return awaited.filter((promise) => this.inFlight.delete(promise)).length;
  }
}

function closed(): Error {
  return new Error('closed');
}
