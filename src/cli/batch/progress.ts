import { Presets, SingleBar } from 'cli-progress';

/** How far something has come: a bar on stderr where that is a terminal, and nothing anywhere else. */
export class Progress {
  private bar: SingleBar | null = null;

  /** @param total `null` where it is not known: no bar */
  begin(what: string, total: number | null): void {
    this.end();
    if (total === null || !process.stderr.isTTY) return;
    this.bar = new SingleBar(
      { format: `${what} {bar} {percentage}%  {eta_formatted} left`, stream: process.stderr, hideCursor: true },
      Presets.shades_grey,
    );
    this.bar.start(total, 0);
  }

  update(value: number): void {
    this.bar?.update(value);
  }

  end(): void {
    this.bar?.stop();
    this.bar = null;
  }
}
