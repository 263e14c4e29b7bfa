import type { OpenAccount } from '../account-access.js';
import type { ImsMessageState } from '../../messages/message-state.js';
import { beginningSql, countryOf } from '../../protocol/index.js';
import type { FigureRow, Figures, FigureSlot } from './figures-source.js';
import { tookSql } from './took-buckets.js';

const SPAN_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
/** Every page asks for them. */
const TOTALS_MS = 2_000;

type Totals = Awaited<ReturnType<Figures['totals']>>;

/** Figures counted when they are asked for: reads all messages of the range. */
export class LiveFigures implements Figures {
  private last: { totals: Promise<Totals>; at: number } | null = null;

  constructor(private readonly open: OpenAccount) {}

  totals(): Promise<Totals> {
    if (this.last === null || performance.now() - this.last.at > TOTALS_MS) {
      const totals = this.open.account.finder.stats().then((counts) => ({ counts, asOf: null }));
      this.last = { totals, at: performance.now() };
      totals.catch(() => (this.last = null));
    }
    return this.last.totals;
  }

  async rows({ span, from, to, country }: Parameters<Figures['rows']>[0]): Promise<FigureRow[]> {
    const slot = `m.created_at - m.created_at % ${SPAN_MS[span]}`;
    const took = `CASE WHEN m.state = 'DELIVERED' AND m.submitted_at IS NOT NULL THEN ${tookSql('(m.final_at - m.submitted_at)')} END`;
    const counted = await this.open.internals.database.rows(
      `SELECT slot, beginning, state, code, took, COUNT(*) AS messages FROM (
         SELECT ${slot} AS slot, ${beginningSql('m.mobile')} AS beginning, m.state, m.code, ${took} AS took
         FROM emay_ims_message AS m WHERE m.account = ? AND m.created_at >= ? AND m.created_at < ?) AS counted
       GROUP BY slot, beginning, state, code, took`,
      [this.open.name, from.getTime(), to.getTime()],
      { isLong: true },
    );
    const rows = counted.map((row) => ({
      at: Number(row.slot),
      country: countryOf(String(row.beginning)),
      state: row.state as ImsMessageState,
      code: row.code === null ? null : String(row.code),
      took: row.took === null ? null : Number(row.took),
      messages: Number(row.messages),
    }));
    return country === undefined ? rows : rows.filter((row) => row.country === country);
  }

  /** Anywhere: only a roll-up knows more. */
  async slotsWith({ from, to }: Parameters<Figures['slotsWith']>[0]): Promise<FigureSlot[]> {
    return [{ from: from ?? new Date(0), to: to ?? new Date(), messages: 0 }];
  }

  async asOf(): Promise<Date | null> {
    return null;
  }

  /** Nothing is stored. */
  async rebuild(): Promise<void> {}
}
