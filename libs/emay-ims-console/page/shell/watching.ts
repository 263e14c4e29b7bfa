import { follow, liveState } from '../api/live.js';
import { admission, askWhoIAm, locked, me } from '../api/session.js';
import { isPaused } from '../api/settings.js';
import { place } from '../api/router.js';
import { Store } from '../api/store.js';
import { watchedBy } from '../api/use-resource.js';
import { ApiError } from '../api/client.js';
import { onLive } from '../api/live.js';

/** Why the console cannot say who looks. */
export const refusal = new Store<ApiError | null>(null);

/** How often the page asks whether access or build have changed. */
const ASK_EVERY_MS = 60_000;

watchedBy(() => !isPaused.value && !document.hidden && locked.value === null);

export async function admit(): Promise<void> {
  try {
    await askWhoIAm(place.value.query.get('account'));
    refusal.set(null);
  } catch (cause) {
    refusal.set(cause instanceof ApiError ? cause : new ApiError(0, 'PAGE', String(cause)));
  }
}

let stop: (() => void) | null = null;
let followed = '';

/** Opens the stream while somebody looks, and closes it in hidden tabs: each costs the server a connection. */
function adjust(): void {
  const account = me.value?.account ?? null;
  const wanted = account !== null && !isPaused.value && !document.hidden && locked.value === null ? account : '';
  if (isPaused.value) liveState.set('paused');
  if (wanted === followed) return;
  stop?.();
  stop = null;
  followed = wanted;
  if (wanted !== '') stop = follow(wanted);
}

export function startWatching(): void {
  for (const store of [me, isPaused, locked]) (store as Store<unknown>).follow(adjust);
  document.addEventListener('visibilitychange', adjust);
  admission.follow(() => {
    followed = '';
    adjust();
  });
  let account = place.value.query.get('account');
  place.follow(({ query }) => {
    if (query.get('account') === account) return;
    account = query.get('account');
    void admit();
  });
  onLive('bye', ({ reason }) => reason === 'access' && void admit());
  setInterval(() => !document.hidden && locked.value === null && void admit(), ASK_EVERY_MS);
  void admit();
}
