import { type EmayImsEngine, type EngineJob, jobName } from '../engine/engine.js';
import type { AccountWorkChecks } from '../message-store/account-work-checks.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import type { Dispatcher } from '../sending/dispatcher.js';
import type { DatabaseWakes } from '../wake/database-wakes.js';
import { QuickLooks } from '../wake/quick-looks.js';

/**
 * When the dispatcher of an account runs: at its interval, when this process or another has stored ready messages, and again soon after
 * it has found some that nobody announced.
 */
export class DispatchJob {
  private readonly name: string;
  private readonly quickLooks: QuickLooks;
  private isStarted = false;
  /** Since the last look began. */
  private isAnnounced = false;
  private stopListening: () => void = () => undefined;

  constructor(
    private readonly options: ResolvedEmayImsOptions,
    private readonly engine: EmayImsEngine,
    private readonly wakes: DatabaseWakes,
    private readonly workChecks: AccountWorkChecks,
    private readonly dispatcher: Dispatcher,
  ) {
    this.name = jobName(options.name, 'dispatch');
    this.quickLooks = new QuickLooks(options.dispatch.intervalMs, () => this.engine.wake(this.name));
  }

  /** None where another instance submits. */
  get jobs(): EngineJob[] {
    const { enabled, intervalMs } = this.options.dispatch;
    if (!enabled) return [];
    return [{ name: this.name, schedule: { everyMs: intervalMs }, isTogether: true, run: () => this.run() }];
  }

  /** Once the engine runs the jobs. */
  start(): void {
    this.isStarted = true;
    if (!this.options.dispatch.enabled) return;
    this.stopListening = this.wakes.listen(this.options.name, () => this.wakeHere());
  }

  stop(): void {
    this.isStarted = false;
    this.stopListening();
    this.quickLooks.stop();
    this.dispatcher.stop();
  }

  /** Has messages submitted soon that are committed and ready: here, or where this process does not come to it at once, elsewhere. */
  wake(): void {
    const isTakenHere = this.isStarted && this.options.dispatch.enabled && this.dispatcher.isFree;
    this.wakeHere();
    if (!isTakenHere) this.wakes.notify(this.options.name);
  }

  private wakeHere(): void {
    this.isAnnounced = true;
    this.engine.wake(this.name);
  }

  private async run(): Promise<void> {
    const { isAnnounced } = this;
    this.isAnnounced = false;
    const hasFound = (await this.workChecks.mayHaveReady(this.options.name)) && (await this.dispatcher.dispatch());
    if (!this.isStarted || isAnnounced) return;
    if (hasFound) this.quickLooks.found();
    else this.quickLooks.foundNothing();
  }
}
