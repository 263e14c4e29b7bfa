import type { Pages } from '../api/use-pages.js';
import { useWords } from '../words/words.js';
import { useFormat } from './format.js';

/** How far a search got, and going on from there. */
export function SearchFoot<Item>({ pages }: { pages: Pages<Item> }) {
  const words = useWords();
  const format = useFormat();
  const { data, isGoingOn, goOn } = pages;
  if (data === null) return null;
  return (
    <div class="search-foot">
      {data.searchedTo !== null && (
        <span class="muted">{words.messages.searchedTo(format.time(data.searchedTo) + format.zoneMark)}</span>
      )}
      {data.next !== null && (
        <button type="button" disabled={isGoingOn} onClick={goOn}>
          {data.searchedTo === null ? words.more : words.messages.goOn}
        </button>
      )}
    </div>
  );
}
