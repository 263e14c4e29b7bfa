import { setTimeout as pause } from 'node:timers/promises';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import type { GuardedLogger } from '../diagnostics/index.js';
import { inBackground } from '../time/in-background.js';

/** From one notification to the next: the server commits those of all its clients one after the other. */
const GAP_MS = 10;
/** What is left to tell at the end is told within that time, or not at all. */
const GOODBYE_MS = 2_000;

/**
 * Sends notifications: the first at once, those that come meanwhile together.
 *
 * - One statement in flight at a time, and none sooner than `GAP_MS` after the one before.
 * - In the background: it is no part of the request that happened to begin it.
 * - Nobody waits for it, and a failure costs nothing but time: dispatchers also look by themselves.
 */
export class WakeNotifier {
  private readonly waiting = new Set<string>();
  private sending: Promise<void> | null = null;
  private isClosed = false;
  private hasFailed = false;
  /** Ends a gap early. */
  private readonly closing = new AbortController();

  constructor(
    private readonly send: (accounts: readonly string[]) => Promise<void>,
    private readonly logger: Pick<GuardedLogger, 'warn'>,
    private readonly account: string,
  ) {}

  notify(account: string): void {
    if (this.isClosed) return;
    this.waiting.add(account);
    this.sending ??= inBackground(() => this.sendAll());
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.closing.abort();
    if (this.sending) await Promise.race([this.sending, pause(GOODBYE_MS, undefined, { ref: false })]);
  }

  private async sendAll(): Promise<void> {
    while (this.waiting.size > 0) {
      const accounts = [...this.waiting];
      this.waiting.clear();
      await this.trySending(accounts);
      await pause(GAP_MS, undefined, { ref: false, signal: this.closing.signal }).catch(() => undefined);
    }
    // In the same breath as the last look at `waiting`: nothing is left behind in between.
    this.sending = null;
  }

  private async trySending(accounts: readonly string[]): Promise<void> {
    try {
      await this.send(accounts);
      this.hasFailed = false;
    } catch (error) {
      if (this.hasFailed) return;
      this.hasFailed = true;
      const code = error instanceof EmayImsStoreError ? error.driverCode : 'UNKNOWN';
      this.logger.warn(
        'Other instances could not be notified of new messages. They find them by looking, every dispatch.intervalMs.',
        { account: this.account, code },
      );
    }
  }
}
