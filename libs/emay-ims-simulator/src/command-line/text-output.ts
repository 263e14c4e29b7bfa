import type { ReceivedRequest } from '../oracle/records.js';
import { faultLine, FaultWatch } from './fault-watch.js';
import { HeldBack } from './held-back.js';
import type { LiveOutput, Watched } from './live-output.js';
import type { Page } from './page.js';
import { PlainPage } from './plain-page.js';
import { requestLine } from './request-line.js';
import { ScreenPage } from './screen-page.js';
import type { Terminal } from './terminal.js';

/** One line for each request, as far as a person can follow, faults as they come and go, and the counters. */
export class TextOutput implements LiveOutput {
  private readonly page: Page;
  private readonly held = new HeldBack();
  private readonly faults: FaultWatch;

  constructor(
    private readonly watched: Watched,
    private readonly terminal: Terminal,
  ) {
    this.page = terminal.out.isScreen ? new ScreenPage(terminal) : new PlainPage(terminal);
    this.faults = new FaultWatch(() => watched.faults());
  }

  request(request: ReceivedRequest): void {
    const now = this.terminal.now();
    this.sumUp(now);
    if (!this.held.admits(request, now)) return;
    this.page.line(requestLine(request));
    if (request.fault) this.showFaults();
  }

  tick(): void {
    const now = this.terminal.now();
    this.sumUp(now);
    this.showFaults();
    this.page.tick(now, { ...this.watched.counters(), faults: this.watched.faults().length });
  }

  end(): void {
    this.sumUp(Infinity);
    this.page.end();
  }

  private sumUp(now: number): void {
    const summary = this.held.summary(now);
    if (summary !== undefined) this.page.line(summary);
  }

  private showFaults(): void {
    for (const change of this.faults.changes()) this.page.line(faultLine(change));
  }
}
