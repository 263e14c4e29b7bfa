import { useFormat } from './format.js';
import { Text } from './text.js';

/** A moment: short to read, complete on hovering. */
export function Time({ at, isFull = false }: { at: string | number; isFull?: boolean }) {
  const format = useFormat();
  const date = new Date(at);
  // From an address that somebody has pasted with more than the time.
  if (Number.isNaN(date.getTime())) return <Text>{String(at)}</Text>;
  return (
    <time dateTime={date.toISOString()} title={format.full(at)}>
      {isFull ? format.full(at) : format.time(at)}
    </time>
  );
}
