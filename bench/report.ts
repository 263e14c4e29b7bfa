import type { Comparison, Outcome } from './goals/goal.js';
import type { Cpu, Spread } from './support/spread.js';

const HEAD = ['goal', 'ours', 'against', 'ours : theirs', 'goal', 'met'];
const MET: Readonly<Record<Comparison['met'], string>> = { yes: 'yes', open: 'open', no: 'NO' };

/** The outcomes as a table for people: a line for each comparison. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = outcomes.flatMap(({ key, unit, ours, comparisons }) => {
    if (comparisons.length === 0) return [[key, `${written(ours)} ${unit}`, '', '', '', '']];
    return comparisons.map(({ baseline, theirs, goal, met, ...comparison }, index) => [
      index === 0 ? key : '',
      index === 0 ? `${written(ours)} ${unit}${cpuTime(ours.cpu)}` : '',
      theirs === null ? '' : `${baseline} ${written(theirs)}${cpuTime(theirs.cpu)}`,
      figure(comparison, unit),
      goal,
      MET[met],
    ]);
  });
  return columns([HEAD, ...rows]);
}

/** Lines of cells, the first one as head, in columns. */
export function columns([head = [], ...rows]: readonly string[][]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width));
  return [head, rule, ...rows].map(line).join('\n');
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
          met: comparisons.every(({ met }) => met === 'yes'),
          open: comparisons.some(({ met }) => met === 'open'),
        },
      ];
    }),
  );
}

export function written({ median, min, max }: Omit<Spread, 'values'>, short = shortened): string {
  return min === max ? short(median) : `${short(median)} (${short(min)}–${short(max)})`;
}

function cpuTime(cpu: Cpu | undefined): string {
  if (!cpu) return '';
  return ` · CPU ${shortened(cpu.process.median)}${cpu.server ? ` + ${shortened(cpu.server.median)}` : ''} µs`;
}

function figure({ kind, value, range }: Pick<Comparison, 'kind' | 'value' | 'range'>, unit: string): string {
  const all = { median: value, ...range };
  switch (kind) {
    case 'ratio':
      return `${written(all)} ×`;
    case 'difference':
      return `${written(all, (one) => `${one < 0 ? '−' : '+'}${shortened(Math.abs(one))}`)} ${unit}`;
    case 'plain':
      return `${written(all)} ${unit}`;
  }
}

/** Three digits are more than the noise leaves. */
function shortened(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 3 });
}
