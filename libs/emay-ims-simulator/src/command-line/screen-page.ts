import { counterLine, RequestRate } from './counter-line.js';
import { TICK_MS } from './live-output.js';
import type { Page, ShownCounters } from './page.js';
import type { Terminal } from './terminal.js';

const ERASE_LINE = '\r\u001B[2K';

/**
 * A screen: the counters stay on its last line while the others move up.
 * - Written to at most four times a second, whatever happens, and only when there is something new.
 * - The last line is never longer than the screen is wide: it could not be erased.
 */
export class ScreenPage implements Page {
  private readonly rate: RequestRate;
  private lines: string[] = [];
  private bottom = '';
  private drawn = '';
  private drawnAt = -Infinity;

  constructor(private readonly terminal: Terminal) {
    this.rate = new RequestRate(terminal.now());
  }

  line(line: string): void {
    this.lines.push(line);
    const now = this.terminal.now();
    if (now - this.drawnAt >= TICK_MS) this.draw(now);
  }

  tick(now: number, counters: ShownCounters): void {
    this.bottom = counterLine(counters, this.rate.at(now, counters.requests));
    if (now - this.drawnAt >= TICK_MS) this.draw(now);
  }

  end(): void {
    this.bottom = '';
    this.draw(this.terminal.now());
  }

  private draw(now: number): void {
    const { out } = this.terminal;
    const bottom = this.bottom.slice(0, Math.max(0, out.columns - 1));
    if (this.lines.length === 0 && bottom === this.drawn) return;
    const above = this.lines.map((line) => `${line}\n`).join('');
    out.write(`${this.drawn === '' ? '' : ERASE_LINE}${above}${bottom}`);
    this.lines = [];
    this.drawn = bottom;
    this.drawnAt = now;
  }
}
