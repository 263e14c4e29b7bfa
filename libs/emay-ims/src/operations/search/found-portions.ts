import type { ImsDatabase } from '../../database/ims-database.js';
import { outcomeOf } from '../../message-store/listed-outcome.js';
import { MessageFinder } from '../../message-store/message-finder.js';
import { MESSAGE_COLUMNS, toMessage } from '../../message-store/message-row.js';
import type { ImsMessage } from '../../messages/ims-message.entity.js';
import type { Figures } from '../figures/figures-source.js';
import { conditionsOf, type Place } from './message-filter.js';
import type { ReadSearch } from './read-search.js';
import { SEARCH_STEP } from './time-budget.js';

/** Messages that the database has found, newest first, and how far it has looked. */
export interface Portion {
  found: ImsMessage[];
  /** All before this has been looked at; `null`: everything has. */
  reached: Place | null;
}

/** Slots of the figures that are asked for at a time. */
const SLOTS = 100;
/** So few are looked up by what leads to them, and put in order as a whole. */
const MOST_LISTED = 5_000;
/** Figures may lag behind: what is newer than they are is read in any case. */
const LAG_MS = 120_000;

const COLUMNS = MESSAGE_COLUMNS.join(', ');
/** Before every id: a place at this time behind all of its messages. */
const NO_ID = '';
const NO_END = Number.MAX_SAFE_INTEGER;

/**
 * Ways to messages, none of which needs an index of its own:
 *
 * - by states that an index lists; and by number, by the beginning of an id (but on PostgreSQL, whose collation may be any) and by other states,
 *   if that is few messages: as `MessageFinder` does;
 * - all others by their time of creation, in steps, of which the database gives out what matches; the figures tell what to leave out.
 */
export class FoundPortions {
  private readonly finder: MessageFinder;

  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
    private readonly figures: Figures,
  ) {
    this.finder = new MessageFinder(database, account);
  }

  /** Goes on behind `after`, in portions; each as long as the last was not enough. @param limit so many are wanted */
  async *find(search: ReadSearch, after: Place | null, limit: number): AsyncGenerator<Portion> {
    // Of a country only the messages themselves tell.
    const most = search.country === null ? limit : SEARCH_STEP;
    if (await this.isListed(search)) yield* this.byIndex(search, after, most);
    else yield* this.byTime(search, after, most);
  }

  private async isListed({ states, mobile, idPrefix, code }: ReadSearch): Promise<boolean> {
    const { dialect } = this.database;
    if (mobile !== null) return this.areFew(['m.mobile = ?', mobile]);
    if (idPrefix !== null) {
      return dialect.name !== 'postgres' && this.areFew(dialect.beginsWith('m.custom_ims_id', idPrefix));
    }
    if (!states || states.includes('DELIVERED')) return false;
    // However many: an index has those of each in order.
    if (code === null && states.every((state) => outcomeOf(state) !== null)) return true;
    const { counts } = await this.figures.totals();
    return states.reduce((sum, state) => sum + counts[state], 0) <= MOST_LISTED;
  }

  private async areFew([condition, ...values]: readonly [string, ...unknown[]]): Promise<boolean> {
    const [row] = await this.database.rows(
      `SELECT COUNT(*) AS messages FROM (
         SELECT m.custom_ims_id FROM emay_ims_message AS m WHERE m.account = ? AND ${condition} LIMIT ${MOST_LISTED + 1}) AS few`,
      [this.account, ...values],
    );
    return Number(row?.messages) <= MOST_LISTED;
  }

  private async *byIndex(search: ReadSearch, after: Place | null, limit: number): AsyncGenerator<Portion> {
    const { states, mobile, code, idPrefix, from, to } = search;
    for (let place = after; ;) {
      const found = await this.finder.find({
        states: states ?? undefined,
        mobile: mobile ?? undefined,
        code: code ?? undefined,
        idPrefix: idPrefix ?? undefined,
        createdFrom: from ?? undefined,
        createdBefore: to ?? undefined,
        limit,
        after: place ? { createdAt: new Date(place.createdAt), customImsId: place.customImsId } : undefined,
      });
      const last = found.at(-1);
      place = found.length < limit || !last ? null : placeOf(last);
      yield { found, reached: place };
      if (place === null) return;
    }
  }

  private async *byTime(search: ReadSearch, after: Place | null, limit: number): AsyncGenerator<Portion> {
    let place = after;
    for await (const { from, to } of this.ranges(search, after)) {
      // Behind what has not to be looked at.
      let start: Place = { createdAt: to, customImsId: NO_ID };
      if (place && isBefore(start, place)) start = place;
      for (let next: Place | null = start; next !== null;) {
        const { found, reached } = await this.step(search, from, next, limit);
        next = reached;
        place = reached ?? { createdAt: from, customImsId: NO_ID };
        yield { found, reached: place };
      }
    }
    yield { found: [], reached: null };
  }

  /** Times at which sought messages may have been created, newest first; `to` is not part of them. */
  private async *ranges({ states, code, country, from, to }: ReadSearch, after: Place | null) {
    const first = from?.getTime() ?? 0;
    const asOf = (await this.figures.asOf())?.getTime() ?? null;
    let end = Math.min(to?.getTime() ?? NO_END, after ? endBehind(after) : NO_END);
    if (asOf === null || (!states && code === null && country === null)) {
      if (end > first) yield { from: first, to: end };
      return;
    }
    const known = Math.max(first, asOf - LAG_MS);
    if (end > known) {
      yield { from: known, to: end };
      end = known;
    }
    while (end > first) {
      const slots = await this.figures.slotsWith({
        ...(states ? { states: [...states] } : {}),
        ...(code === null ? {} : { code }),
        ...(country === null ? {} : { country }),
        from: new Date(first),
        to: new Date(end),
        limit: SLOTS,
      });
      for (const slot of slots) {
        const range = { from: Math.max(first, slot.from.getTime()), to: Math.min(end, slot.to.getTime()) };
        if (range.to <= range.from) continue;
        yield range;
        end = range.from;
      }
      if (slots.length < SLOTS) return;
    }
  }

  /** What matches of the next so many messages before a place. */
  private async step(search: ReadSearch, from: number, before: Place, limit: number): Promise<Portion> {
    const { dialect } = this.database;
    const [isBeforePlace, ...place] = dialect.before(
      ['m.created_at', 'm.custom_ims_id'],
      [before.createdAt, before.customImsId],
    );
    const range = `FROM emay_ims_message AS m WHERE m.account = ? AND m.created_at >= ? AND ${isBeforePlace}
      ORDER BY m.created_at DESC, m.custom_ims_id DESC`;
    const parameters = [this.account, from, ...place];
    const { sql, parameters: values } = conditionsOf(search, dialect, 'w');
    const rows = await this.database.rows(
      `SELECT ${COLUMNS} FROM (SELECT ${COLUMNS.replaceAll(/(\w+)/g, 'm.$1')} ${range} LIMIT ${SEARCH_STEP}) AS w
       WHERE ${sql} ORDER BY w.created_at DESC, w.custom_ims_id DESC LIMIT ?`,
      [...parameters, ...values, limit],
    );
    const found = rows.map(toMessage);
    // As many as are wanted, and there may be more of them in this step; or all of it.
    if (found.length === Math.min(limit, SEARCH_STEP)) return { found, reached: placeOf(found.at(-1) as ImsMessage) };
    const [end] = await this.database.rows(
      `SELECT m.created_at, m.custom_ims_id ${range} LIMIT 1 OFFSET ${SEARCH_STEP - 1}`,
      parameters,
    );
    const reached = end ? { createdAt: Number(end.created_at), customImsId: String(end.custom_ims_id) } : null;
    return { found, reached };
  }
}

export function placeOf({ createdAt, customImsId }: ImsMessage): Place {
  return { createdAt: createdAt.getTime(), customImsId };
}

/** No message behind a place was created at this time or later. */
function endBehind({ createdAt, customImsId }: Place): number {
  return customImsId === NO_ID ? createdAt : createdAt + 1;
}

/** Whether the second comes later in the order, newest first. */
function isBefore(one: Place, other: Place): boolean {
  return other.createdAt < one.createdAt || (other.createdAt === one.createdAt && other.customImsId < one.customImsId);
}
