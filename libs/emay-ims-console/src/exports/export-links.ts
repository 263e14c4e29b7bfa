import { randomBytes } from 'node:crypto';
import { ConsoleError } from '../http/console-error.js';
import type { Exchange } from '../http/exchange.js';
import type { MessageSearch } from '../operations.js';

const LIFETIME_MS = 60_000;
const MAX_LINKS = 1_000;

export interface WantedExport {
  readonly account: string;
  readonly actor: string;
  readonly search: MessageSearch;
  /** The request that asked for it: a browser that follows the link cannot show a key again, so access is asked for with this one. */
  readonly askedBy: Exchange;
}

/**
 * Links to exports, each for one use by the one who asked for it. They are known to this instance only: behind a balancer, the page asks
 * for another one where a link is not found.
 */
export class ExportLinks {
  private readonly links = new Map<string, WantedExport & { until: number }>();

  constructor(private readonly clock: () => number = () => Date.now()) {}

  add(wanted: WantedExport): { token: string; expiresAt: Date } {
    this.forgetOld();
    if (this.links.size >= MAX_LINKS) {
      throw new ConsoleError(429, 'TOO_MANY', 'Too many exports have been asked for.', { retryAfterSeconds: 60 });
    }
    const token = randomBytes(24).toString('base64url');
    const until = this.clock() + LIFETIME_MS;
    this.links.set(token, { ...wanted, until });
    return { token, expiresAt: new Date(until) };
  }

  /** What a link leads to, `null` where there is none. */
  find(token: string | undefined): WantedExport | null {
    this.forgetOld();
    return this.links.get(token ?? '') ?? null;
  }

  /** The same for its one use by the one whose it is: after it, there is none. */
  take(token: string, account: string, actor: string | null): WantedExport | null {
    const wanted = this.find(token);
    if (wanted === null || wanted.account !== account || wanted.actor !== actor) return null;
    this.links.delete(token);
    return wanted;
  }

  private forgetOld(): void {
    for (const [token, { until }] of this.links) if (until <= this.clock()) this.links.delete(token);
  }
}
