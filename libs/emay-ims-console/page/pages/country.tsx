import type { CountryDetail } from '../api/types.js';
import { useResource } from '../api/use-resource.js';
import { AsOf } from '../parts/as-of.js';
import { useFormat } from '../parts/format.js';
import { Icon } from '../parts/icons.js';
import { Link } from '../parts/link.js';
import { RangeChoice, useRange } from '../parts/range-choice.js';
import { LatencyChart, StatesChart } from '../parts/series-charts.js';
import { Empty, Loaded } from '../parts/status-parts.js';
import { Tile } from '../parts/tile.js';
import { Code } from '../parts/text.js';
import { useAccount } from '../parts/use-rights.js';
import type { PageProps } from '../shell/routes.js';
import { useWords } from '../words/words.js';
import { NO_COUNTRY } from './countries.js';
import { FailureCodes } from './overview-lists.js';

const REFRESH_MS = 60_000;

export function CountryPage({ segments }: PageProps) {
  const words = useWords();
  const format = useFormat();
  const account = useAccount();
  const range = useRange();
  const iso = segments[1]!;
  const country = iso === NO_COUNTRY ? null : iso;
  const detail = useResource<CountryDetail>(
    `countries/${encodeURIComponent(iso)}`,
    { account, range },
    { everyMs: REFRESH_MS },
  );
  const said = words.countries;
  return (
    <>
      <header class="page-head">
        <Link to={['countries']} query={{ range }} class="back" title={said.all}>
          <Icon name="back" />
          <span class="hidden">{said.all}</span>
        </Link>
        <h1>{format.country(country, words.unknownCountry)}</h1>
        {detail.data && <AsOf asOf={detail.data.asOf} at={detail.at} reload={detail.reload} />}
        <span class="spacer" />
        <RangeChoice />
      </header>
      <Loaded resource={detail} lines={10}>
        {(data) =>
          data.messages === 0 ? (
            <Empty title={said.empty(words.lastRange[range])} />
          ) : (
            <div class="overview">
              <div class="tiles">
                <Tile
                  label={said.messages}
                  value={format.number(data.messages)}
                  {...(country !== null && { hint: said.list, to: ['messages'], query: { country } })}
                />
                <Tile label={said.share} value={format.percent(data.deliveredShare)} />
                <Tile
                  label={said.p50}
                  value={data.latency.p50Ms === null ? '–' : format.duration(data.latency.p50Ms)}
                />
                <Tile
                  label={said.p95}
                  value={data.latency.p95Ms === null ? '–' : format.duration(data.latency.p95Ms)}
                />
                <Tile label={said.perHour} value={format.number(Math.round(data.perHour * 10) / 10)} />
              </div>
              <div class="columns">
                <section class="card wide">
                  <h2>{words.overview.overTime}</h2>
                  <StatesChart series={data.series} />
                </section>
                <section class="card">
                  <h2>{words.overview.latency}</h2>
                  <LatencyChart series={data.series} />
                </section>
              </div>
              <div class="columns">
                <section class="card wide">
                  <h2>{said.prefixes}</h2>
                  <p class="muted">{said.sampled(format.number(data.sampled))}</p>
                  <Prefixes prefixes={data.prefixes} />
                </section>
                <section class="card">
                  <h2>{said.codes}</h2>
                  <FailureCodes codes={data.codes} />
                </section>
              </div>
            </div>
          )
        }
      </Loaded>
    </>
  );
}

function Prefixes({ prefixes }: { prefixes: CountryDetail['prefixes'] }) {
  const words = useWords();
  const format = useFormat();
  return (
    <table class="plain">
      <caption class="hidden">{words.countries.prefixes}</caption>
      <thead>
        <tr>
          <th scope="col">{words.countries.prefix}</th>
          <th scope="col" class="numeric">
            {words.countries.messages}
          </th>
          <th scope="col" class="numeric">
            {words.countries.share}
          </th>
        </tr>
      </thead>
      <tbody>
        {prefixes.map(({ prefix, messages, deliveredShare }) => (
          <tr key={prefix}>
            <th scope="row">
              <Code>{prefix}</Code>
            </th>
            <td class="numeric">{format.number(messages)}</td>
            <td class="numeric">{format.percent(deliveredShare)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
