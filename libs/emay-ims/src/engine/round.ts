import { inBackground } from '../time/in-background.js';
import type { EngineJob } from './engine.js';

/**
 * Runs a job one round at a time: requests during a round add up to one more after it.
 *
 * - In the background: a round serves everybody, and is no part of the request that happened to wake it.
 */
export class Round {
  private isRunning = false;
  private isWanted = false;
  private isClosed = false;
  private ended: Promise<void> = Promise.resolve();

  constructor(
    private readonly job: EngineJob,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  request(): void {
    if (this.isClosed) return;
    this.isWanted = true;
    if (!this.isRunning) this.ended = inBackground(() => this.rounds());
  }

  /** Takes no request any more; resolves when the round under way has ended. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.ended;
  }

  private async rounds(): Promise<void> {
    this.isRunning = true;
    try {
      while (this.isWanted && !this.isClosed) {
        this.isWanted = false;
        await this.job.run();
      }
    } catch (error) {
      // The next request comes with its time; running at once would only fail again.
      this.onFailure(error);
    } finally {
      // In the same breath as the last look at `isWanted`: no request falls in between.
      this.isRunning = false;
    }
  }
}
