import { counterLine, RequestRate } from './counter-line.js';
import { COUNTERS_EVERY_MS } from './live-output.js';
import type { Page, ShownCounters } from './page.js';
import { PatientOutput } from './patient-output.js';
import { timeOfDay } from './request-line.js';
import type { Terminal } from './terminal.js';

/** A pipe or a file: the counters are one more line, every ten seconds in which something happened. */
export class PlainPage implements Page {
  private readonly out: PatientOutput;
  private readonly rate: RequestRate;
  private countedAt: number;
  private counted = '';

  constructor({ out, now }: Terminal) {
    this.out = new PatientOutput(out, (skipped) => `... ${skipped} lines left out, as nobody read them`);
    this.countedAt = now();
    this.rate = new RequestRate(this.countedAt);
  }

  line(line: string): void {
    this.out.line(line);
  }

  tick(now: number, counters: ShownCounters): void {
    this.out.explainSkipped();
    if (now - this.countedAt < COUNTERS_EVERY_MS) return;
    this.countedAt = now;
    const rate = this.rate.at(now, counters.requests);
    const counted = JSON.stringify(counters);
    if (counted !== this.counted && counters.requests > 0)
      this.line(`${timeOfDay(now)}  ${counterLine(counters, rate)}`);
    this.counted = counted;
  }

  end(): void {
    this.out.explainSkipped();
  }
}
