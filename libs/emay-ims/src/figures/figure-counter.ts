import { setTimeout as pause } from 'node:timers/promises';
import type { LeaseStore } from '../database/lease-store.js';
import { newToken } from '../messages/ids.js';
import type { Counted, FigureRun, FigureStore, Mark } from './figure-store.js';
import { addUnits, type MessageCounts } from './message-counts.js';
import { NO_END, SPAN_MS, slotOf, type Unit, type UnitRange } from './spans.js';
import { byUnit, endOfLast, toMark, toRanges } from './units-to-count.js';

const LEASE_MS = 60_000;
const RENEW_LEASE_MS = 20_000;
/** A round ends after so long, so that others may take the lease. */
const ROUND_MS = 30_000;
const LONGEST_PAUSE_MS = 5_000;
const NEWEST_EVERY_MS = 4_000;
const MARKS_AT_A_TIME = 500;
const UNITS_AT_A_TIME = 60;
/** Minutes are kept for so long; before, hours are counted. */
const MINUTES_FOR_MS = 48 * SPAN_MS.hour;

/** What may be chosen in tests. */
export interface CounterOptions {
  /** Rest after each step, in multiples of the time it took: the rest of the database's work goes first. */
  restFactor?: number;
}

/**
 * Counts the messages of one account in the background, by one instance at a time.
 *
 * - What is unfinished is counted again and again, the older the more rarely; what is finished, when a mark tells, and each time it is twice
 *   as old. See `nextCount`, and docs/performance-internals.md.
 * - A step reads a bounded number of messages, then rests 25 times as long as it took.
 * - Before the start of all that, a database full of messages is counted once, newest first.
 */
export class FigureCounter {
  private readonly leaseName: string;
  private readonly restFactor: number;
  private readonly stopping = new AbortController();
  private leaseUntil = -Infinity;
  private newestCountedAt = -Infinity;

  constructor(
    private readonly leases: LeaseStore,
    private readonly store: FigureStore,
    private readonly messages: MessageCounts,
    { restFactor = 25 }: CounterOptions = {},
  ) {
    this.leaseName = `${store.account}:figures`;
    this.restFactor = restFactor;
  }

  /** One round: until nothing is due, or its time is over. */
  async count(): Promise<void> {
    if (!(await this.holdsLease())) return;
    const counter = newToken();
    let run = await this.begin(counter);
    const giveUpAt = performance.now() + ROUND_MS;
    for (let isFirst = true; ; isFirst = false) {
      const steps = await this.nextSteps(run, isFirst);
      if (steps.length === 0) return;
      for (const step of steps) {
        if (!(await step(counter, run))) return;
      }
      if (performance.now() > giveUpAt || !(await this.holdsLease())) return;
      run = (await this.store.findRun()) ?? run;
    }
  }

  /** Begins no further step. */
  stop(): void {
    this.stopping.abort();
  }

  async release(): Promise<void> {
    this.leaseUntil = -Infinity;
    await this.leases.release(this.leaseName);
  }

  private async holdsLease(): Promise<boolean> {
    if (this.stopping.signal.aborted) return false;
    if (performance.now() < this.leaseUntil) return true;
    const isHeld = await this.leases.acquire(this.leaseName, LEASE_MS);
    this.leaseUntil = isHeld ? performance.now() + RENEW_LEASE_MS : -Infinity;
    return isHeld;
  }

  private async begin(counter: string): Promise<FigureRun> {
    const { database, account, sql } = this.store;
    const known = await this.store.findRun();
    const now = known?.now ?? (await this.now());
    const countedFrom = slotOf('minute', now) - SPAN_MS.minute;
    await this.store.take(counter, { minutesFrom: slotOf('hour', now - MINUTES_FOR_MS), countedFrom });
    if (known?.countedFrom === NO_END) await database.run(sql.countedFrom, [countedFrom, account]);
    if (known && known.asOf > now) await database.run(sql.countFutureNow, [account]);
    return (await this.store.findRun()) as FigureRun;
  }

  private async now(): Promise<number> {
    const { database } = this.store;
    const [row] = await database.rows(`SELECT ${database.dialect.now} AS now`);
    return Number(row?.now);
  }

  /** What is to be done now; nothing: until something changes. */
  private async nextSteps(run: FigureRun, isFirst: boolean): Promise<Step[]> {
    const { database, account, sql } = this.store;
    const marked = byUnit((await database.rows(sql.findMarks, [account, MARKS_AT_A_TIME])).map(toMark), run);
    const due = toRanges(await this.store.findDueUnits(UNITS_AT_A_TIME), run);
    const steps = [...marked].map(([key, marks]) => this.recountMarked(key, marks));
    if (performance.now() - this.newestCountedAt > NEWEST_EVERY_MS) {
      steps.push(async (counter, reached) => {
        const isCounted = await this.countNewest(counter, reached);
        this.newestCountedAt = performance.now();
        return isCounted;
      });
    }
    steps.push(
      ...due.map(
        (range): Step =>
          (counter) =>
            this.countRange(counter, range),
      ),
    );
    if (run.countedFrom > 0) steps.push((counter, reached) => this.countEarlier(counter, reached));
    if (isFirst) steps.push((counter) => this.mergeMinutes(counter));
    return steps;
  }

  /** Messages around now, and all behind the newest that are known. */
  private async countNewest(counter: string, { minutesFrom, countedFrom }: FigureRun): Promise<boolean> {
    const now = slotOf('minute', await this.now());
    const first = Math.max(minutesFrom, Math.min(countedFrom, now));
    const newest = Math.max(first, (await this.store.findUnit('findLastUnit', 'minute', NO_END)) ?? first);
    const around = Math.max(minutesFrom, Math.min(newest, now - SPAN_MS.minute));
    if (newest <= now + SPAN_MS.minute) {
      return this.countRange(counter, { unit: 'minute', from: around, to: NO_END }, { isNewest: true });
    }
    // The clock was set back, perhaps by days.
    const hour = slotOf('hour', now);
    const range: UnitRange =
      now < minutesFrom
        ? { unit: 'hour', from: hour, to: hour + SPAN_MS.hour }
        : { unit: 'minute', from: around, to: Math.min(newest, now + 2 * SPAN_MS.minute) };
    return (
      (await this.countRange(counter, range)) &&
      this.countRange(counter, { unit: 'minute', from: newest, to: NO_END }, { isNewest: true })
    );
  }

  private recountMarked(key: string, marks: readonly Mark[]): Step {
    const [unit, slot] = key.split(' ') as [Unit, string];
    const from = Number(slot);
    return async (counter, run) => {
      if (from < run.countedFrom) return this.store.forget(counter, marks); // It is counted later.
      const next = await this.store.findUnit('findNextUnit', unit, from);
      return this.countRange(counter, { unit, from, to: next ?? endOfLast(unit, from, run) }, { marks });
    };
  }

  /** The newest messages that have never been counted. */
  private async countEarlier(counter: string, { countedFrom, minutesFrom }: FigureRun): Promise<boolean> {
    const unit: Unit = countedFrom > minutesFrom ? 'minute' : 'hour';
    const earlier = await this.messages.findEarlier(countedFrom);
    const first = unit === 'minute' ? minutesFrom : 0;
    const from = earlier === null ? first : Math.max(first, slotOf(unit, earlier));
    return this.countRange(counter, { unit, from, to: countedFrom }, { isEarlier: true });
  }

  /** Once what is so old has been counted, hour by hour. */
  private async mergeMinutes(counter: string): Promise<boolean> {
    for (;;) {
      const run = await this.store.findRun();
      if (!run) return false;
      const latest = slotOf('hour', run.now - MINUTES_FOR_MS);
      if (run.minutesFrom >= latest || run.countedFrom > run.minutesFrom) return true;
      const next = (await this.store.findUnit('findNextUnit', 'minute', run.minutesFrom)) ?? latest;
      const until = Math.min(latest, slotOf('hour', next) + SPAN_MS.hour);
      if (!(await this.rested(() => this.store.mergeMinutes(counter, run, until)))) return false;
    }
  }

  /** Counts a range part by part, and stores each unit once it is whole. `false`: another counter has taken over, or the end is near. */
  private async countRange(
    counter: string,
    range: UnitRange,
    { marks = [], isNewest = false, isEarlier = false }: RangeOptions = {},
  ): Promise<boolean> {
    const { unit } = range;
    const units = new Map<number, Counted>();
    let startedAt: number | null = null;
    for (let { from } = range, reached = from; ;) {
      const part = await this.rested(() => this.messages.countPart({ unit, from: reached, to: range.to }));
      addUnits(units, part.units);
      startedAt ??= part.now;
      reached = part.to;
      const isLast = reached >= range.to;
      const to = isLast ? range.to : slotOf(unit, reached);
      if (to > from) {
        const counted = new Map([...units].filter(([slot]) => slot < to));
        for (const slot of counted.keys()) units.delete(slot);
        const isStored = await this.store.store(counter, {
          range: { unit, from, to },
          counted,
          countedAt: startedAt,
          marks: marks.filter(({ slot }) => slot >= from && slot < to),
          reached: {
            ...(isLast && isNewest ? { asOf: startedAt } : {}),
            ...(isLast && isEarlier ? { countedFrom: range.from } : {}),
          },
        });
        if (!isStored) return false;
        from = to;
      }
      if (isLast) return true;
      if (!(await this.holdsLease())) return false;
    }
  }

  /** Rests after the work, for its time many times over. */
  private async rested<T>(work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const result = await work();
    const restMs = Math.min(LONGEST_PAUSE_MS, (performance.now() - began) * this.restFactor);
    if (restMs >= 1)
      await pause(restMs, undefined, { signal: this.stopping.signal, ref: false }).catch(() => undefined);
    return result;
  }
}

interface RangeOptions {
  marks?: readonly Mark[];
  isNewest?: boolean;
  isEarlier?: boolean;
}

/** `false`: stop. */
type Step = (counter: string, run: FigureRun) => Promise<boolean>;
