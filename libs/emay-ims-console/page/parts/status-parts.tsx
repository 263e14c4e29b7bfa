import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../api/client.js';
import type { Resource } from '../api/use-resource.js';
import type { Words } from '../words/en.js';
import { useWords } from '../words/words.js';
import { Text } from './text.js';

/** After this an answer counts as slow, and grey lines take its place; earlier they would only flicker. */
const SKELETON_AFTER_MS = 150;

export function Skeleton({ lines = 6 }: { lines?: number }) {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), SKELETON_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isLate) return <div class="skeleton" />;
  return (
    <div class="skeleton" aria-busy="true">
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} class={`bone bone-${index % 3}`} />
      ))}
    </div>
  );
}

export function Empty({ title, hint }: { title: string; hint?: string }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {hint && <p>{hint}</p>}
    </div>
  );
}

/** What an error means to whoever looks, in the page's words where it has some. */
export function explain(error: ApiError, words: Words): string {
  if (error.status === 0) return words.error.noAnswer;
  if (error.status === 429) return words.error.busy;
  if (error.status === 503 && error.code === 'STORE') return words.error.away;
  return error.message;
}

export function Failure({ error, retry }: { error: ApiError; retry?: () => void }) {
  const words = useWords();
  if (error.isForbidden) return <Forbidden right={error.right} />;
  return (
    <div class="notice notice-error" role="alert">
      <p class="notice-title">{words.error.title}</p>
      <p>
        <Text>{explain(error, words)}</Text>
        {error.requestId && <small> {words.error.request(error.requestId)}</small>}
      </p>
      {retry && (
        <button type="button" onClick={retry}>
          {words.retry}
        </button>
      )}
    </div>
  );
}

export function Forbidden({ right }: { right: string | null }) {
  const words = useWords();
  return (
    <div class="empty" role="alert">
      <p class="empty-title">{words.forbidden.title}</p>
      <p>{right === null ? words.forbidden.any : words.forbidden.right(words.right[right] ?? right)}</p>
    </div>
  );
}

interface LoadedProps<T> {
  resource: Resource<T>;
  lines?: number;
  children: (data: T) => ComponentChildren;
}

/** An answer in each of its conditions: awaited, there, old as it could not be refreshed, forbidden, failed. */
export function Loaded<T>({ resource, lines, children }: LoadedProps<T>) {
  const words = useWords();
  const { data, error, reload } = resource;
  if (data === null) return error === null ? <Skeleton lines={lines} /> : <Failure error={error} retry={reload} />;
  if (error?.isForbidden) return <Forbidden right={error.right} />;
  return (
    <>
      {error !== null && (
        <div class="notice notice-error" role="alert">
          <p>
            {words.error.stale} <Text>{explain(error, words)}</Text>
          </p>
          <button type="button" onClick={reload}>
            {words.retry}
          </button>
        </div>
      )}
      <div class={error === null ? 'fresh' : 'stale'}>{children(data)}</div>
    </>
  );
}
