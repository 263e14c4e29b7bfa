import type { ImsDatabase } from '../database/ims-database.js';
import { traitsOf } from './figure-changes.js';
import { figureSql } from './figure-sql.js';
import type { Counted } from './figure-store.js';
import type { UnitRange } from './spans.js';
import type { Unfinished } from './next-count.js';

/** A part of a range that was counted in one statement. */
export interface CountedPart {
  /** The time before it was read. */
  now: number;
  /** Everything in the range before this time has been counted. */
  to: number;
  units: Map<number, Counted>;
}

/** Counts messages of one account, a bounded number of them in each statement. */
export class MessageCounts {
  private readonly sql: ReturnType<typeof figureSql>;

  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
    /** Messages in one statement, unless more were created in the same millisecond. */
    readonly messagesAtATime: number,
  ) {
    this.sql = figureSql(database.dialect);
  }

  /** The first part of a range. */
  async countPart({ unit, from, to }: UnitRange): Promise<CountedPart> {
    const { account, database, sql } = this;
    const [found] = await database.rows(sql.findPart, [account, from, to, this.messagesAtATime]);
    const endsAt = found?.ends_at === null ? to : Math.max(Number(found?.ends_at), from + 1);
    const units = new Map<number, Counted>();
    for (const row of await database.rows(sql.count(unit), [account, from, endsAt], { isLong: true })) {
      const messages = Number(row.messages);
      const unfinished =
        row.latest === null
          ? null
          : { latest: Number(row.latest), readyAt: row.ready_at === null ? null : Number(row.ready_at) };
      addTo(units, Number(row.slot), traitsOf(row), messages, unfinished);
    }
    return { now: Number(found?.now), to: endsAt, units };
  }

  /** The time of a message so many before the end of a range that one statement counts them; `null`: there are fewer. */
  async findEarlier(to: number): Promise<number | null> {
    const [row] = await this.database.rows(this.sql.findEarlier, [this.account, to, this.messagesAtATime]);
    return row ? Number(row.begins_at) : null;
  }
}

/** Adds what another part has brought. */
export function addUnits(units: Map<number, Counted>, part: ReadonlyMap<number, Counted>): void {
  for (const [slot, { counts, unfinished }] of part) {
    for (const [traits, messages] of counts) addTo(units, slot, traits, messages, unfinished);
  }
}

function addTo(
  units: Map<number, Counted>,
  slot: number,
  traits: string,
  messages: number,
  unfinished: Unfinished | null,
): void {
  const unit = units.get(slot) ?? { counts: new Map<string, number>(), unfinished: null };
  unit.counts.set(traits, (unit.counts.get(traits) ?? 0) + messages);
  unit.unfinished = soonest(unit.unfinished, unfinished);
  units.set(slot, unit);
}

function soonest(one: Unfinished | null, other: Unfinished | null): Unfinished | null {
  if (!one || !other) return one ?? other;
  const readyAt = Math.min(one.readyAt ?? Infinity, other.readyAt ?? Infinity);
  return { latest: Math.max(one.latest, other.latest), readyAt: Number.isFinite(readyAt) ? readyAt : null };
}
