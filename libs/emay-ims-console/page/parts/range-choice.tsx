import { place, requery } from '../api/router.js';
import { useStore } from '../api/store.js';
import type { Range } from '../api/types.js';
import { useWords } from '../words/words.js';

const RANGES = ['1h', '24h', '7d', '30d'] as const satisfies readonly Range[];

export function useRange(): Range {
  const asked = useStore(place).query.get('range');
  return RANGES.find((range) => range === asked) ?? '24h';
}

export function RangeChoice() {
  const words = useWords();
  const range = useRange();
  return (
    <div class="segments" role="group" aria-label={words.range.label}>
      {RANGES.map((name) => (
        <button key={name} type="button" aria-pressed={name === range} onClick={() => requery({ range: name })}>
          {words.range[name]}
        </button>
      ))}
    </div>
  );
}
