import type { ImsDatabase, SqlRow, SqlSession } from '../database/ims-database.js';
import { newToken } from '../messages/ids.js';
import { FigureChanges, traitsOf } from './figure-changes.js';
import { figureSql, UNIT_ROW } from './figure-sql.js';
import { nextCount, type Unfinished } from './next-count.js';
import { NO_END, SPAN_MS, slotOf, type Unit, type UnitRange } from './spans.js';

/** What a unit holds: messages by their traits. */
export interface Counted {
  counts: Map<string, number>;
  unfinished: Unfinished | null;
}

export interface Mark {
  slot: number;
  id: string;
}

/** A unit that is to be counted now. */
export interface DueUnit {
  unit: Unit;
  slot: number;
  /** Where the one behind it begins; `null`: it is the last. */
  next: number | null;
}

/** How far the counting of an account has come. */
export interface FigureRun {
  /** From here on, units are minutes; before, hours. The beginning of an hour. */
  minutesFrom: number;
  /** From here on, everything has been counted; 0: all of it. */
  countedFrom: number;
  /** When the newest messages were last counted. */
  asOf: number;
}

export interface PurgeStep {
  deleted: number;
  /** The creation of the last message that it found: what is older stays. */
  reached: number;
}

/** A count that is to be stored. */
export interface UnitCount {
  range: UnitRange;
  counted: ReadonlyMap<number, Counted>;
  /** Before the first message of it was read. */
  countedAt: number;
  marks: readonly Mark[];
  /** What else has come true with it. */
  reached?: Partial<Pick<FigureRun, 'countedFrom' | 'asOf'>>;
}

const ROWS_PER_STATEMENT = 500;

/**
 * The counts of one account's messages: `emay_ims_figure`.
 *
 * - A unit is stored as it was counted; hours, days and totals get the difference, in the same transaction. So each is the sum of its parts.
 * - Every such transaction begins with a lock on the account's row of `emay_ims_figure_run`, and stores nothing where another counter has
 *   taken over: its counts may be newer.
 */
export class FigureStore {
  readonly sql: ReturnType<typeof figureSql>;

  constructor(
    readonly database: ImsDatabase,
    readonly account: string,
  ) {
    this.sql = figureSql(database.dialect);
  }

  /** `null`: nothing has been counted yet. */
  async findRun(): Promise<(FigureRun & { now: number }) | null> {
    const [row] = await this.database.rows(this.sql.findRun, [this.account]);
    return row ? { ...toRun(row), asOf: Number(row.as_of), now: Number(row.now) } : null;
  }

  async findDueUnits(limit: number): Promise<DueUnit[]> {
    const due: DueUnit[] = [];
    for (const row of await this.database.rows(this.sql.findDueUnits, [this.account, limit])) {
      const [unit, slot] = [row.unit as Unit, Number(row.slot)];
      // Each by a statement of its own: behind a slot that is that of a row, MariaDB reads all units of the account.
      due.push({ unit, slot, next: await this.findUnit('findNextUnit', unit, slot) });
    }
    return due;
  }

  async findUnit(how: 'findNextUnit' | 'findLastUnit', unit: Unit, slot: number): Promise<number | null> {
    const [row] = await this.database.rows(this.sql[how], [this.account, unit, slot]);
    return row?.slot === null || row === undefined ? null : Number(row.slot);
  }

  /** Takes over the counting; counters before store nothing any more. */
  async take(counter: string, whereNone: Omit<FigureRun, 'asOf'>): Promise<void> {
    const { database, account } = this;
    if ((await database.run(this.sql.takeRun, [counter, account])) > 0) return;
    const { minutesFrom, countedFrom } = whereNone;
    const rows = database.dialect.encodeRows({ account: 'varchar64' }, [{ account }]);
    await database.run(this.sql.addRun, [counter, minutesFrom, countedFrom, ...rows]);
    await database.run(this.sql.takeRun, [counter, account]);
  }

  /** `false`: another counter has taken over. */
  store(counter: string, { range, counted, countedAt, marks, reached = {} }: UnitCount): Promise<boolean> {
    return this.asCounter(counter, async (session) => {
      const { database, account, sql } = this;
      const place = [account, range.unit, range.from, range.to];
      const changes = new FigureChanges();
      const seen = new Set<string>();
      for (const row of await session.rows(sql.findFigures, place)) {
        const slot = Number(row.slot);
        const traits = traitsOf(row);
        seen.add(`${slot} ${traits}`);
        changes.add(range.unit, slot, traits, (counted.get(slot)?.counts.get(traits) ?? 0) - Number(row.messages));
      }
      for (const [slot, { counts }] of counted) {
        for (const [traits, messages] of counts) {
          if (!seen.has(`${slot} ${traits}`)) changes.add(range.unit, slot, traits, messages);
        }
      }
      await changes.apply(database, account, sql, session);
      await this.storeUnits(range, counted, countedAt, session);
      await this.deleteMarks(marks, session);
      if (reached.countedFrom !== undefined) await session.run(sql.countedFrom, [reached.countedFrom, account]);
      if (reached.asOf !== undefined) await session.run(sql.asOf, [reached.asOf, account]);
    });
  }

  /** Forgets marks of what has not been counted yet. `false`: another counter has taken over. */
  forget(counter: string, marks: readonly Mark[]): Promise<boolean> {
    return this.asCounter(counter, (session) => this.deleteMarks(marks, session));
  }

  /** Counts the oldest hours of those that are counted by minutes as hours from now on. `false`: another counter has taken over. */
  mergeMinutes(counter: string, { minutesFrom }: FigureRun, until: number): Promise<boolean> {
    return this.asCounter(counter, async (session) => {
      const { account, sql } = this;
      const place = [account, 'minute', minutesFrom, until];
      const slots = (await session.rows(sql.findUnits, place)).map(({ slot }) => Number(slot));
      const hours = [...new Set([minutesFrom, ...slots.map((slot) => slotOf('hour', slot))])];
      await session.run(sql.deleteFigures, place);
      await session.run(sql.deleteUnits, place);
      // Due at once: when their minutes were to be counted is forgotten. What lies before the next minute belongs to its hour.
      const units = (unit: Unit, found: readonly number[]) =>
        this.addUnits(
          unit,
          found.map((slot) => ({ slot, next_at: 0 })),
          0,
          session,
        );
      await units('hour', hours);
      await units('minute', [until]);
      await session.run(sql.minutesFrom, [until, account]);
    });
  }

  /**
   * Deletes what is final and old, oldest first, and counts it as purged: history keeps it.
   *
   * @param from the creation to begin at
   * @param session of a transaction
   */
  async purge(ageMs: number, limit: number, from: number, session: SqlSession): Promise<PurgeStep> {
    const { account, sql } = this;
    const gone = await session.rows(sql.lockFinal, [account, from, ageMs, ageMs, limit]);
    if (gone.length === 0) return { deleted: 0, reached: from };
    const ids = gone.map((row) => String(row.custom_ims_id));
    // Few texts of the statement: ids are repeated.
    const count = 2 ** Math.ceil(Math.log2(ids.length));
    const repeated = Array.from({ length: count }, (_, index) => ids[Math.min(index, ids.length - 1)] as string);
    const deletion = sql.deleteMessages(account, repeated);
    const deleted = await session.run(deletion.sql, deletion.parameters);
    await this.countAsPurged(gone, session);
    return { deleted, reached: Number(gone.at(-1)?.created_at) };
  }

  /** Forgets all but what was purged: everything is counted anew. */
  async reset(): Promise<void> {
    const { account, sql } = this;
    await this.database.transaction(
      async (session) => {
        const [run] = await session.rows(sql.lockRun, [account]);
        if (!run) return;
        await session.run(sql.takeRun, [newToken(), account]);
        await session.run(sql.deleteUnpurged, [account]);
        await session.run(sql.zero, [account]);
        await session.run(sql.deleteAllUnits, [account]);
        await session.run(sql.countedFrom, [NO_END, account]);
      },
      { isLong: true },
    );
  }

  private async countAsPurged(gone: readonly SqlRow[], session: SqlSession): Promise<void> {
    const { account, sql } = this;
    const [row] = await session.rows(sql.lockRun, [account]);
    if (!row) return;
    const { minutesFrom } = toRun(row);
    const units = new Map<number, { unit: Unit; counts: Map<string, number> }>();
    for (const message of gone) {
      const createdAt = Number(message.created_at);
      const unit = createdAt < minutesFrom ? 'hour' : 'minute';
      const slot = slotOf(unit, createdAt);
      const of = units.get(slot) ?? { unit, counts: new Map<string, number>() };
      const traits = traitsOf(message);
      of.counts.set(traits, (of.counts.get(traits) ?? 0) + 1);
      units.set(slot, of);
    }
    const changes = new FigureChanges();
    const mark = newToken();
    for (const [slot, { unit, counts }] of units) {
      const rows = await session.rows(sql.findFigures, [account, unit, slot, slot + SPAN_MS[unit]]);
      const known = new Map(rows.map((figure) => [traitsOf(figure), Number(figure.messages)]));
      // Counted in another state, or not yet: the next count sees that they are gone.
      for (const [traits, purged] of counts) {
        changes.add(unit, slot, traits, -Math.min(purged, known.get(traits) ?? 0), purged);
      }
      await session.run(sql.addMark, [account, slot, mark]);
    }
    await changes.apply(this.database, account, sql, session);
  }

  private async deleteMarks(marks: readonly Mark[], session: SqlSession): Promise<void> {
    for (const [slot, some] of groupBySlot(marks)) {
      const { sql, parameters } = this.sql.deleteMarks(this.account, slot, some);
      await session.run(sql, parameters);
    }
  }

  private async storeUnits(
    { unit, from, to }: UnitRange,
    counted: ReadonlyMap<number, Counted>,
    countedAt: number,
    session: SqlSession,
  ): Promise<void> {
    const { account, sql } = this;
    const known = (await session.rows(sql.findUnits, [account, unit, from, to])).map(({ slot }) => Number(slot));
    // Also the first one, if it is empty: what is committed late behind it is counted with it.
    const slots = [...new Set([from, ...known, ...counted.keys()])].sort((one, other) => one - other);
    const rows = slots.map((slot, index) => {
      const end = Math.max(slot + SPAN_MS[unit], slots[index + 1] ?? to);
      return { slot, next_at: nextCount(countedAt, end, counted.get(slot)?.unfinished ?? null) };
    });
    await session.run(sql.deleteUnits, [account, unit, from, to]);
    await this.addUnits(unit, rows, countedAt, session);
  }

  private async addUnits(
    unit: Unit,
    units: readonly { slot: number; next_at: number }[],
    countedAt: number,
    session: SqlSession,
  ): Promise<void> {
    for (let start = 0; start < units.length; start += ROWS_PER_STATEMENT) {
      const rows = this.database.dialect.encodeRows(UNIT_ROW, units.slice(start, start + ROWS_PER_STATEMENT));
      await session.run(this.sql.addUnits, [this.account, unit, countedAt, ...rows]);
    }
  }

  private asCounter(counter: string, work: (session: SqlSession) => Promise<void>): Promise<boolean> {
    return this.database.transaction(
      async (session) => {
        const [run] = await session.rows(this.sql.lockRun, [this.account]);
        if (run?.counter !== counter) return false;
        await work(session);
        return true;
      },
      { isLong: true },
    );
  }
}

function toRun(row: SqlRow): Omit<FigureRun, 'asOf'> {
  return { minutesFrom: Number(row.minutes_from), countedFrom: Number(row.counted_from) };
}

function groupBySlot(marks: readonly Mark[]): Map<number, string[]> {
  const slots = new Map<number, string[]>();
  for (const { slot, id } of marks) slots.set(slot, [...(slots.get(slot) ?? []), id]);
  return slots;
}
