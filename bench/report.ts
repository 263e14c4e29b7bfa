import type { Comparison, Outcome } from './goals/goal.js';
import type { Spread } from './support/spread.js';

const HEAD = ['goal', 'ours', 'against', 'ours : theirs', 'goal', 'met'];

/** The outcomes as a table for people: a line for each comparison. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = outcomes.flatMap(({ key, unit, ours, comparisons }) => {
    if (comparisons.length === 0) return [[key, `${written(ours)} ${unit}`, '', '', '', '']];
    return comparisons.map(({ baseline, theirs, goal, met, ...comparison }, index) => [
      index === 0 ? key : '',
      index === 0 ? `${written(ours)} ${unit}` : '',
      theirs === null ? '' : `${baseline} ${written(theirs)}`,
      figure(comparison, unit),
      goal,
      met ? 'yes' : 'NO',
    ]);
  });
  const widths = HEAD.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width));
  return [HEAD, rule, ...rows].map(line).join('\n');
}

/** The same for programs, by key. */
export function asJson(outcomes: readonly Outcome[]): Record<string, unknown> {
  return Object.fromEntries(
    outcomes.map(({ key, what, unit, ours, comparisons }) => {
      const valuesOf = (kind: Comparison['kind']) =>
        Object.fromEntries(
          comparisons.filter((one) => one.kind === kind).map(({ baseline, value }) => [baseline, value]),
        );
      const baselines = comparisons.flatMap(({ baseline, theirs }) => (theirs === null ? [] : [[baseline, theirs]]));
      return [
        key,
        {
          what,
          unit,
          ours: ours.median,
          spread: { ours, ...Object.fromEntries(baselines) },
          baselines: Object.fromEntries(baselines.map(([name, spread]) => [name, (spread as Spread).median])),
          ratios: valuesOf('ratio'),
          differences: valuesOf('difference'),
          goal: comparisons.map(({ baseline, goal }) => (baseline === null ? goal : `${goal} ${baseline}`)).join(', '),
          met: comparisons.every(({ met }) => met),
        },
      ];
    }),
  );
}

function written({ median, min, max }: Spread): string {
  return min === max ? short(median) : `${short(median)} (${short(min)}–${short(max)})`;
}

function figure({ kind, value }: Pick<Comparison, 'kind' | 'value'>, unit: string): string {
  switch (kind) {
    case 'ratio':
      return `${short(value)} ×`;
    case 'difference':
      return `${value < 0 ? '−' : '+'}${short(Math.abs(value))} ${unit}`;
    case 'plain':
      return `${short(value)} ${unit}`;
  }
}

/** Three digits are more than the noise leaves. */
function short(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 3 });
}
