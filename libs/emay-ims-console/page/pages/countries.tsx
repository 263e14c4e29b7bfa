import { place, requery } from '../api/router.js';
import { useStore } from '../api/store.js';
import type { CountryFigures } from '../api/types.js';
import { useResource } from '../api/use-resource.js';
import { AsOf } from '../parts/as-of.js';
import { useFormat } from '../parts/format.js';
import { Link } from '../parts/link.js';
import { RangeChoice, useRange } from '../parts/range-choice.js';
import { Empty, Loaded } from '../parts/status-parts.js';
import { Code } from '../parts/text.js';
import { useAccount } from '../parts/use-rights.js';
import { useWords } from '../words/words.js';
import { StateBar } from '../parts/state-bar.js';

const REFRESH_MS = 60_000;

/** Path segment of the numbers whose prefix belongs to no country. */
export const NO_COUNTRY = '-';

const COLUMNS = {
  country: null,
  messages: ({ messages }: CountryFigures) => -messages,
  // Worst first: that is what somebody sorts for.
  share: ({ deliveredShare }: CountryFigures) => deliveredShare ?? 2,
  p50: ({ latency }: CountryFigures) => -(latency.p50Ms ?? -1),
  p95: ({ latency }: CountryFigures) => -(latency.p95Ms ?? -1),
  perHour: ({ perHour }: CountryFigures) => -perHour,
} as const;
type Column = keyof typeof COLUMNS;

export function CountriesPage() {
  const words = useWords();
  const format = useFormat();
  const account = useAccount();
  const range = useRange();
  const { query } = useStore(place);
  const countries = useResource<CountryFigures[]>('countries', { account, range }, { everyMs: REFRESH_MS });
  const asked = query.get('sort');
  const sort: Column = asked !== null && asked in COLUMNS ? (asked as Column) : 'messages';
  const nameOf = ({ country }: CountryFigures): string => format.country(country, words.unknownCountry);
  const said = words.countries;
  const head = (column: Column, label: string) => (
    <th
      scope="col"
      class={column === 'country' ? '' : 'numeric'}
      aria-sort={
        sort === column ? (column === 'country' || column === 'share' ? 'ascending' : 'descending') : undefined
      }
    >
      <button
        type="button"
        class="sort"
        title={said.sort(label)}
        onClick={() => requery({ sort: column === 'messages' ? null : column }, { replaces: true })}
      >
        {label}
        {sort === column && <span aria-hidden="true"> {column === 'country' || column === 'share' ? '↑' : '↓'}</span>}
      </button>
    </th>
  );
  return (
    <>
      <header class="page-head">
        <h1>{words.nav.countries}</h1>
        <AsOf asOf={countries.data?.[0]?.asOf ?? null} at={countries.at} reload={countries.reload} />
        <span class="spacer" />
        <RangeChoice />
      </header>
      <Loaded resource={countries}>
        {(list) => {
          if (list.length === 0) return <Empty title={said.empty(words.lastRange[range])} />;
          const rank = COLUMNS[sort];
          const sorted = [...list].sort((one, other) =>
            rank === null ? nameOf(one).localeCompare(nameOf(other)) : rank(one) - rank(other),
          );
          const most = Math.max(...list.map(({ messages }) => messages), 1);
          return (
            <div class="scroll card flush">
              <table class="countries cards">
                <caption class="hidden">{words.nav.countries}</caption>
                <thead>
                  <tr>
                    {head('country', said.country)}
                    {head('messages', said.messages)}
                    <th scope="col" class="volume">
                      <span class="hidden">{said.volume}</span>
                    </th>
                    {head('share', said.share)}
                    {head('p50', said.p50)}
                    {head('p95', said.p95)}
                    {head('perHour', said.perHour)}
                    <th scope="col">{said.codes}</th>
                  </tr>
                </thead>
                <tbody>
                  {sorted.map((one) => (
                    <tr key={one.country ?? ''}>
                      <th scope="row" class="cell-country">
                        <Link to={['countries', one.country ?? NO_COUNTRY]} query={{ range }}>
                          {nameOf(one)}
                        </Link>
                        {one.country && <span class="country">{one.country}</span>}
                      </th>
                      <td class="numeric cell-volume-number">{format.number(one.messages)}</td>
                      <td class="volume">
                        <StateBar states={one.states} share={one.messages / most} />
                      </td>
                      <td class="numeric" data-label={said.share}>
                        {format.percent(one.deliveredShare)}
                      </td>
                      <td class="numeric" data-label={said.p50}>
                        {one.latency.p50Ms === null ? '–' : format.duration(one.latency.p50Ms)}
                      </td>
                      <td class="numeric" data-label={said.p95}>
                        {one.latency.p95Ms === null ? '–' : format.duration(one.latency.p95Ms)}
                      </td>
                      <td class="numeric" data-label={said.perHour}>
                        {format.number(Math.round(one.perHour * 10) / 10)}
                      </td>
                      <td class="cell-codes">
                        {one.codes.slice(0, 2).map(({ code, messages }) => (
                          <span key={code}>
                            <Code>{code}</Code> {format.number(messages)}{' '}
                          </span>
                        ))}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          );
        }}
      </Loaded>
    </>
  );
}
