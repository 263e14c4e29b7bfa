import { toJson } from '../control/infinity.js';
import type { ReceivedRequest } from '../oracle/records.js';
import { RequestRate } from './counter-line.js';
import { FaultWatch } from './fault-watch.js';
import { COUNTERS_EVERY_MS, type LiveOutput, type Watched } from './live-output.js';
import { PatientOutput } from './patient-output.js';
import { requestObject } from './request-line.js';
import type { Terminal } from './terminal.js';

/** One JSON object for each request, and the counters every ten seconds. Nothing is held back. */
export class JsonOutput implements LiveOutput {
  private readonly lines: PatientOutput;
  private readonly faults: FaultWatch;
  private readonly rate: RequestRate;
  private countersAt: number;

  constructor(
    private readonly watched: Watched,
    private readonly terminal: Terminal,
  ) {
    this.lines = new PatientOutput(terminal.out, (skipped) => JSON.stringify({ skippedLines: skipped }));
    this.faults = new FaultWatch(() => watched.faults());
    this.countersAt = terminal.now();
    this.rate = new RequestRate(this.countersAt);
  }

  request(request: ReceivedRequest): void {
    this.lines.line(JSON.stringify(requestObject(request)));
    if (request.fault) this.showFaults();
  }

  tick(): void {
    this.showFaults();
    this.lines.explainSkipped();
    const now = this.terminal.now();
    if (now - this.countersAt < COUNTERS_EVERY_MS) return;
    this.countersAt = now;
    const counters = this.watched.counters();
    const requestsPerSecond = this.rate.at(now, counters.requests);
    const faults = this.watched.faults().length;
    this.lines.line(JSON.stringify({ counters: { ...counters, requestsPerSecond, faults }, at: now }));
  }

  end(): void {
    this.showFaults();
  }

  private showFaults(): void {
    for (const { fault, change } of this.faults.changes()) {
      const { id, order, met } = fault;
      this.lines.line(toJson({ fault: { id, order, met }, change }));
    }
  }
}
