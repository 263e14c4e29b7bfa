import type { CurrentPush } from '../circumstances/push-settings.js';
import { PushExchange, type PushOutcome } from '../exchange/push-exchange.js';
import { playPushFault } from '../faults/catalogue.js';
import type { FaultPlan } from '../faults/fault-plan.js';
import type { Account } from '../gateway/account.js';
import type { Gateway } from '../gateway/gateway.js';
import { summarise } from '../gateway/outstanding-report.js';
import type { Journal } from '../oracle/journal.js';
import type { PushEnd } from '../oracle/records.js';
import type { KeptPush, PushedBatch } from '../oracle/report-push.js';
import { pushBody } from './push-body.js';

export interface PushRooms {
  readonly gateway: Gateway;
  readonly journal: Journal;
  readonly faults: FaultPlan;
  readonly now: () => number;
  readonly newPushId: () => string;
}

interface Batch {
  readonly pushed: PushedBatch;
  readonly reports: readonly unknown[];
  nextAt: number;
}

/**
 * Pushes the reports of one account to its customer.
 * - In the order in which they fall due, one push at a time: a batch that is not answered `success` holds up those behind it.
 * - What is due goes by the gateway's clock, how often it is looked by the host's.
 */
export class ReportPusher {
  private batch: Batch | undefined;
  private running: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;
  private aborting = new AbortController();

  constructor(
    private readonly account: Account,
    private readonly rooms: PushRooms,
  ) {}

  /** Pushes what is due now. Resolves when all of it was answered, or the next attempt is not due yet. */
  pushDue(): Promise<void> {
    return (this.running ??= this.run().finally(() => {
      this.running = undefined;
    }));
  }

  /** Looks from now on as often as the account's settings say. An account that pushes no more gets its batch back at once. */
  watch(): void {
    clearTimeout(this.timer);
    const { push } = this.account.settings;
    if (this.isStopped) return;
    if (push) this.timer = setTimeout(() => this.look(), push.everyMs).unref();
    else if (this.batch) void this.pushDue();
  }

  /** Forgets its batch, and ends a push that is under way. */
  clear(): void {
    this.batch = undefined;
    this.aborting.abort();
    this.aborting = new AbortController();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.clear();
    await this.running;
  }

  private look(): void {
    void this.pushDue();
    this.watch();
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      const { push, reports } = this.account.settings;
      if (!push) {
        this.end('withdrawn');
        return;
      }
      if (reports === 'held') return;
      this.batch ??= this.next(push);
      if (!this.batch || this.rooms.now() < this.batch.nextAt) return;
      await this.attempt(this.batch, push);
    }
  }

  private next(push: CurrentPush): Batch | undefined {
    const { account, rooms } = this;
    const now = rooms.now();
    const due = account.takeForPush(now);
    if (due.length === 0) return undefined;
    const pushed: PushedBatch = { appId: account.appId, pushId: rooms.newPushId(), attempts: [], end: 'waiting' };
    const kept = due.map((queued): KeptPush => {
      const wire = () => rooms.gateway.pushedWire(account.appId, queued, push);
      return { batch: pushed, summary: () => summarise(queued.subject, queued.plan), wire };
    });
    rooms.journal.pushing(pushed, kept);
    return { pushed, reports: kept.map((one) => one.wire()), nextAt: now };
  }

  private async attempt(batch: Batch, push: CurrentPush): Promise<void> {
    const { rooms, account } = this;
    const fault = rooms.faults.take('push');
    const { headers, body } = pushBody(batch.reports, push, account.given);
    const { signal } = this.aborting;
    const exchange = new PushExchange({ url: push.url, headers, body, timeoutMs: push.timeoutMs, signal });
    const at = rooms.now();
    const outcome = await (fault ? playPushFault(fault, exchange) : exchange.post());
    // Cleared meanwhile: the batch is nobody's any more.
    if (this.batch !== batch) return;
    batch.pushed.attempts.push({ at, ...outcome, ...(fault ? { fault: fault.kind } : {}) });
    rooms.journal.pushAttempted(batch.pushed, batch.reports.length);
    const retryAfter = push.retryAfterMs[batch.pushed.attempts.length - 1];
    if (isSuccess(outcome)) this.end('acknowledged');
    else if (retryAfter === undefined) this.end('given-up');
    else batch.nextAt = rooms.now() + retryAfter;
  }

  private end(end: Exclude<PushEnd, 'waiting'>): void {
    const { batch } = this;
    if (!batch) return;
    this.batch = undefined;
    this.account.settlePush(end);
    this.rooms.journal.pushEnded(batch.pushed, end, batch.reports.length);
  }
}

/** Status 200 and `success`, blanks around it aside (assumed). */
function isSuccess({ status, answer }: PushOutcome): boolean {
  return status === 200 && answer?.trim() === 'success';
}
