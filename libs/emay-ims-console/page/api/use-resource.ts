import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { admission } from './session.js';
import { ApiError, type Params, read } from './client.js';
import { onLive } from './live.js';
import { useStore } from './store.js';

/** What a page shows of one question to the server: the newest answer, and what went wrong since. */
export interface Resource<T> {
  readonly data: T | null;
  readonly error: ApiError | null;
  /** An answer is awaited. */
  readonly isLoading: boolean;
  /** When `data` arrived. */
  readonly at: number | null;
  readonly reload: () => void;
  /** Keeps the newest answer: one that is awaited is given up. */
  readonly stay: () => void;
  /** Puts a newer state of the same thing in place. */
  readonly put: (change: (data: T) => T) => void;
}

interface Held<T> {
  key: string;
  data: T | null;
  error: ApiError | null;
  isLoading: boolean;
  at: number | null;
}

const NOTHING = { data: null, error: null, isLoading: true, at: null };

/**
 * Asks again whenever the question changes, somebody is let in anew, every `everyMs` while somebody looks, and as the fallback for the stream
 * wants it. An error leaves the old answer; another question does not. `path: null`: asks nothing. `isSteady`: only by choice, as a list that
 * somebody reads must not jump.
 */
export function useResource<T>(
  path: string | null,
  params: Params,
  { everyMs = 0, isSteady = false } = {},
): Resource<T> {
  const key = JSON.stringify([path, params]);
  const admitted = useStore(admission);
  const [held, setHeld] = useState<Held<T>>({ key, ...NOTHING });
  const [turn, setTurn] = useState(0);
  /** One that is awaited is left alone by refreshing: where the server takes long to fail, its failure would never be seen. */
  const awaited = useRef(false);
  const asking = useRef<AbortController | null>(null);
  const question = useRef({ path, params });
  question.current = { path, params };
  const reload = useCallback(() => setTurn((count) => count + 1), []);

  useEffect(() => {
    const { path: asked, params: given } = question.current;
    awaited.current = asked !== null;
    if (asked === null) return;
    const ending = (asking.current = new AbortController());
    setHeld((old) => (old.key === key ? { ...old, isLoading: true } : { key, ...NOTHING }));
    read<T>(asked, given, ending.signal)
      .then((data) => ending.signal.aborted || setHeld({ key, data, error: null, isLoading: false, at: Date.now() }))
      .catch((cause: unknown) => {
        if (ending.signal.aborted) return;
        const error = cause instanceof ApiError ? cause : new ApiError(0, 'PAGE', String(cause));
        setHeld((old) => ({ ...old, error, isLoading: false }));
      })
      .finally(() => {
        if (!ending.signal.aborted) awaited.current = false;
      });
    return () => ending.abort();
  }, [key, turn, admitted]);

  useEffect(
    () => (isSteady ? undefined : onLive('poll', ({ isNews }) => (isNews || !awaited.current) && reload())),
    [reload, isSteady],
  );
  useEffect(() => {
    if (everyMs === 0) return;
    const timer = setInterval(() => isWatched() && !awaited.current && reload(), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, reload]);

  const stay = useCallback(() => {
    asking.current?.abort();
    awaited.current = false;
    setHeld((old) => ({ ...old, isLoading: false }));
  }, []);
  const put = useCallback(
    (change: (data: T) => T) => setHeld((old) => (old.data === null ? old : { ...old, data: change(old.data) })),
    [],
  );
  const current = held.key === key ? held : { key, ...NOTHING };
  return { data: current.data, error: current.error, isLoading: current.isLoading, at: current.at, reload, stay, put };
}

/** Whether refreshing by itself makes sense; what a pause or a hidden tab changes, see `watching.ts`. */
let isWatched = (): boolean => true;
export const watchedBy = (test: () => boolean): void => void (isWatched = test);
