import type { EngineJob } from './engine.js';

/** Runs a job one round at a time: requests during a round add up to one more after it. */
export class Round {
  private running: Promise<void> | null = null;
  private again = false;
  private closed = false;

  constructor(
    private readonly job: EngineJob,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  request(): void {
    if (this.closed) return;
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = this.rounds().finally(() => (this.running = null));
  }

  /** Takes no request any more; resolves when the round under way has ended. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async rounds(): Promise<void> {
    do {
      this.again = false;
      try {
        await this.job.run();
      } catch (error) {
        this.onFailure(error);
        return; // The next request comes with its time; running at once would only fail again.
      }
    } while (this.again && !this.closed);
  }
}
