import { Icon } from './icons.js';
import { useFormat } from './format.js';
import { useWords } from '../words/words.js';

interface AsOfProps {
  asOf: string | null;
  at: number | null;
  reload: () => void;
}

/** How old a figure is. `null`: it was counted as it was asked for, at `at`. */
export function AsOf({ asOf, at, reload }: AsOfProps) {
  const words = useWords();
  const format = useFormat();
  const time = asOf ?? at;
  if (time === null) return null;
  return (
    <span class="as-of">
      <span title={format.full(time)}>{words.asOf(format.clock(time) + format.zoneMark)}</span>
      <button type="button" class="quiet" aria-label={words.refresh} title={words.refresh} onClick={reload}>
        <Icon name="refresh" />
      </button>
    </span>
  );
}
