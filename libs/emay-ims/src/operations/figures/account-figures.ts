import type { FigureRow, FiguresQuery } from '../../figures/figures.js';
import type { ImsMessageState } from '../../messages/message-state.js';
import { countryOf } from '../../protocol/index.js';
import type { CountryDetail, CountryFigures, Overview, Range } from '../api/figures.js';
import type { OpenAccount } from '../account-access.js';
import { violation } from '../page-token.js';
import { TimeBudget } from '../search/time-budget.js';
import { adviceOf } from './advice.js';
import type { Figures } from './figures-source.js';
import { hoursOf, slotsOf, type Slots } from './range.js';
import { codesOf, countsOf, deliveredShareOf, groupedBy, latencyOf, noCounts, seriesOf, totalOf } from './summary.js';

/** Told apart where countries are not. */
const OF_ALL = ['code', 'took'] as const;
const RATE_MINUTES = 5;
const MINUTE_MS = 60_000;
const MOST_SAMPLED = 20_000;
const SAMPLED_AT_A_TIME = 2_000;
const SAMPLING_MS = 2_000;
/** `+`, calling code and network, of most countries. */
const PREFIX_LENGTH = 6;
const SUBMITTED: readonly ImsMessageState[] = [
  ...(['SUBMITTING', 'UNCONFIRMED', 'ACCEPTED', 'UNKNOWN'] as const),
  ...(['REJECTED', 'UNDELIVERABLE', 'DELIVERED'] as const),
];

/** Figures of one account, by range and country. */
export class AccountFigures {
  constructor(
    private readonly open: OpenAccount,
    private readonly figures: Figures,
  ) {}

  async overview(range: Range): Promise<Overview> {
    const slots = slotsOf(range);
    const [status, { counts, asOf }, rows, submittedPerMinute] = await Promise.all([
      this.open.account.statusReader.status(),
      this.figures.totals(),
      this.rowsOf(slots, { by: OF_ALL }),
      this.submittedPerMinute(),
    ]);
    const inRange = countsOf(rows);
    return {
      asOf,
      range,
      status,
      totals: counts,
      inRange,
      latency: latencyOf(rows),
      deliveredShare: deliveredShareOf(inRange),
      queued: counts.QUEUED,
      inFlight: counts.SUBMITTING,
      submittedPerMinute,
      series: seriesOf(rows, slots),
      codes: codesOf(rows),
      advice: adviceOf(status),
    };
  }

  /** Most messages first. */
  async countries(range: Range): Promise<CountryFigures[]> {
    const slots = slotsOf(range);
    const [counted, asOf] = await Promise.all([this.figures.sums(queryOf(slots)), this.figures.asOf()]);
    return [...groupedBy(counted, ({ country }) => country)]
      .map(([country, rows]) => ({ asOf, ...summaryOf(country, rows, slots) }))
      .toSorted((one, other) => other.messages - one.messages);
  }

  /** @param iso `null`: numbers whose prefix has no country */
  async country(iso: string | null, range: Range): Promise<CountryDetail> {
    if (iso !== null && !/^[A-Z]{2}$/.test(iso)) {
      throw violation('country', 'must be an ISO 3166-1 alpha-2 code, such as AU, or null');
    }
    const slots = slotsOf(range);
    const [rows, sample, asOf] = await Promise.all([
      this.rowsOf(slots, { country: iso, by: OF_ALL }),
      this.sample(iso, slots.from),
      this.figures.asOf(),
    ]);
    return { asOf, ...summaryOf(iso, rows, slots), range, series: seriesOf(rows, slots), ...sample };
  }

  private rowsOf(slots: Slots, of: Pick<FiguresQuery, 'country' | 'by'>): Promise<FigureRow[]> {
    return this.figures.rows({ ...queryOf(slots), ...of });
  }

  private async submittedPerMinute(): Promise<number> {
    const now = Date.now();
    const from = now - (now % MINUTE_MS) - RATE_MINUTES * MINUTE_MS;
    const rows = await this.figures.rows({ span: 'minute', from: new Date(from), to: new Date(now), by: [] });
    const submitted = rows.filter(({ state }) => SUBMITTED.includes(state));
    return submitted.reduce((sum, { messages }) => sum + messages, 0) / RATE_MINUTES;
  }

  /** The newest messages of a country by the first digits of their numbers. */
  private async sample(iso: string | null, from: number): Promise<Pick<CountryDetail, 'prefixes' | 'sampled'>> {
    const budget = new TimeBudget(SAMPLING_MS);
    const byPrefix = new Map<string, FigureRow[]>();
    let sampled = 0;
    let read = 0;
    for (let place: [number, string] = [Number.MAX_SAFE_INTEGER, '']; read < MOST_SAMPLED && !budget.isSpent;) {
      const rows = await this.newestBefore(place, from);
      read += rows.length;
      for (const row of rows) {
        if (countryOf(row.mobile) !== iso) continue;
        sampled++;
        const prefix = row.mobile.slice(0, PREFIX_LENGTH);
        const counted = { at: row.createdAt, country: iso, state: row.state, code: null, took: null, messages: 1 };
        const same = byPrefix.get(prefix);
        if (same) same.push(counted);
        else byPrefix.set(prefix, [counted]);
      }
      const last = rows.at(-1);
      if (rows.length < SAMPLED_AT_A_TIME || !last) break;
      place = [last.createdAt, last.customImsId];
    }
    const prefixes = [...byPrefix].map(([prefix, rows]) => ({
      prefix,
      messages: rows.length,
      deliveredShare: deliveredShareOf(countsOf(rows)),
    }));
    return { prefixes: prefixes.toSorted((one, other) => other.messages - one.messages), sampled };
  }

  private async newestBefore(place: [number, string], from: number) {
    const { database } = this.open.internals;
    const [isBefore, ...values] = database.dialect.before(['m.created_at', 'm.custom_ims_id'], place);
    const rows = await database.rows(
      `SELECT m.created_at, m.custom_ims_id, m.mobile, m.state FROM emay_ims_message AS m
       WHERE m.account = ? AND m.created_at >= ? AND ${isBefore}
       ORDER BY m.created_at DESC, m.custom_ims_id DESC LIMIT ${SAMPLED_AT_A_TIME}`,
      [this.open.name, from, ...values],
    );
    return rows.map((row) => ({
      createdAt: Number(row.created_at),
      customImsId: String(row.custom_ims_id),
      mobile: String(row.mobile),
      state: row.state as ImsMessageState,
    }));
  }
}

function queryOf({ span, from, slotMs, count }: Slots): FiguresQuery {
  return { span, from: new Date(from), to: new Date(from + count * slotMs) };
}

function summaryOf(country: string | null, rows: readonly FigureRow[], slots: Slots): Omit<CountryFigures, 'asOf'> {
  const states = rows.length === 0 ? noCounts() : countsOf(rows);
  const messages = totalOf(states);
  return {
    country,
    messages,
    states,
    deliveredShare: deliveredShareOf(states),
    latency: latencyOf(rows),
    codes: codesOf(rows),
    perHour: messages / hoursOf(slots),
  };
}
