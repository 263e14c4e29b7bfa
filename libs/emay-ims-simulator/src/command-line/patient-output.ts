import type { TextOutput } from './terminal.js';

/** More than a pipe holds and any pause of a reader needs; beyond it the reader has stopped. */
const MAX_BACKLOG_BYTES = 1024 * 1024;

/** Leaves lines out, and says how many, rather than to keep them all for a reader that has stopped. */
export class PatientOutput {
  private skipped = 0;

  constructor(
    private readonly out: TextOutput,
    private readonly explain: (skipped: number) => string,
  ) {}

  line(line: string): void {
    if (this.out.backlog > MAX_BACKLOG_BYTES) {
      this.skipped++;
      return;
    }
    this.explainSkipped();
    this.out.write(`${line}\n`);
  }

  /** To be called now and then: after a rest, the reader learns what it missed. */
  explainSkipped(): void {
    if (this.skipped === 0 || this.out.backlog > MAX_BACKLOG_BYTES) return;
    this.out.write(`${this.explain(this.skipped)}\n`);
    this.skipped = 0;
  }
}
