import { useEffect, useRef, useState } from 'preact/hooks';
import { settings } from '../api/settings.js';
import { useStore } from '../api/store.js';
import { useFormat } from './format.js';
import type { PlotSeries } from './plot.js';

interface ChartProps {
  /** What a reader without eyes is told; the numbers are in the table below. */
  label: string;
  times: readonly number[];
  slotMs: number;
  series: readonly PlotSeries[];
  valueLabel: (value: number) => string;
  onHover: (index: number | null) => void;
}

const DAY_MS = 86_400_000;
const dark = window.matchMedia('(prefers-color-scheme: dark)');

/** Draws on a canvas; uPlot is fetched when the first chart shows. */
export function Chart({ label, times, slotMs, series, valueLabel, onHover }: ChartProps) {
  const parent = useRef<HTMLDivElement>(null);
  const format = useFormat();
  const { zone, theme } = useStore(settings);
  const [isDark, setDark] = useState(dark.matches);
  useEffect(() => {
    const follow = () => setDark(dark.matches);
    dark.addEventListener('change', follow);
    return () => dark.removeEventListener('change', follow);
  }, []);
  const content = JSON.stringify([times, series]);

  useEffect(() => {
    let remove = (): void => {};
    let isGone = false;
    const show = async () => {
      const { draw } = await import('./plot.js');
      if (isGone || !parent.current) return;
      remove = draw(parent.current, times, slotMs, series, {
        isUtc: zone === 'utc',
        timeLabel: (at, stepMs) => (stepMs >= DAY_MS || isMidnight(at, zone) ? format.day(at) : format.minute(at)),
        valueLabel,
        onHover,
      });
    };
    void show();
    return () => {
      isGone = true;
      remove();
    };
    // `content` stands for times and series: a new array with the same numbers draws nothing anew.
  }, [content, slotMs, format, zone, theme, isDark]);

  return <div ref={parent} class="chart" role="img" aria-label={label} />;
}

function isMidnight(at: number, zone: 'local' | 'utc'): boolean {
  const date = new Date(at);
  return zone === 'utc' ? at % DAY_MS === 0 : date.getHours() === 0 && date.getMinutes() === 0;
}
