import { useMemo, useState } from 'preact/hooks';
import type { ImsMessageState, Series } from '../api/types.js';
import { useWords } from '../words/words.js';
import { Chart } from './chart.js';
import { useFormat } from './format.js';
import type { PlotSeries } from './plot.js';
import { STATE_TONE, STATES, StateMark } from './state-mark.js';
import { Time } from './time.js';

const FORMS: Partial<Record<ImsMessageState, PlotSeries['form']>> = {
  UNCONFIRMED: 'hatched',
  UNKNOWN: 'outlined',
  SUBMITTING: 'hatched',
  EXPIRED: 'outlined',
  CANCELLED: 'outlined',
};

/** Messages by state, slot by slot, as stacked bars; the legend tells the slot under the pointer, else the sum. */
export function StatesChart({ series }: { series: Series }) {
  const words = useWords();
  const format = useFormat();
  const [hovered, setHovered] = useState<number | null>(null);
  const { points, slotMs } = series;
  const present = useMemo(() => STATES.filter((state) => points.some((point) => point.states[state])), [series]);
  const plotted = useMemo(() => {
    const sums = points.map(() => 0);
    const stacked = present.map((state): PlotSeries => {
      points.forEach((point, index) => (sums[index] = sums[index]! + (point.states[state] ?? 0)));
      // Nothing where there is none: a frame without height would be a line.
      const values = points.map((point, index) => (point.states[state] ? sums[index]! : null));
      return { values, colour: `--state-${STATE_TONE[state]}`, form: FORMS[state] ?? 'solid' };
    });
    return stacked.reverse();
  }, [series]);
  const point = hovered === null ? undefined : points[hovered];
  const countOf = (state: ImsMessageState): number =>
    point ? (point.states[state] ?? 0) : points.reduce((sum, one) => sum + (one.states[state] ?? 0), 0);

  return (
    <figure>
      <figcaption class="legend">
        {present.map((state) => (
          <span key={state} class="legend-entry">
            <StateMark state={state} /> <b>{format.number(countOf(state))}</b>
          </span>
        ))}
        <span class="legend-when">{point ? <Time at={point.at} /> : words.chart.perSlot(format.duration(slotMs))}</span>
      </figcaption>
      <Chart
        label={words.chart.states}
        times={points.map(({ at }) => at)}
        slotMs={slotMs}
        series={plotted}
        valueLabel={(value) => (Number.isInteger(value) ? format.number(value) : '')}
        onHover={setHovered}
      />
      <details class="chart-table">
        <summary>{words.showTable}</summary>
        <div class="scroll" tabIndex={0} role="region" aria-label={words.chart.states}>
          <table>
            <caption class="hidden">{words.chart.states}</caption>
            <thead>
              <tr>
                <th scope="col">{words.chart.time}</th>
                {present.map((state) => (
                  <th key={state} scope="col" class="numeric">
                    {state}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {points.map(({ at, states }) => (
                <tr key={at}>
                  <th scope="row">
                    <Time at={at} />
                  </th>
                  {present.map((state) => (
                    <td key={state} class="numeric">
                      {format.number(states[state] ?? 0)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

/** How long half and 95 % of the deliveries took, slot by slot. */
export function LatencyChart({ series }: { series: Series }) {
  const words = useWords();
  const format = useFormat();
  const [hovered, setHovered] = useState<number | null>(null);
  const { points, slotMs } = series;
  const point = hovered === null ? undefined : points[hovered];
  const said = (ms: number | null | undefined): string => (ms === null || ms === undefined ? '–' : format.duration(ms));
  const lines = [
    { name: 'p50', word: words.chart.p50, colour: '--line-half', form: 'line', of: (at: number) => points[at]!.p50Ms },
    {
      name: 'p95',
      word: words.chart.p95,
      colour: '--line-most',
      form: 'dashed',
      of: (at: number) => points[at]!.p95Ms,
    },
  ] as const;

  return (
    <figure>
      <figcaption class="legend">
        {lines.map(({ name, word, of }) => (
          <span key={name} class="legend-entry">
            <span class={`stroke stroke-${name}`} aria-hidden="true" /> {word}
            {point && <b> {said(of(hovered!))}</b>}
          </span>
        ))}
        <span class="legend-when">{point ? <Time at={point.at} /> : words.chart.perSlot(format.duration(slotMs))}</span>
      </figcaption>
      <Chart
        label={words.chart.latency}
        times={points.map(({ at }) => at)}
        slotMs={slotMs}
        series={lines.map(({ colour, form, of }) => ({ colour, form, values: points.map((_, index) => of(index)) }))}
        valueLabel={(value) => format.duration(value)}
        onHover={setHovered}
      />
      <details class="chart-table">
        <summary>{words.showTable}</summary>
        <div class="scroll" tabIndex={0} role="region" aria-label={words.chart.latency}>
          <table>
            <caption class="hidden">{words.chart.latency}</caption>
            <thead>
              <tr>
                <th scope="col">{words.chart.time}</th>
                <th scope="col" class="numeric">
                  {words.chart.p50}
                </th>
                <th scope="col" class="numeric">
                  {words.chart.p95}
                </th>
              </tr>
            </thead>
            <tbody>
              {points.map(({ at, p50Ms, p95Ms }) => (
                <tr key={at}>
                  <th scope="row">
                    <Time at={at} />
                  </th>
                  <td class="numeric">{said(p50Ms)}</td>
                  <td class="numeric">{said(p95Ms)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}
