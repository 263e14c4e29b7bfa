import { ApiError, addressOf, ask } from './client.js';
import { eventsOf } from './event-stream.js';
import { Store } from './store.js';
import type { StreamEvents } from './types.js';

export interface LiveEvents extends StreamEvents {
  /**
   * Look again: sent every few seconds where there is no stream, and once where it was interrupted. `isNews`: an answer that is still awaited
   * would be one of before.
   */
  poll: { isNews: boolean };
}

/** `live`: the stream stands; `polling`: it does not, so pages ask now and then. */
export const liveState = new Store<'connecting' | 'live' | 'polling' | 'paused'>('connecting');
/** The stream stands, but the server cannot read its database. */
export const isAway = new Store(false);
/** When the server was last heard. */
export const heardAt = new Store<number | null>(null);

const POLL_MS = 10_000;
/** Three heartbeats: after that the connection is dead, whatever the system thinks of it. */
const SILENCE_MS = 45_000;
const MAX_BACKOFF_MS = 30_000;

/** Whether there was a stream before: what happened between two of them is looked up. */
let hasMissed = false;

type Listener = (data: never) => void;
const listeners = new Map<keyof LiveEvents, Set<Listener>>();

export function onLive<K extends keyof LiveEvents>(name: K, listener: (data: LiveEvents[K]) => void): () => void {
  const known = listeners.get(name) ?? new Set<Listener>();
  listeners.set(name, known.add(listener as Listener));
  return () => void known.delete(listener as Listener);
}

function tell(name: string, data: unknown): void {
  for (const listener of listeners.get(name as keyof LiveEvents) ?? []) (listener as (data: unknown) => void)(data);
}

/** Follows an account until the returned function is called. Fetch, not EventSource: that shows no 401 and sends no header. */
export function follow(account: string): () => void {
  const stopping = new AbortController();
  const timer = setInterval(() => liveState.value === 'polling' && tell('poll', { isNews: false }), POLL_MS);
  liveState.set('connecting');
  void keepFollowing(account, stopping.signal);
  return () => {
    stopping.abort();
    clearInterval(timer);
  };
}

async function keepFollowing(account: string, signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    const startedAt = Date.now();
    const refusal = await readStream(account, signal);
    if (signal.aborted) return;
    // A session that has ended is asked for elsewhere; this begins again when somebody is let in.
    if (refusal?.status === 401) return;
    failures = Date.now() - startedAt > SILENCE_MS ? 0 : failures + 1;
    // A stream that ends as it should (`bye`, a restart) is no reason to call the page blind.
    liveState.set(failures > 1 || refusal ? 'polling' : 'connecting');
    await wait(Math.min(1_000 * 2 ** (failures - 1), MAX_BACKOFF_MS) * (0.8 + 0.4 * Math.random()), signal);
  }
}

/** Resolves as the stream ends, with what refused it. */
async function readStream(account: string, signal: AbortSignal): Promise<ApiError | null> {
  const connection = new AbortController();
  const end = () => connection.abort();
  signal.addEventListener('abort', end, { once: true });
  let silence = setTimeout(end, SILENCE_MS);
  try {
    const response = await ask(addressOf('stream', { account }), {
      signal: connection.signal,
      headers: { accept: 'text/event-stream' },
    });
    isAway.set(false);
    if (hasMissed) tell('poll', { isNews: true });
    hasMissed = true;
    for await (const event of eventsOf(response.body!)) {
      clearTimeout(silence);
      silence = setTimeout(end, SILENCE_MS);
      heardAt.set(Date.now());
      liveState.set('live');
      if (event.data !== '') tell(event.name, JSON.parse(event.data));
      if (event.name === 'reading') noteReading(JSON.parse(event.data) as LiveEvents['reading']);
      if (event.name === 'bye') return null;
    }
    return null;
  } catch (cause) {
    if (cause instanceof ApiError) return cause;
    return new ApiError(0, 'NO_ANSWER', String(cause));
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', end);
    connection.abort();
  }
}

/** Whatever is shown is asked for again: so it says that it is older, and is not any more once the database is back. */
function noteReading(reading: LiveEvents['reading']): void {
  isAway.set(reading.isAway);
  tell('poll', { isNews: true });
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
