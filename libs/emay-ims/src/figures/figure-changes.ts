import type { ImsDatabase, SqlRow, SqlSession } from '../database/ims-database.js';
import { countryOf } from '../protocol/index.js';
import { figureCode } from './figure-code.js';
import { FIGURE_ROW, type figureSql } from './figure-sql.js';
import { ALL, SPAN_MS, slotOf, type Span, type Unit } from './spans.js';
import { NOT_TAKEN } from './took.js';

const ROWS_PER_STATEMENT = 500;
const BETWEEN = '|';

/** What messages that are counted together have in common, as one text: country, state, code, bucket of the time to delivery. */
export function traitsOf({ beginning, country, state, code, took }: SqlRow): string {
  const known = country ?? countryOf(String(beginning)) ?? '';
  const listed = country === undefined ? figureCode(code === null ? null : String(code)) : code;
  return [known, state, listed, took].join(BETWEEN);
}

interface Figure {
  [column: string]: string | number;
  span: Span;
  slot: number;
  messages: number;
  purged: number;
}

/** What one transaction adds to figures and takes from them. */
export class FigureChanges {
  private readonly figures = new Map<string, Figure>();

  /** Adds to a unit and to all that it is part of. */
  add(unit: Unit, slot: number, traits: string, messages: number, purged = 0): void {
    const [country, state, code, took] = traits.split(BETWEEN) as [string, string, string, string];
    const each = { country, state, code, took: Number(took) };
    if (unit === 'minute') this.addTo({ ...each, span: 'minute', slot }, messages, purged);
    this.addTo({ ...each, span: 'hour', slot: slotOf('hour', slot) }, messages, purged);
    this.addTo({ ...each, span: 'day', slot: slotOf('day', slot) }, messages, purged);
    // Of everything there is, only the states are asked for: ten rows.
    this.addTo({ country: '', state, code: '', took: NOT_TAKEN, span: 'all', slot: ALL }, messages, purged);
  }

  async apply(database: ImsDatabase, account: string, sql: ReturnType<typeof figureSql>, session: SqlSession) {
    const changed = [...this.figures.values()].filter(({ messages, purged }) => messages !== 0 || purged !== 0);
    for (let start = 0; start < changed.length; start += ROWS_PER_STATEMENT) {
      const rows = changed.slice(start, start + ROWS_PER_STATEMENT);
      await session.run(sql.addFigures, [account, ...database.dialect.encodeRows(FIGURE_ROW, rows)]);
    }
    for (const span of ['minute', 'hour', 'day'] as const) {
      const slots = changed.filter((figure) => figure.span === span && figure.messages < 0).map(({ slot }) => slot);
      if (slots.length === 0) continue;
      const [first, last] = slots.reduce(([least, most], slot) => [Math.min(least, slot), Math.max(most, slot)], [
        Infinity,
        0,
      ] as [number, number]);
      await session.run(sql.deleteEmpty, [account, span, first, last + SPAN_MS[span]]);
    }
  }

  private addTo(figure: Omit<Figure, 'messages' | 'purged'>, messages: number, purged: number): void {
    const key = Object.values(figure).join(BETWEEN);
    const known = this.figures.get(key);
    if (known) {
      known.messages += messages;
      known.purged += purged;
    } else {
      this.figures.set(key, { ...figure, messages, purged } as Figure);
    }
  }
}
