import type { SqlRow } from '../database/ims-database.js';
import type { DueUnit, FigureRun, Mark } from './figure-store.js';
import { NO_END, SPAN_MS, slotOf, type Unit, type UnitRange } from './spans.js';

/** Marks by the unit that they are in; of what has not been counted yet as well: it is counted then. */
export function byUnit(marks: readonly Mark[], { minutesFrom }: FigureRun): Map<string, Mark[]> {
  const units = new Map<string, Mark[]>();
  for (const mark of marks) {
    const unit: Unit = mark.slot < minutesFrom ? 'hour' : 'minute';
    const key = `${unit} ${slotOf(unit, mark.slot)}`;
    units.set(key, [...(units.get(key) ?? []), mark]);
  }
  return units;
}

/** Units that are due, each with the empty ones behind it: a transaction of a host may have committed late. Those in a row are one range. */
export function toRanges(due: readonly DueUnit[], run: FigureRun): UnitRange[] {
  const ranges: UnitRange[] = [];
  for (const { unit, slot, next } of due.toSorted((one, other) => one.slot - other.slot)) {
    const to = next ?? endOfLast(unit, slot, run);
    const last = ranges.at(-1);
    if (last?.unit === unit && last.to === slot) last.to = to;
    else ranges.push({ unit, from: slot, to });
  }
  return ranges;
}

/** Of the last unit that is known. */
export function endOfLast(unit: Unit, slot: number, { minutesFrom }: FigureRun): number {
  return unit === 'hour' ? Math.max(minutesFrom, slot + SPAN_MS.hour) : NO_END;
}

export function toMark(row: SqlRow): Mark {
  return { slot: Number(row.slot), id: String(row.id) };
}
