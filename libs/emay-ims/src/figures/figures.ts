import type { ImsDatabase, SqlRow } from '../database/ims-database.js';
import type { MessageFinder } from '../message-store/message-finder.js';
import { IMS_MESSAGE_STATES, type ImsMessageState } from '../messages/message-state.js';
import { figureCode, isCountedApart } from './figure-code.js';
import { NOT_TAKEN } from './took.js';
import { NO_END, SPAN_MS, slotOf, type Span, type Unit } from './spans.js';
import type { FigureStore } from './figure-store.js';

/** Messages by state; every state is listed. */
export type StateCounts = Record<ImsMessageState, number>;

/** How many messages there are, and when they were counted; `null`: just now. */
export interface ImsStats {
  counts: StateCounts;
  asOf: Date | null;
}

/** Figures of one slot that have everything else in common. */
export interface FigureRow {
  /** When the slot begins, in epoch ms. */
  at: number;
  /** ISO 3166-1 alpha-2; `null`: the number's calling code is no country's. */
  country: string | null;
  state: ImsMessageState;
  /** `null`: none; `other`: one that is not listed. */
  code: string | null;
  /** Bucket of the time from hand-over to DELIVERED, see `TOOK_FROM_MS`; `null`: not delivered. */
  took: number | null;
  /** Those since purged included. */
  messages: number;
}

/** A slot with messages that were looked for. */
export interface FigureSlot {
  from: Date;
  to: Date;
  messages: number;
}

const TRAITS = ['country', 'code', 'took'] as const;

/** Fewer than these are counted in less time than it takes to explain an old figure. */
const SMALL = 20_000;

/**
 * How many messages of one account there are, read from what `FigureCounter` has counted: a few rows, however many messages there are.
 *
 * - Counted by the time of their creation. A code that is not listed is counted as `other`.
 */
export class Figures {
  private readonly sql: ReturnType<typeof readingSql>;
  private readonly database: ImsDatabase;
  private readonly account: string;

  constructor(
    private readonly store: FigureStore,
    private readonly finder: Pick<MessageFinder, 'stats'>,
  ) {
    this.database = store.database;
    this.account = store.account;
    this.sql = readingSql(this.database.dialect.now);
  }

  /** How many there are in each state. `asOf`: when they were counted; `null`: just now, as there are few or not all have been counted yet. */
  async totals(): Promise<ImsStats> {
    const rows = await this.database.rows(this.sql.totals, Array(4).fill(this.account));
    const all = rows.reduce((sum, { messages }) => sum + Number(messages), 0);
    const [first] = rows;
    if (!first || Number(first.counted_from) > 0 || all < SMALL)
      return { counts: await this.finder.stats(), asOf: null };
    const counts = Object.fromEntries(IMS_MESSAGE_STATES.map((state) => [state, 0])) as StateCounts;
    for (const { state, messages } of rows) counts[state as ImsMessageState] = Number(messages);
    return { counts, asOf: asOfRow(first) };
  }

  /** How many messages there are in this state and with this code, as last counted; `null`: not all have been counted yet. */
  async count(state: ImsMessageState, code: string): Promise<number | null> {
    if ((await this.asOf()) === null) return null;
    const [row] = await this.database.rows(
      `SELECT SUM(messages) AS messages FROM emay_ims_figure
       WHERE account = ? AND span = 'day' AND state = ? AND code = ?`,
      [this.account, state, figureCode(code)],
    );
    return Number(row?.messages ?? 0);
  }

  /** Figures of the slots that begin from one time on and before another. Minutes are kept for two days. */
  async rows({ span, from, to, country, by = TRAITS }: FiguresQuery): Promise<FigureRow[]> {
    const parameters: unknown[] = [this.account, span, slotOf(span, from.getTime()), to.getTime()];
    if (country !== undefined) parameters.push(country ?? '');
    const kept = TRAITS.filter((trait) => by.includes(trait));
    const found = await this.database.rows(this.sql.rows(kept, country !== undefined), parameters);
    return found.map(toFigureRow);
  }

  /** The same, added up over the slots of the range; `at` is its beginning. */
  async sums({ span, from, to, country, by = TRAITS }: FiguresQuery): Promise<FigureRow[]> {
    const start = slotOf(span, from.getTime());
    const parts = partsOf(span, start, to.getTime());
    const parameters = parts.flatMap((part) => [
      ...[this.account, part.span, part.from, part.to],
      ...(country === undefined ? [] : [country ?? '']),
    ]);
    const kept = TRAITS.filter((trait) => by.includes(trait));
    const found = await this.database.rows(this.sql.sums(kept, parts.length, country !== undefined), parameters);
    return found.map((row) => toFigureRow({ ...row, slot: start }));
  }

  /**
   * Slots that hold such messages, newest first: minutes of the last two days, before that hours. They lead to messages that are rare. What
   * has changed since it was counted may be missing.
   */
  async slotsWith(query: SlotsQuery): Promise<FigureSlot[]> {
    const run = await this.store.findRun();
    if (!run) return [];
    const { from = new Date(0), to, limit } = query;
    const end = to?.getTime() ?? NO_END;
    const minutes = await this.find('minute', Math.max(from.getTime(), run.minutesFrom), end, query, limit);
    if (minutes.length >= limit) return minutes;
    const hours = await this.find(
      'hour',
      from.getTime(),
      Math.min(end, run.minutesFrom),
      query,
      limit - minutes.length,
    );
    return [...minutes, ...hours];
  }

  /** When figures were last brought up to date; the clock of the database. `null`: not all has been counted yet. */
  async asOf(): Promise<Date | null> {
    const [row] = await this.database.rows(this.sql.asOf, Array(3).fill(this.account));
    return row && Number(row.counted_from) === 0 ? asOfRow(row) : null;
  }

  /** Whether all messages with a code have been counted, and apart from those with others. */
  async tellsApart(): Promise<(code: string) => boolean> {
    return (await this.asOf()) === null ? () => false : isCountedApart;
  }

  /** How far back everything has been counted; `null`: to the first message. */
  async countedFrom(): Promise<Date | null> {
    const { countedFrom } = (await this.store.findRun()) ?? { countedFrom: NO_END };
    return countedFrom === 0 ? null : new Date(Math.min(countedFrom, Date.now()));
  }

  /** Counts everything anew, in the background, newest first. What was purged stays counted. */
  rebuild(): Promise<void> {
    return this.store.reset();
  }

  private async find(unit: Unit, from: number, to: number, query: SlotsQuery, limit: number): Promise<FigureSlot[]> {
    if (from >= to) return [];
    const conditions: string[] = [];
    const parameters: unknown[] = [this.account, unit, slotOf(unit, from), to];
    const where = (condition: string, ...values: unknown[]) => {
      conditions.push(` AND ${condition}`);
      parameters.push(...values);
    };
    if (query.states) where(`state IN (${query.states.map(() => '?').join(', ')})`, ...query.states);
    if (query.code !== undefined) where('code = ?', figureCode(query.code));
    if (query.country !== undefined) where('country = ?', query.country ?? '');
    const found = await this.database.rows(this.sql.slots(conditions.join('')), [...parameters, limit]);
    return found.map(({ slot, messages }) => ({
      from: new Date(Number(slot)),
      to: new Date(Number(slot) + SPAN_MS[unit]),
      messages: Number(messages),
    }));
  }
}

/** Which figures to read. */
export interface FiguresQuery {
  span: Exclude<Span, 'all'>;
  from: Date;
  to: Date;
  /** `null`: of no country. Default: of all. */
  country?: string | null | undefined;
  /** What to tell apart besides slot and state; the rest is added up, and `null`. Default: all. */
  by?: readonly (typeof TRAITS)[number][] | undefined;
}

/** Which messages to look for. */
export interface SlotsQuery {
  states?: readonly ImsMessageState[] | undefined;
  code?: string | undefined;
  /** `null`: of no country. */
  country?: string | null | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  limit: number;
}

function readingSql(now: string) {
  /** Two parameters, both the account. */
  const times = `r.counted_from, r.as_of, ${now} AS now,
    (SELECT MIN(u.next_at) FROM emay_ims_figure_unit AS u WHERE u.account = ?) AS next_at,
    (SELECT MAX(m.created_at) FROM emay_ims_message AS m WHERE m.account = ?) AS newest`;
  return {
    /** account four times */
    totals: `SELECT f.state, f.messages, ${times} FROM emay_ims_figure_run AS r
      JOIN emay_ims_figure AS f ON f.account = r.account AND f.span = 'all' WHERE r.account = ? AND f.account = ?`,
    /** account three times */
    asOf: `SELECT ${times} FROM emay_ims_figure_run AS r WHERE r.account = ?`,
    /** account, span, from, to, (country) */
    rows: (by: readonly string[], isOfCountry: boolean) =>
      `SELECT ${['slot', 'state', ...by].join(', ')}, SUM(messages + purged) AS messages FROM emay_ims_figure
       WHERE account = ? AND span = ? AND slot >= ? AND slot < ?${isOfCountry ? ' AND country = ?' : ''}
       GROUP BY ${['slot', 'state', ...by].join(', ')} ORDER BY slot`,
    /** account, span, from, to, (country) for each part of the range */
    sums: (by: readonly string[], parts: number, isOfCountry: boolean) => {
      const traits = ['state', ...by].join(', ');
      const part = `SELECT ${traits}, messages + purged AS messages FROM emay_ims_figure
        WHERE account = ? AND span = ? AND slot >= ? AND slot < ?${isOfCountry ? ' AND country = ?' : ''}`;
      return `SELECT ${traits}, SUM(messages) AS messages FROM (${Array(parts).fill(part).join(' UNION ALL ')}) AS f
        GROUP BY ${traits}`;
    },
    /** account, span, from, to, what is looked for, limit */
    slots: (conditions: string) =>
      `SELECT slot, SUM(messages) AS messages FROM emay_ims_figure
       WHERE account = ? AND span = ? AND slot >= ? AND slot < ? AND messages > 0${conditions}
       GROUP BY slot ORDER BY slot DESC LIMIT ?`,
  };
}

/** The days that a range of hours holds as a whole, and the hours at its ends: days are far fewer rows. */
function partsOf(span: FiguresQuery['span'], from: number, to: number) {
  const firstDay = Math.ceil(from / SPAN_MS.day) * SPAN_MS.day;
  const lastDay = slotOf('day', to);
  if (span !== 'hour' || firstDay >= lastDay) return [{ span, from, to }];
  const parts = [
    { span, from, to: firstDay },
    { span: 'day', from: firstDay, to: lastDay },
    { span, from: lastDay, to },
  ];
  return parts.filter((part) => part.from < part.to);
}

/** Where nothing is due, and nothing has come since, counting would change nothing. */
function asOfRow({ as_of: asOf, now, next_at: next, newest }: SqlRow): Date {
  const isIdle = Number(next ?? Infinity) > Number(now) && Number(newest ?? -1) < Number(asOf);
  return new Date(Number(isIdle ? now : asOf));
}

function toFigureRow({ slot, state, country = '', code = '', took = NOT_TAKEN, messages }: SqlRow): FigureRow {
  return {
    at: Number(slot),
    country: country === '' ? null : String(country),
    state: state as ImsMessageState,
    code: code === '' ? null : String(code),
    took: Number(took) === NOT_TAKEN ? null : Number(took),
    messages: Number(messages),
  };
}
