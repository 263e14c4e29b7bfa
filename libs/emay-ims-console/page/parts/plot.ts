import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/** What a chart needs of its surroundings; colours come from the style sheet, as a canvas knows no classes. */
export interface PlotLook {
  readonly isUtc: boolean;
  readonly timeLabel: (at: number, stepMs: number) => string;
  readonly valueLabel: (value: number) => string;
  readonly onHover: (index: number | null) => void;
}

export interface PlotSeries {
  readonly values: readonly (number | null)[];
  /** Name of a CSS variable. */
  readonly colour: string;
  readonly form: 'solid' | 'hatched' | 'outlined' | 'line' | 'dashed';
}

const HEIGHT = 190;
/** Distances between lines of a scale of durations that read well, in ms. */
const DURATION_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400].map(
  (seconds) => seconds * 1_000,
);

/**
 * Draws into an element; returns how to take it away. Bars are stacked by drawing the sums, the highest first. uPlot's own legend stays off: it
 * is ours, in words and shapes.
 */
export function draw(
  parent: HTMLElement,
  times: readonly number[],
  slotMs: number,
  series: readonly PlotSeries[],
  look: PlotLook,
): () => void {
  const colour = (name: string): string => colourOf(parent, name);
  const areBars = series.some(({ form }) => form !== 'line' && form !== 'dashed');
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  const plot = new uPlot(
    {
      width: Math.max(parent.clientWidth, 200),
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { show: false } },
      padding: [8, 8, 0, 0],
      ...(look.isUtc ? { tzDate: (at: number) => uPlot.tzDate(new Date(at * 1_000), 'Etc/UTC') } : {}),
      scales: {
        x: {
          time: true,
          range: (_, from, to) => (areBars ? [from - slotMs / 2_000, to + slotMs / 2_000] : [from, to]),
        },
        y: { range: (_, __, to) => [0, Math.max((to ?? 0) * 1.08, 1)] },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 26, space: 70, values: (_, at) => timeLabels(at, look) },
        {
          ...axis,
          size: 62,
          space: 32,
          ...(areBars ? {} : { incrs: DURATION_STEPS }),
          values: (_, values) => values.map((value) => look.valueLabel(value)),
        },
      ],
      hooks: { setCursor: [({ cursor }) => look.onHover(cursor.idx ?? null)] },
      series: [{}, ...series.map((one) => seriesOf(one, colour))],
    },
    [times.map((at) => at / 1_000), ...series.map(({ values }) => [...values])],
    parent,
  );
  const resizing = new ResizeObserver(() => plot.setSize({ width: Math.max(parent.clientWidth, 200), height: HEIGHT }));
  resizing.observe(parent);
  return () => {
    resizing.disconnect();
    plot.destroy();
  };
}

/** What a variable is in this place: which half of `light-dark()` counts, only a property with a colour tells. */
function colourOf(element: HTMLElement, name: string): string {
  element.style.color = `var(${name})`;
  const { color } = getComputedStyle(element);
  element.style.color = '';
  return color;
}

function timeLabels(seconds: readonly number[], look: PlotLook): string[] {
  const stepMs = seconds.length < 2 ? 0 : (seconds[1]! - seconds[0]!) * 1_000;
  return seconds.map((second) => look.timeLabel(second * 1_000, stepMs));
}

function seriesOf({ colour: name, form }: PlotSeries, colour: (name: string) => string): uPlot.Series {
  const stroke = colour(name);
  if (form === 'line' || form === 'dashed')
    return {
      stroke,
      width: 2,
      spanGaps: false,
      points: { show: true, size: 6, fill: stroke, filter: (plot, index) => lonelyOf(plot.data[index]!) },
      ...(form === 'dashed' ? { dash: [6, 4] } : {}),
    };
  const surface = colour('--surface');
  const fill = form === 'solid' ? stroke : form === 'outlined' ? surface : hatch(stroke, surface);
  return {
    stroke: form === 'solid' ? surface : stroke,
    width: form === 'solid' ? 0 : 1,
    fill: () => fill,
    paths: uPlot.paths.bars!({ size: [0.82, 60], gap: 1 }),
    points: { show: false },
  };
}

/** Where no line leads to: there the value is a point. */
function lonelyOf(values: ArrayLike<number | null | undefined>): number[] {
  const isThere = (index: number): boolean => values[index] !== null && values[index] !== undefined;
  return Array.from(values, (_, index) => index).filter(
    (index) => isThere(index) && !isThere(index - 1) && !isThere(index + 1),
  );
}

function hatch(stroke: string, surface: string): CanvasPattern | string {
  const size = 6 * (window.devicePixelRatio || 1);
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const context = canvas.getContext('2d');
  if (!context) return stroke;
  context.fillStyle = surface;
  context.fillRect(0, 0, size, size);
  context.strokeStyle = stroke;
  context.lineWidth = size / 2.4;
  context.beginPath();
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift, size);
    context.lineTo(shift + size, 0);
  }
  context.stroke();
  return context.createPattern(canvas, 'repeat') ?? stroke;
}
