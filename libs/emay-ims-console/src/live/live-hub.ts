import { AsyncLocalStorage } from 'node:async_hooks';
import type { ActionProgress, AccountOperations } from '../operations.js';
import { ConsoleError } from '../http/console-error.js';
import { logFailure } from '../http/console-log.js';
import { AccountFeed } from './account-feed.js';
import { eventText, HEARTBEAT } from './event-text.js';
import type { Viewer } from './viewer.js';

/** How often what is done, in ms. */
export interface LiveTimings {
  /** The database is read, for each account that somebody watches. */
  pollMs: number;
  heartbeatMs: number;
  /** Access is asked for again. */
  accessMs: number;
  /** A stream lasts; then the host's guards see the viewer again. */
  lifetimeMs: number;
}

export const LIVE_TIMINGS: LiveTimings = { pollMs: 2_000, heartbeatMs: 15_000, accessMs: 60_000, lifetimeMs: 600_000 };

const MAX_VIEWERS = 100;
const MAX_OF_ONE_CALLER = 10;

interface Channel {
  readonly viewers: Set<Viewer>;
  readonly feed: AccountFeed;
  /** Bulk actions that run now. */
  readonly actions: Set<string>;
  isFailing: boolean;
  timer: NodeJS.Timeout | null;
}

/** The live streams of this instance: each account is read once for all who watch it, and not at all where nobody does. */
export class LiveHub {
  private readonly channels = new Map<string, Channel>();
  private readonly timers = new Map<Viewer, NodeJS.Timeout[]>();
  private isClosed = false;
  /** The loop outlives the request that started it: nothing of that, such as a transaction of the host's, is its own. */
  private readonly outside = AsyncLocalStorage.snapshot();

  constructor(
    private readonly operationsOf: (account: string) => AccountOperations,
    private readonly timings: LiveTimings,
  ) {}

  /** @throws ConsoleError 429 or 503 */
  join(viewer: Viewer): void {
    const { account, caller } = viewer;
    if (this.isClosed)
      throw new ConsoleError(503, 'CLOSING', 'The service is shutting down.', { retryAfterSeconds: 5 });
    const ofCaller = [...this.timers.keys()].filter((other) => other.caller === caller).length;
    if (this.timers.size >= MAX_VIEWERS || ofCaller >= MAX_OF_ONE_CALLER) {
      throw new ConsoleError(429, 'TOO_MANY', 'There are too many live streams.', { retryAfterSeconds: 30 });
    }
    const channel = this.channelOf(account);
    this.timers.set(viewer, []);
    viewer.open(() => this.leave(viewer));
    viewer.write(HEARTBEAT + channel.feed.latest + (channel.isFailing ? readingText(true) : ''));
    channel.viewers.add(viewer);
    this.outside(() => {
      this.timers.set(viewer, this.timersOf(viewer));
      if (channel.timer === null) this.schedule(account, channel, 0);
    });
  }

  /** A bulk action of an account: watched until it is done. */
  tellOf(account: string, progress: ActionProgress): void {
    const channel = this.channels.get(account);
    if (!channel) return;
    if (progress.state === 'running') channel.actions.add(progress.id);
    else channel.actions.delete(progress.id);
    this.broadcast(channel, eventText('action', progress));
  }

  close(): void {
    this.isClosed = true;
    for (const viewer of this.timers.keys()) {
      viewer.bye('shutdown');
      this.leave(viewer);
    }
  }

  private channelOf(account: string): Channel {
    const channel = this.channels.get(account) ?? {
      viewers: new Set<Viewer>(),
      feed: new AccountFeed(this.operationsOf(account)),
      actions: new Set<string>(),
      isFailing: false,
      timer: null,
    };
    this.channels.set(account, channel);
    return channel;
  }

  private timersOf(viewer: Viewer): NodeJS.Timeout[] {
    const { heartbeatMs, accessMs, lifetimeMs } = this.timings;
    let isChecking = false;
    const checkAccess = async () => {
      if (isChecking) return;
      isChecking = true;
      await viewer.checkAccess().catch(() => viewer.bye('access'));
      isChecking = false;
    };
    return [
      setInterval(() => viewer.write(HEARTBEAT), heartbeatMs),
      setInterval(() => void checkAccess(), accessMs),
      setTimeout(() => viewer.bye('renew'), lifetimeMs),
    ].map((timer) => timer.unref());
  }

  private leave(viewer: Viewer): void {
    for (const timer of this.timers.get(viewer) ?? []) clearTimeout(timer);
    this.timers.delete(viewer);
    const channel = this.channels.get(viewer.account);
    if (!channel) return;
    channel.viewers.delete(viewer);
    if (channel.viewers.size > 0) return;
    if (channel.timer !== null) clearTimeout(channel.timer);
    this.channels.delete(viewer.account);
  }

  private schedule(account: string, channel: Channel, inMs: number): void {
    channel.timer = setTimeout(() => void this.look(account, channel), inMs).unref();
  }

  private async look(account: string, channel: Channel): Promise<void> {
    try {
      const news = await channel.feed.read(channel.actions);
      this.broadcast(channel, channel.isFailing ? readingText(false) + news : news);
      channel.isFailing = false;
    } catch (error) {
      if (!channel.isFailing) {
        logFailure(`The live view of account "${account}" cannot read; it tries again`, error);
        this.broadcast(channel, readingText(true));
      }
      channel.isFailing = true;
    }
    if (channel.viewers.size > 0) this.schedule(account, channel, this.timings.pollMs);
  }

  private broadcast({ viewers }: Channel, text: string): void {
    if (text !== '') for (const viewer of viewers) viewer.write(text);
  }
}

function readingText(isAway: boolean): string {
  return eventText('reading', { isAway });
}
