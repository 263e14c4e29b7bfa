import { read, useKey, whenUnauthorized } from './client.js';
import { Store } from './store.js';
import type { Me } from './types.js';

/** Who looks, at what, and what that person may do. `null` until the server has said so. */
export const me = new Store<Me | null>(null);
/** Why nobody is let in any more; `key`: the host takes a typed key. */
export const locked = new Store<'reload' | 'key' | null>(null);
/** Another build of the page is served since this one was loaded. */
export const isOutdated = new Store(false);
/** Counts the times that somebody was let in anew: what failed before is asked for again. */
export const admission = new Store(0);

whenUnauthorized((wantsKey) => locked.set(wantsKey ? 'key' : 'reload'));

let build: string | null = null;

/** @throws ApiError */
export async function askWhoIAm(account: string | null): Promise<void> {
  const answer = await read<Me>('me', { account });
  build ??= answer.build;
  isOutdated.set(build !== answer.build);
  me.set(answer);
}

/** Tries a typed key. @throws ApiError where it is a wrong one */
export async function enter(typed: string, account: string | null): Promise<void> {
  useKey(typed);
  try {
    await askWhoIAm(account);
  } catch (cause) {
    useKey(null);
    throw cause;
  }
  locked.set(null);
  admission.set(admission.value + 1);
}
