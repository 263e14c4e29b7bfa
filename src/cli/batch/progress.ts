import { Presets, SingleBar } from 'cli-progress';

/** How far something has come: a bar on stderr where that is a terminal, and nothing anywhere else. */
export class Progress {
  private bar: SingleBar | null = null;

  /** @param total `null` where it is not known: no bar */
  begin(what: string, total: number | null): void {
    this.end();
    if (total === null || !process.stderr.isTTY) return;
    this.bar = new SingleBar(
      {
        format: `${what} {bar} {percentage}%  {eta_formatted}`,
        formatTime: timeLeft,
        stream: process.stderr,
        hideCursor: true,
      },
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

/** Empty while the bar cannot tell: it gives a word then. */
function timeLeft(seconds: number): string {
  if (!Number.isFinite(seconds)) return '';
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes} min ${seconds % 60} s left` : `${seconds} s left`;
}
