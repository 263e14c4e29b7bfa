import { GuardedLogger } from '../diagnostics/index.js';

/** One line for each reason in so long; the others are counted. */
const EVERY_MS = 3_600_000;

/** Tells of pushes that are refused: whoever can reach the path can send any number of them. */
export class StrangerLog {
  private readonly logger = new GuardedLogger('EmayImsPush');
  private readonly told = new Map<string, { at: number; since: number }>();

  /** @param about a code of ours with the account, where it is known; there are few of both */
  tell(sentence: string, about: { code: string; account?: string }): void {
    const key = `${about.code} ${about.account ?? ''}`;
    const now = performance.now();
    const last = this.told.get(key);
    if (last && now < last.at + EVERY_MS) {
      last.since++;
      return;
    }
    this.told.set(key, { at: now, since: 0 });
    const more = last?.since ? ` ${last.since} more since the last such line.` : '';
    this.logger.warn(`${sentence}${more} The next hour's are counted.`, { ...about, more: last?.since ?? 0 });
  }
}
