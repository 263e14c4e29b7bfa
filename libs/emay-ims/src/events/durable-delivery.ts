import type { ClaimedEvent, DurableEventStore } from './durable-event-store.js';
import { describeError, describeEvent, errorText } from './event-description.js';
import { GuardedLogger } from '../diagnostics/index.js';
import { failpoint } from '../failpoints/failpoint.js';
import type { DurableHandler } from './event-handler.js';

/** Concurrent calls of one handler. */
const AT_A_TIME = 20;
/** So many calls have to end before more events are claimed: a claim for each would cost more than the calls. */
const REFILL_AT = 10;
/** Where the others take longer, a call that has ended is followed by the next after this time at the latest. */
const REFILL_MS = 50;
/** Time to record the result of a call, before another instance may repeat it. */
const RECORDING_MS = 15_000;
/** Interval of the looks at all that is ready: it may hold years of events of a type that the handler wants no more. */
const LOOK_AT_ALL_EVERY_MS = 600_000;
/** What became ready before that, the look at all has found. Much longer: a transaction may record an event long before it commits. */
const READY_LATELY_MS = 3_600_000;

interface DeliveryLimits {
  /** Calls in total. */
  maxAttempts: number;
  /** Backoff between calls: doubling, jittered. */
  minBackoffMs: number;
  maxBackoffMs: number;
  /** A call that takes longer has failed. */
  callMs: number;
  /** How long a shutdown waits for a call. */
  stoppingMs: number;
}

/** Spreads the calls over about six hours. */
const LIMITS: DeliveryLimits = {
  maxAttempts: 20,
  minBackoffMs: 1_000,
  maxBackoffMs: 3_600_000,
  callMs: 60_000,
  stoppingMs: 10_000,
};

/** The longest time between two calls for an event, including a call that never ends. */
export const LONGEST_EVENT_WAIT_MS = LIMITS.maxBackoffMs + LIMITS.callMs + RECORDING_MS;

/** Result of a call. `left`: the shutdown did not wait for it any longer. */
type Ending = { kind: 'succeeded' } | { kind: 'failed'; error: unknown } | { kind: 'left' };

/**
 * Calls one durable handler with its recorded events.
 *
 * - An event is claimed for a time, by the database's clock: normally only one instance calls the handler with it.
 * - It is deleted after the handler has succeeded. If the process dies first, it is claimed again.
 * - A call is counted before it is made, so an event that kills its process is not retried for ever.
 */
export class DurableDelivery {
  private readonly logger: GuardedLogger;
  private readonly inFlight = new Set<(ending: Ending) => void>();
  /** Claimed events, until the result of the call is recorded. */
  private readonly inHand = new Set<Promise<void>>();
  private onEnd: () => void = () => undefined;
  /** What kept a result from being recorded: thrown by the next look, where there is one. */
  private failure: { error: unknown } | null = null;
  /** When all that is ready was last looked at. By the time of day, which goes on while the machine sleeps. */
  private lookedAtAll = -Infinity;
  private isStopping = false;
  private shutdownTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: DurableEventStore,
    readonly handler: DurableHandler,
    account: string,
    private readonly limits: DeliveryLimits = LIMITS,
  ) {
    this.logger = GuardedLogger.of(account);
  }

  /**
   * Continues until no event is ready that is not in hand. Calls may go on after that, see `ended`: one that hangs must not keep the events
   * to come from being looked for.
   */
  async deliver(): Promise<void> {
    for (let isFirst = true; !this.isStopping; isFirst = false) {
      if (!isFirst) await this.freeSlots();
      if (this.isStopping) return;
      this.throwFailure();
      const free = AT_A_TIME - this.inHand.size;
      if (free === 0) continue;
      const began = Date.now();
      const looksAtAll = Math.abs(began - this.lookedAtAll) >= LOOK_AT_ALL_EVERY_MS;
      const lease = this.limits.callMs + RECORDING_MS;
      const claimed = await this.store.claim(this.handler, free, lease, looksAtAll ? null : READY_LATELY_MS);
      if (looksAtAll && claimed.length < free) this.lookedAtAll = began;
      for (const each of claimed) this.take(each);
      if (claimed.length < free) return;
    }
  }

  /** Resolves once no event is in hand. Never rejects. */
  async ended(): Promise<void> {
    while (this.inHand.size > 0) await Promise.all(this.inHand);
  }

  /** Claims nothing more, and has `ended` wait a limited time for calls in progress. */
  stop(): void {
    if (this.isStopping) return;
    this.isStopping = true;
    if (this.inFlight.size === 0) return;
    this.shutdownTimer = setTimeout(() => {
      for (const end of this.inFlight) end({ kind: 'left' });
    }, this.limits.stoppingMs);
  }

  private take(claimed: ClaimedEvent): void {
    const end = this.attempt(claimed)
      .catch((error: unknown) => {
        this.failure = { error };
        if (this.isStopping) this.logFailure();
      })
      .finally(() => {
        this.inHand.delete(end);
        this.onEnd();
      });
    this.inHand.add(end);
  }

  private freeSlots(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, REFILL_MS);
      this.onEnd = () => {
        if (AT_A_TIME - this.inHand.size < REFILL_AT) return;
        clearTimeout(timer);
        resolve();
      };
      this.onEnd();
    });
  }

  private logFailure(): void {
    this.logger.warn(
      `The result of a call of ${this.handler.label} (durable ${this.handler.name}) was not recorded: the event is delivered again`,
    );
  }

  private throwFailure(): void {
    const { failure } = this;
    this.failure = null;
    if (failure) throw failure.error;
  }

  private async attempt(claimed: ClaimedEvent): Promise<void> {
    if (this.isStopping) return this.store.release(claimed);
    const isExhausted = claimed.attempts > this.limits.maxAttempts;
    const ending = isExhausted ? failed(new Error('its process ended during the last call')) : await this.call(claimed);
    if (ending.kind === 'left') return;
    if (ending.kind === 'succeeded') return this.store.finish(claimed);
    const pause = claimed.attempts < this.limits.maxAttempts ? this.pauseAfter(claimed.attempts) : null;
    this.log(claimed, ending.error, pause);
    await this.store.fail(claimed, errorText(ending.error), pause);
  }

  private call({ event }: ClaimedEvent): Promise<Ending> {
    return new Promise((resolve) => {
      const end = (ending: Ending) => {
        clearTimeout(timer);
        this.inFlight.delete(end);
        if (this.inFlight.size === 0) clearTimeout(this.shutdownTimer);
        resolve(ending);
      };
      const { callMs } = this.limits;
      const tooSlow = new Error(`did not end within ${callMs / 1_000} seconds`);
      const timer = setTimeout(() => end(failed(tooSlow)), callMs);
      this.inFlight.add(end);
      Promise.resolve()
        .then(() => failpoint('before-handler'))
        .then(() => this.handler.handle(event))
        .then(
          () => end({ kind: 'succeeded' }),
          (error: unknown) => end(failed(error)),
        );
    });
  }

  private pauseAfter(attempts: number): number {
    const { minBackoffMs, maxBackoffMs } = this.limits;
    return Math.round(Math.min(maxBackoffMs, minBackoffMs * 2 ** (attempts - 1)) * (0.5 + Math.random() / 2));
  }

  private log({ event, attempts }: ClaimedEvent, error: unknown, pause: number | null): void {
    const { kind, frames } = describeError(error);
    const what = `${this.handler.label} (durable ${this.handler.name}) failed with ${kind} at ${describeEvent(event)}, call ${attempts}`;
    if (pause === null)
      this.logger.error(`${what}; the event is dead-lettered (FAILED), see retryFailedEvents()`, frames);
    else this.logger.warn(`${what}; next call in ${Math.ceil(pause / 1_000)} s`);
  }
}

function failed(error: unknown): Ending {
  return { kind: 'failed', error };
}
