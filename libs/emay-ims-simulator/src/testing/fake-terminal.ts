import type { Terminal, TextOutput } from '../command-line/terminal.js';

/** A terminal whose clock stands still until a test moves it. */
export class FakeTerminal implements Terminal {
  readonly out: { -readonly [K in keyof TextOutput]: TextOutput[K] };
  readonly errors: string[] = [];
  private readonly ending = new AbortController();
  private readonly tasks = new Map<() => void, { readonly every: number; next: number }>();
  private written = '';
  private instant = Date.UTC(2026, 2, 15, 4);

  constructor({ isScreen = false, columns = 80 }: { isScreen?: boolean; columns?: number } = {}) {
    this.out = {
      write: (text) => {
        this.written += text;
      },
      backlog: 0,
      isScreen,
      columns,
    };
  }

  readonly err = (line: string) => {
    this.errors.push(line);
  };

  readonly now = () => this.instant;

  readonly every = (milliseconds: number, task: () => void) => {
    this.tasks.set(task, { every: milliseconds, next: this.instant + milliseconds });
    return () => {
      this.tasks.delete(task);
    };
  };

  get signal(): AbortSignal {
    return this.ending.signal;
  }

  /** Tasks that still run. */
  get running(): number {
    return this.tasks.size;
  }

  end(): void {
    this.ending.abort();
  }

  /** Moves the clock, and runs what falls due on the way. */
  pass(milliseconds: number): void {
    const until = this.instant + milliseconds;
    for (; this.instant < until; this.instant++) this.runDue();
    this.runDue();
  }

  /** Everything that was written. */
  get text(): string {
    return this.written;
  }

  get lines(): string[] {
    return this.written.split('\n').slice(0, -1);
  }

  /** What was written since the last call. */
  take(): string {
    const text = this.written;
    this.written = '';
    return text;
  }

  private runDue(): void {
    for (const [task, timing] of this.tasks) {
      if (timing.next > this.instant) continue;
      timing.next += timing.every;
      task();
    }
  }
}
