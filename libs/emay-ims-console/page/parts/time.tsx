import { useFormat } from './format.js';

/** A moment: short to read, complete on hovering. */
export function Time({ at, isFull = false }: { at: string | number; isFull?: boolean }) {
  const format = useFormat();
  return (
    <time dateTime={new Date(at).toISOString()} title={format.full(at)}>
      {isFull ? format.full(at) : format.time(at)}
    </time>
  );
}
