import type { SqlRow } from '../database/ims-database.js';
import { MESSAGE_COLUMNS, toMessage } from '../message-store/message-row.js';
import type { ImsMessageState } from '../messages/message-state.js';
import { SPAN_MS, slotOf } from '../figures/spans.js';
import { countryOf } from '../protocol/index.js';
import type { OpenAccount } from './account-access.js';
import type { DoubtIncident } from './api/doubt-incident.js';
import type { SearchPage } from './api/message-search.js';
import type { OperatorMessage } from './api/operator-message.js';
import type { Figures } from './figures/figures-source.js';
import { toOperatorMessage } from './operator-messages.js';
import { checkedLimit, decodeToken, encodeToken, violation } from './page-token.js';

const MOST_DOUBTS = 10_000;
const GAP_MS = 600_000;
/** Figures keep minutes for two days; of older times, hours are counted as a whole. */
const MINUTES_KEPT_MS = 47 * SPAN_MS.hour;
/** Beside incidents: the minutes of so long, the hours of so long, and days before. */
const BY_MINUTE_MS = 3 * SPAN_MS.hour;
const BY_HOUR_MS = 7 * SPAN_MS.day;
/** States of messages that a report has been applied to. */
const REPORTED: readonly ImsMessageState[] = ['DELIVERED', 'UNDELIVERABLE', 'REJECTED', 'UNKNOWN'];

/** When a message came into doubt, as nearly as its row tells. */
const SINCE = 'COALESCE(m.submitted_at, m.created_at)';

interface Doubt {
  code: string | null;
  mobile: string;
  createdAt: number;
  since: number;
}

/** Messages of a code that were created in a slot, and reported. */
interface ReportedSlot {
  code: string;
  from: number;
  to: number;
  messages: number;
}

/** Which messages an incident is about. */
export interface IncidentRange {
  code: string | null;
  from: number;
  to: number;
  /** Of the creation: what the index is in order of. */
  createdFrom: number;
  createdTo: number;
}

/** UNCONFIRMED messages of one account. */
export class Doubts {
  constructor(
    private readonly open: OpenAccount,
    private readonly figures: Figures,
  ) {}

  /** Newest first. */
  async incidents({ code, since }: { code?: string; since?: Date } = {}): Promise<DoubtIncident[]> {
    const doubts = await this.newest(code, since);
    const isCut = doubts.length > MOST_DOUBTS;
    const groups = intoIncidents(doubts.slice(0, MOST_DOUBTS));
    if (groups.length === 0) return [];
    const [asOf, reported] = await Promise.all([this.figures.asOf(), this.reported(doubts)]);
    return groups.map((group) => toIncident(group, reported, { isCut, asOf }));
  }

  /** @param incident `id` of one; default: all */
  async page(query: { incident?: string; limit?: number; after?: string }): Promise<SearchPage<OperatorMessage>> {
    const asOf = new Date();
    const limit = checkedLimit(query.limit);
    const about = query.incident ?? null;
    const place = decodeToken(about, query.after);
    const { rows, isMore } = await this.rows(about === null ? null : readIncident(about), limit, place);
    const items = rows.map((row) => toOperatorMessage(toMessage(row)));
    const last = items.at(-1);
    return {
      items,
      next: isMore && last ? encodeToken(about, [last.createdAt.getTime(), last.customImsId]) : null,
      searchedTo: isMore && last ? last.createdAt : null,
      matches: !isMore && place === null ? { n: items.length, exact: true } : null,
      asOf,
    };
  }

  /** UNCONFIRMED messages of an incident, newest first, with their attempts. */
  async seen(incident: string, limit: number) {
    const { rows, isMore } = await this.rows(readIncident(incident), limit, null);
    return { messages: rows.map(toMessage), isMore };
  }

  /** Messages of this code created between these times whose report came after all. */
  async provedSent(code: string | null, from: number, to: number): Promise<number> {
    if (code === null || code === 'SUCCESS') return 0;
    const span = from > Date.now() - MINUTES_KEPT_MS ? 'minute' : 'hour';
    const first = new Date(from - (from % SPAN_MS[span]));
    const rows = await this.figures.sums({ span, from: first, to: new Date(to + 1), by: ['code'] });
    return rows
      .filter((row) => row.code === code && REPORTED.includes(row.state))
      .reduce((sum, { messages }) => sum + messages, 0);
  }

  private async rows(range: IncidentRange | null, limit: number, place: readonly (string | number)[] | null) {
    const { database } = this.open.internals;
    const conditions = ["m.account = ? AND m.outcome = 'UNCONFIRMED'"];
    const parameters: unknown[] = [this.open.name];
    if (range) {
      conditions.push(`m.created_at BETWEEN ? AND ? AND COALESCE(m.code, '') = ? AND ${SINCE} BETWEEN ? AND ?`);
      parameters.push(range.createdFrom, range.createdTo, range.code ?? '', range.from, range.to);
    }
    if (place) {
      const [isBefore, ...values] = database.dialect.before(
        ['m.created_at', 'm.custom_ims_id'],
        [Number(place[0]), String(place[1])],
      );
      conditions.push(isBefore);
      parameters.push(...values);
    }
    const columns = MESSAGE_COLUMNS.map((column) => `m.${column}`).join(', ');
    const rows = await database.rows(
      `SELECT ${columns} ${this.listed()} WHERE ${conditions.join(' AND ')}
       ORDER BY m.created_at DESC, m.custom_ims_id DESC LIMIT ?`,
      [...parameters, limit + 1],
      { isLong: true },
    );
    return { rows: rows.slice(0, limit), isMore: rows.length > limit };
  }

  private async newest(code: string | undefined, since: Date | undefined): Promise<Doubt[]> {
    const conditions = ["m.account = ? AND m.outcome = 'UNCONFIRMED'"];
    const parameters: unknown[] = [this.open.name];
    if (code !== undefined) {
      conditions.push('m.code = ?');
      parameters.push(code);
    }
    if (since !== undefined) {
      conditions.push(`${SINCE} >= ?`);
      parameters.push(since.getTime());
    }
    const rows = await this.open.internals.database.rows(
      `SELECT m.code, m.mobile, m.created_at, ${SINCE} AS since ${this.listed()}
       WHERE ${conditions.join(' AND ')} ORDER BY m.created_at DESC, m.custom_ims_id DESC LIMIT ${MOST_DOUBTS + 1}`,
      parameters,
      { isLong: true },
    );
    return rows.map(toDoubt);
  }

  /** By the index that has them in order: the newest are at its end. */
  private listed(): string {
    return `FROM emay_ims_message AS m ${this.open.internals.database.dialect.through('emay_ims_message_outcome')}`;
  }

  /** Messages in doubt once whose report came after all, of the time of all these: once for all incidents, as there may be many. */
  private async reported(doubts: readonly Doubt[]): Promise<ReportedSlot[]> {
    const [from, to] = rangeOf(doubts.map(({ createdAt }) => createdAt));
    const now = Date.now();
    const [hoursFrom, minutesFrom] = [slotOf('day', now - BY_HOUR_MS), slotOf('hour', now - BY_MINUTE_MS)];
    const parts = [
      { span: 'day', from, to: Math.min(to + 1, hoursFrom) },
      { span: 'hour', from: Math.max(from, hoursFrom), to: Math.min(to + 1, minutesFrom) },
      { span: 'minute', from: Math.max(from, minutesFrom), to: to + 1 },
    ] as const;
    const slots: ReportedSlot[] = [];
    for (const { span, ...part } of parts) {
      if (part.from >= part.to) continue;
      const first = new Date(slotOf(span, part.from));
      for (const row of await this.figures.rows({ span, from: first, to: new Date(part.to), by: ['code'] })) {
        const { code, state, at, messages } = row;
        if (code === null || code === 'SUCCESS' || !REPORTED.includes(state)) continue;
        slots.push({ code, from: at, to: at + SPAN_MS[span], messages });
      }
    }
    return slots;
  }
}

function toIncident(
  doubts: readonly Doubt[],
  reported: readonly ReportedSlot[],
  looked: Pick<DoubtIncident, 'isCut' | 'asOf'>,
): DoubtIncident {
  const { code } = doubts[0] as Doubt;
  const [from, to] = rangeOf(doubts.map(({ since }) => since));
  const [createdFrom, createdTo] = rangeOf(doubts.map(({ createdAt }) => createdAt));
  const countries: Record<string, number> = {};
  for (const { mobile } of doubts) {
    const country = countryOf(mobile) ?? '';
    countries[country] = (countries[country] ?? 0) + 1;
  }
  const proved = reported.filter((slot) => slot.code === code && slot.from <= createdTo && slot.to > createdFrom);
  return {
    id: idOf({ code, from, to, createdFrom, createdTo }),
    code,
    from: new Date(from),
    to: new Date(to),
    count: doubts.length,
    provedSent: proved.reduce((sum, { messages }) => sum + messages, 0),
    countries,
    ...looked,
  };
}

/** Groups of the same code, less than 10 minutes apart; newest first. */
function intoIncidents(doubts: readonly Doubt[]): Doubt[][] {
  const byCode = new Map<string | null, Doubt[]>();
  for (const doubt of doubts) {
    const same = byCode.get(doubt.code);
    if (same) same.push(doubt);
    else byCode.set(doubt.code, [doubt]);
  }
  const incidents: Doubt[][] = [];
  for (const same of byCode.values()) {
    let last: Doubt | null = null;
    for (const doubt of same.toSorted((one, other) => one.since - other.since)) {
      if (last === null || doubt.since - last.since >= GAP_MS) incidents.push([]);
      incidents.at(-1)?.push(doubt);
      last = doubt;
    }
  }
  const newest = (incident: readonly Doubt[]) => incident.at(-1)?.since ?? 0;
  return incidents.toSorted((one, other) => newest(other) - newest(one));
}

function idOf({ code, from, to, createdFrom, createdTo }: IncidentRange): string {
  return Buffer.from(JSON.stringify([code, from, to, createdFrom, createdTo])).toString('base64url');
}

/** @throws EmayImsValidationError for what is no id of an incident */
function readIncident(id: string): IncidentRange {
  try {
    const [code, ...times] = JSON.parse(Buffer.from(id, 'base64url').toString('utf8')) as [string | null, ...number[]];
    const [from, to, createdFrom, createdTo] = times as [number, number, number, number];
    if (times.length === 4 && times.every(Number.isSafeInteger) && (code === null || typeof code === 'string')) {
      return { code, from, to, createdFrom, createdTo };
    }
  } catch {
    // No JSON: told below.
  }
  throw violation('incident', 'must be the id of an incident');
}

function rangeOf(times: readonly number[]): [number, number] {
  return [Math.min(...times), Math.max(...times)];
}

function toDoubt(row: SqlRow): Doubt {
  return {
    code: row.code === null ? null : String(row.code),
    mobile: String(row.mobile),
    createdAt: Number(row.created_at),
    since: Number(row.since),
  };
}
