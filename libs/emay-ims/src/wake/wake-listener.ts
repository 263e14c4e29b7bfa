import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import type { GuardedLogger } from '../diagnostics/index.js';
import { withinDeadline } from '../database/within-deadline.js';
import type { Heard, ListenConnection } from './listen-connection.js';

/** How long a notification may take on its way through the server. */
const TRIAL_MS = 5_000;
/** How often the connection is tried: a silent one, or a pooler put in between, shows itself in no other way. */
const TRIAL_EVERY_MS = 60_000;
const MIN_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 60_000;
/** How long the end waits for the connection to close. */
const GOODBYE_MS = 2_000;

const NOT_HEARD = 'NOTIFICATION_NOT_RECEIVED';

/** What a listener needs. */
export interface ListenerParts {
  open(heard: Heard): Promise<ListenConnection>;
  /** Sends a notification on another connection. */
  send(payload: string): Promise<void>;
  logger: Pick<GuardedLogger, 'log' | 'warn'>;
  account: string;
}

/**
 * Wakes the accounts of this process when they are notified.
 *
 * - One connection for all, as long as anybody listens. Nobody waits for it, and it fails nobody: dispatchers also look by themselves.
 * - It counts as working once a notification sent on another connection has come through: behind a pooler that shares sessions
 *   (PgBouncer in transaction mode), LISTEN succeeds and nothing ever comes.
 * - Once a new connection listens, everybody looks: what was told before then went to nobody.
 */
export class WakeListener {
  isListening = false;
  private readonly wakes = new Map<string, () => void>();
  /** No account has such a name. */
  private readonly trialPayload = `?${randomBytes(8).toString('hex')}`;
  private onTrial: () => void = () => undefined;
  private listening: { end: AbortController; ended: Promise<void> } | null = null;
  private hasComplained = false;

  constructor(private readonly parts: ListenerParts) {}

  /** @returns what ends it */
  add(account: string, wake: () => void): () => void {
    this.wakes.set(account, wake);
    this.listening ??= this.begin();
    return () => {
      if (this.wakes.get(account) === wake) this.wakes.delete(account);
      if (this.wakes.size === 0) void this.close();
    };
  }

  async close(): Promise<void> {
    const { listening } = this;
    this.wakes.clear();
    if (!listening) return;
    listening.end.abort();
    await Promise.race([listening.ended, pause(GOODBYE_MS, undefined, { ref: false })]);
  }

  private begin(): { end: AbortController; ended: Promise<void> } {
    const end = new AbortController();
    return { end, ended: this.listen(end.signal) };
  }

  /** Until the signal: one connection after the other. */
  private async listen(end: AbortSignal): Promise<void> {
    for (let failures = 0; !end.aborted;) {
      try {
        const hasWorked = await this.listenOnce(end);
        failures = hasWorked ? 1 : failures + 1;
      } catch (error) {
        failures++;
        if (!end.aborted) this.complain(error);
      }
      const backoffMs = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** Math.min(failures - 1, 20));
      await wait(backoffMs * (0.5 + Math.random() / 2), end);
    }
    // Somebody may have come after the last one had gone.
    this.listening = this.wakes.size > 0 ? this.begin() : null;
  }

  /** From one connection's beginning to its end. @returns whether it has worked */
  private async listenOnce(end: AbortSignal): Promise<boolean> {
    const over = new AbortController();
    const endHere = () => {
      over.abort();
      this.onTrial();
    };
    end.addEventListener('abort', endHere);
    let connection: ListenConnection | null = null;
    let hasWorked = false;
    try {
      connection = await this.parts.open({ notification: (payload) => this.hear(payload), end: endHere });
      for (const wake of this.wakes.values()) wake();
      while (!over.signal.aborted) {
        await this.tryOut();
        if (over.signal.aborted) break;
        hasWorked = true;
        this.works();
        await wait(TRIAL_EVERY_MS, over.signal);
      }
      return hasWorked;
    } finally {
      this.isListening = false;
      end.removeEventListener('abort', endHere);
      await connection?.close();
    }
  }

  /** Resolves once a notification has come through, or the connection is over. @throws EmayImsStoreError */
  private async tryOut(): Promise<void> {
    const heard = new Promise<void>((resolve) => (this.onTrial = resolve));
    await this.parts.send(this.trialPayload);
    await withinDeadline(heard, TRIAL_MS, () => new EmayImsStoreError(NOT_HEARD));
  }

  private hear(payload: string): void {
    if (payload === this.trialPayload) this.onTrial();
    else this.wakes.get(payload)?.();
  }

  private works(): void {
    this.isListening = true;
    if (!this.hasComplained) return;
    this.hasComplained = false;
    const { logger, account } = this.parts;
    logger.log('Notifications of new messages arrive again.', { account });
  }

  private complain(error: unknown): void {
    if (this.hasComplained) return;
    this.hasComplained = true;
    const code = error instanceof EmayImsStoreError ? error.driverCode : 'UNKNOWN';
    const cause =
      code === NOT_HEARD
        ? 'Notifications of new messages do not arrive, as behind PgBouncer in transaction mode. Set database.listenAddress to the server ' +
          'itself, or database.notify to false.'
        : 'The connection for notifications of new messages failed, and is tried again.';
    const { logger, account } = this.parts;
    logger.warn(`${cause} Until then, messages of other instances are found by looking, every dispatch.intervalMs.`, {
      account,
      code,
    });
  }
}

async function wait(milliseconds: number, end: AbortSignal): Promise<void> {
  await pause(milliseconds, undefined, { signal: end, ref: false }).catch(() => undefined);
}
