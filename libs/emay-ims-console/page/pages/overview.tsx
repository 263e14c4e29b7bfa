import { useEffect } from 'preact/hooks';
import { onLive } from '../api/live.js';
import type { Overview } from '../api/types.js';
import { useResource } from '../api/use-resource.js';
import { AsOf } from '../parts/as-of.js';
import { RangeChoice, useRange } from '../parts/range-choice.js';
import { LatencyChart, StatesChart } from '../parts/series-charts.js';
import { Empty, Loaded } from '../parts/status-parts.js';
import { useAccount, useRights } from '../parts/use-rights.js';
import { useWords } from '../words/words.js';
import { AdviceList } from './advice-list.js';
import { FailureCodes, StateTable } from './overview-lists.js';
import { Health } from './overview-health.js';
import { Tiles } from './overview-tiles.js';
import { TestMessage } from './test-message.js';

/** The stream keeps totals and pulse current; series, shares and advice are asked for again this often. */
const REFRESH_MS = 20_000;

export function OverviewPage() {
  const words = useWords();
  const account = useAccount();
  const may = useRights();
  const range = useRange();
  const overview = useResource<Overview>('overview', { account, range }, { everyMs: REFRESH_MS });
  const { put, reload } = overview;
  useEffect(() => onLive('pulse', (pulse) => put((old) => ({ ...old, status: { ...old.status, ...pulse } }))), [put]);
  useEffect(
    () =>
      onLive('totals', ({ counts, asOf }) =>
        put((old) => ({ ...old, totals: counts, queued: counts.QUEUED, inFlight: counts.SUBMITTING, asOf })),
      ),
    [put],
  );
  return (
    <>
      <header class="page-head">
        <h1>{words.nav.overview}</h1>
        {overview.data && <AsOf asOf={overview.data.asOf} at={overview.at} reload={overview.reload} />}
        <span class="spacer" />
        <RangeChoice />
      </header>
      <Loaded resource={overview} lines={12}>
        {(data) => {
          const isQuiet = Object.values(data.inRange).every((count) => count === 0);
          return (
            <div class="overview">
              <AdviceList advice={data.advice} />
              <Tiles overview={data} />
              {may('send-test') && <TestMessage account={account} onSent={reload} />}
              {isQuiet ? (
                <Empty title={words.overview.empty(words.lastRange[range])} hint={words.overview.emptyHint} />
              ) : (
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
              )}
              <div class="columns thirds">
                <section class="card">
                  <h2>{words.overview.states}</h2>
                  <StateTable totals={data.totals} inRange={data.inRange} range={range} />
                </section>
                <section class="card">
                  <h2>{words.overview.codes}</h2>
                  <FailureCodes codes={data.codes} />
                </section>
                <Health overview={data} account={account} onPulled={reload} />
              </div>
            </div>
          );
        }}
      </Loaded>
    </>
  );
}
