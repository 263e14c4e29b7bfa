import { ConsoleError } from '../http/console-error.js';

const AT_ONCE = 2;
const PER_MINUTE = 30;
const MINUTE = 60_000;
/** Of callers remembered; beyond it those are forgotten that have not asked for a minute. */
const MANY_CALLERS = 1_000;

interface Spent {
  running: number;
  /** Times of the last minute, oldest first. */
  begun: number[];
}

/** What costs the database is limited for each caller: 2 at once, 30 in a minute. */
export class ReadBudget {
  private readonly callers = new Map<string, Spent>();

  constructor(private readonly clock: () => number = () => performance.now()) {}

  /**
   * @returns ends it; may be called twice
   * @throws ConsoleError 429
   */
  begin(caller: string): () => void {
    const spent = this.spentBy(caller);
    if (spent.running >= AT_ONCE) throw tooMany(`${AT_ONCE} such requests of yours are running.`, 1);
    this.count(spent);
    spent.running++;
    let isOver = false;
    return () => {
      if (!isOver) spent.running--;
      isOver = true;
    };
  }

  /** What takes no time worth counting, but is not to be done without bound either. @throws ConsoleError 429 */
  once(caller: string): void {
    this.count(this.spentBy(caller));
  }

  private count(spent: Spent): void {
    const [oldest] = spent.begun;
    if (oldest !== undefined && spent.begun.length >= PER_MINUTE) {
      const seconds = Math.ceil((oldest + MINUTE - this.clock()) / 1_000);
      throw tooMany(`You have made ${PER_MINUTE} such requests within a minute.`, Math.max(1, seconds));
    }
    spent.begun.push(this.clock());
  }

  private spentBy(caller: string): Spent {
    if (this.callers.size >= MANY_CALLERS) this.forgetQuiet();
    const spent = this.callers.get(caller) ?? { running: 0, begun: [] };
    this.callers.set(caller, spent);
    spent.begun = spent.begun.filter((at) => at > this.clock() - MINUTE);
    return spent;
  }

  private forgetQuiet(): void {
    for (const [caller, { running, begun }] of this.callers) {
      if (running === 0 && (begun.at(-1) ?? 0) <= this.clock() - MINUTE) this.callers.delete(caller);
    }
  }
}

function tooMany(why: string, retryAfterSeconds: number): ConsoleError {
  return new ConsoleError(429, 'TOO_MANY', `${why} Try again in ${retryAfterSeconds} s.`, { retryAfterSeconds });
}
