import { useState } from 'preact/hooks';
import { requery } from '../api/router.js';
import { settings } from '../api/settings.js';
import { useStore } from '../api/store.js';
import type { CountryFigures } from '../api/types.js';
import { useResource } from '../api/use-resource.js';
import { useFormat } from '../parts/format.js';
import { STATES, StateShape, StateWord } from '../parts/state-mark.js';
import { useAccount } from '../parts/use-rights.js';
import { useWords } from '../words/words.js';
import { FilterField } from './filter-field.js';
import { isEmpty, type MessageFilter } from './message-filter.js';

/** Every change goes into the address at once, so that a search can be sent to somebody. */
export function MessageFilters({ filter }: { filter: MessageFilter }) {
  const words = useWords();
  const account = useAccount();
  const format = useFormat();
  const { zone } = useStore(settings);
  const [wantsCountries, setWantsCountries] = useState(false);
  const countries = useResource<CountryFigures[]>(wantsCountries ? 'countries' : null, { account, range: '30d' });
  const toggle = (state: (typeof STATES)[number]) => {
    const next = STATES.filter((one) => (one === state) !== filter.states.includes(one));
    requery({ state: next.join(',') || null });
  };
  const text = (name: 'code' | 'mobile' | 'id', label: string, hint = '') => (
    <label class={`filter filter-${name}`}>
      <span>{label}</span>
      <FilterField shown={filter[name]} placeholder={hint} onTake={(typed) => requery({ [name]: typed || null })} />
    </label>
  );
  const time = (name: 'from' | 'to', label: string) => (
    <label class="filter">
      <span>{label + (format.zoneMark && ` (${format.zoneMark.trim()})`)}</span>
      <FilterField
        type="datetime-local"
        shown={fieldOf(filter[name], zone)}
        onTake={(typed) => requery({ [name]: isoOf(typed, zone) })}
      />
    </label>
  );
  return (
    <form class="filters" aria-label={words.messages.filters} onSubmit={(event) => event.preventDefault()}>
      <div class="chips" role="group" aria-label={words.messages.state}>
        {STATES.map((state) => (
          <button
            key={state}
            type="button"
            class="chip"
            aria-pressed={filter.states.includes(state)}
            title={words.state[state]}
            onClick={() => toggle(state)}
          >
            <StateShape state={state} /> <StateWord state={state} />
          </button>
        ))}
      </div>
      <details class="more-filters" open={window.innerWidth > 720 || !isEmpty({ ...filter, states: [] })}>
        <summary>{words.messages.filters}</summary>
        <div class="filter-row">
          {text('id', words.messages.id, words.messages.idHint)}
          {text('mobile', words.messages.mobile, '+61…')}
          {text('code', words.messages.code, 'TIMEOUT')}
          <label class="filter filter-country">
            <span>{words.messages.country}</span>
            <FilterField
              list="known-countries"
              maxLength={2}
              shown={filter.country}
              placeholder="AU"
              onFocus={() => setWantsCountries(true)}
              onTake={(typed) => requery({ country: typed.toUpperCase() || null })}
            />
            <datalist id="known-countries">
              {countries.data?.map(
                ({ country }) =>
                  country && <option key={country} value={country} label={format.country(country, '')} />,
              )}
            </datalist>
          </label>
          {time('from', words.messages.from)}
          {time('to', words.messages.to)}
          {!isEmpty(filter) && (
            <button
              type="button"
              class="quiet clear"
              onClick={() =>
                requery({ state: null, code: null, country: null, mobile: null, id: null, from: null, to: null })
              }
            >
              {words.messages.clear}
            </button>
          )}
        </div>
      </details>
    </form>
  );
}

/** The value of a field for a moment, in the chosen zone. */
function fieldOf(iso: string, zone: 'local' | 'utc'): string {
  const date = new Date(iso);
  if (iso === '' || Number.isNaN(date.getTime())) return '';
  const shiftMs = zone === 'utc' ? 0 : date.getTimezoneOffset() * 60_000;
  return new Date(date.getTime() - shiftMs).toISOString().slice(0, 16);
}

function isoOf(field: string, zone: 'local' | 'utc'): string | null {
  const date = new Date(zone === 'utc' ? `${field}Z` : field);
  return field === '' || Number.isNaN(date.getTime()) ? null : date.toISOString();
}
