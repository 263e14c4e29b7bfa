import type { ClaimedEvent, DurableEventStore } from './durable-event-store.js';
import { describeError, describeEvent, errorText } from './event-description.js';
import { GuardedLogger } from '../diagnostics/index.js';
import { failpoint } from '../failpoints/failpoint.js';
import type { DurableHandler } from './event-handler.js';

/** Events a handler is called with at a time. */
const AT_A_TIME = 20;
/** What recording the end of a call may take before others may make it. */
const RECORDING_MS = 15_000;

interface DeliveryLimits {
  /** Calls in all. */
  maxAttempts: number;
  /** Between them: doubling, jittered. */
  minBackoffMs: number;
  maxBackoffMs: number;
  /** A call that takes longer has failed. */
  callMs: number;
  /** How long a shutdown waits for a call. */
  stoppingMs: number;
}

/** The calls spread over some six hours. */
const LIMITS: DeliveryLimits = {
  maxAttempts: 20,
  minBackoffMs: 1_000,
  maxBackoffMs: 3_600_000,
  callMs: 60_000,
  stoppingMs: 10_000,
};

/** The longest that a recorded event waits for its next call, whatever becomes of the one before. */
export const LONGEST_EVENT_WAIT_MS = LIMITS.maxBackoffMs + LIMITS.callMs + RECORDING_MS;

/** How a call ended. `left`: the process is being shut down, and the handler still at it. */
type Ending = { kind: 'succeeded' } | { kind: 'failed'; error: unknown } | { kind: 'left' };

/**
 * Calls one durable handler with what is recorded for it.
 *
 * - An event is claimed for a time, by the database's clock: in the ordinary case one instance calls the handler with it.
 * - Deleted only after the handler has succeeded. A process that dies in between leaves it to be claimed again.
 * - A call counts before it is made, so an event that kills its process is not tried for ever.
 */
export class DurableDelivery {
  private readonly logger: GuardedLogger;
  private readonly inFlight = new Set<(ending: Ending) => void>();
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

  /** Goes on until nothing is due. */
  async deliver(): Promise<void> {
    while (!this.isStopping) {
      const claimed = await this.store.claim(this.handler, AT_A_TIME, this.limits.callMs + RECORDING_MS);
      const ends = await Promise.allSettled(claimed.map((each) => this.attempt(each)));
      const failure = ends.find((end) => end.status === 'rejected');
      if (failure) throw failure.reason;
      if (claimed.length < AT_A_TIME) return;
    }
  }

  /** Claims nothing more, and waits for calls under way only so long. */
  stop(): void {
    if (this.isStopping) return;
    this.isStopping = true;
    if (this.inFlight.size === 0) return;
    this.shutdownTimer = setTimeout(() => {
      for (const end of this.inFlight) end({ kind: 'left' });
    }, this.limits.stoppingMs);
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
    if (pause === null) this.logger.error(`${what}: it is FAILED now, see retryFailedEvents()`, frames);
    else this.logger.warn(`${what}; the next is in ${Math.ceil(pause / 1_000)} s`);
  }
}

function failed(error: unknown): Ending {
  return { kind: 'failed', error };
}
