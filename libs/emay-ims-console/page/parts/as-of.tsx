import { useFormat } from './format.js';
import { useWords } from '../words/words.js';

/** How old a figure is. `null`: it was counted as it was asked for, at `at`. */
export function AsOf({ asOf, at }: { asOf: string | null; at: number | null }) {
  const words = useWords();
  const format = useFormat();
  const time = asOf ?? at;
  if (time === null) return null;
  return (
    <span class="as-of" title={format.full(time)}>
      {words.asOf(format.clock(time) + format.zoneMark)}
    </span>
  );
}
