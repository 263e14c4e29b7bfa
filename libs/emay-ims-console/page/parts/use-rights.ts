import { me } from '../api/session.js';
import { useStore } from '../api/store.js';
import type { ConsoleAction } from '../api/types.js';

/** What the one who looks may do; the server checks it again. */
export function useRights(): (right: ConsoleAction) => boolean {
  const current = useStore(me);
  return (right) => current?.actions.includes(right) ?? false;
}

/** The account that is looked at. */
export function useAccount(): string {
  return useStore(me)?.account ?? '';
}
