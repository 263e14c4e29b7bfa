import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, type Params, read } from './client.js';
import type { SearchPage } from './types.js';
import { type Resource, useResource } from './use-resource.js';

/** A list that is fetched page by page, as far as somebody wants to see. */
export interface Pages<Item> extends Resource<SearchPage<Item>> {
  readonly items: Item[];
  readonly isGoingOn: boolean;
  /** Fetches the next page; where a search found nothing within its time, it goes on for a few rounds. */
  readonly goOn: () => void;
}

/** Rounds of a search for one click; what is rare may need many, and each costs the database something. */
const ROUNDS = 5;

/** @param options.everyMs of a list that is asked for anew while its first page is all that is shown; default: only by choice */
export function usePages<Item>(path: string | null, params: Params, { everyMs = 0 } = {}): Pages<Item> {
  const [hasGoneOn, setGoneOn] = useState(false);
  const isSteady = everyMs === 0 || hasGoneOn;
  const resource = useResource<SearchPage<Item>>(path, params, { everyMs: isSteady ? 0 : everyMs, isSteady });
  const [isGoingOn, setGoingOn] = useState(false);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const newest = useRef(resource);
  newest.current = resource;
  const key = JSON.stringify([path, params]);
  const currentKey = useRef(key);
  currentKey.current = key;
  useEffect(() => {
    setGoingOn(false);
    setGoneOn(false);
    setFailure(null);
  }, [key, resource.at]);

  const goOn = useCallback(() => {
    const askedKey = currentKey.current;
    const { at, stay } = newest.current;
    // What comes belongs behind this reading of the first page, and no other.
    const isStill = (): boolean => currentKey.current === askedKey && newest.current.at === at;
    stay();
    setGoingOn(true);
    setGoneOn(true);
    setFailure(null);
    void (async () => {
      let after = newest.current.data?.next ?? null;
      for (let round = 0; round < ROUNDS && after !== null; round++) {
        const page = await read<SearchPage<Item>>(path!, { ...params, after });
        if (!isStill()) return;
        after = page.next;
        newest.current.put((old) => ({
          ...page,
          items: [...old.items, ...page.items],
          matches: page.matches ?? old.matches,
        }));
        if (page.items.length > 0) return;
      }
    })()
      .catch((cause: unknown) => {
        if (isStill()) setFailure(cause instanceof ApiError ? cause : new ApiError(0, 'PAGE', String(cause)));
      })
      .finally(() => isStill() && setGoingOn(false));
  }, [key]);

  return { ...resource, error: failure ?? resource.error, items: resource.data?.items ?? [], isGoingOn, goOn };
}
