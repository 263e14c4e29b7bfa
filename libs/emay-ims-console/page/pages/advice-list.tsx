import type { Advice } from '../api/types.js';
import { useFormat } from '../parts/format.js';
import { Text } from '../parts/text.js';
import { saying } from '../words/saying.js';
import { useWords } from '../words/words.js';

/** What is wrong now and what to do about it. */
export function AdviceList({ advice, isCalm }: { advice: readonly Advice[]; isCalm: boolean }) {
  const words = useWords();
  const format = useFormat();
  if (advice.length === 0 && !isCalm) return null;
  if (advice.length === 0)
    return (
      <p class="healthy">
        <span class="dot" aria-hidden="true" /> {words.overview.healthy}
      </p>
    );
  return (
    <ul class="advice">
      {advice.map(({ id, level, values }, index) => {
        const known = words.advice[id];
        const said = saying(values, format, words.unknownCountry);
        return (
          <li key={`${id} ${index}`} class={`notice notice-${level}`}>
            <p class="notice-title">
              <span class="hidden">{words.level[level]}: </span>
              <Text>{known?.title(said) ?? id}</Text>
            </p>
            <p>
              <Text>
                {known?.todo ??
                  Object.keys(values)
                    .map((name) => `${name}: ${said(name)}`)
                    .join(', ')}
              </Text>
            </p>
          </li>
        );
      })}
    </ul>
  );
}
