import type { FigureRow, FigureSlot } from '../../figures/figures.js';
import { SPAN_MS } from '../../figures/spans.js';
import { tookSql } from '../../figures/took.js';
import type { OpenAccount } from '../account-access.js';
import type { ImsMessageState } from '../../messages/message-state.js';
import { beginningSql, countryOf } from '../../protocol/index.js';
import type { Figures } from './figures-source.js';

/** Figures counted when they are asked for: reads all messages of the range. */
export class LiveFigures implements Figures {
  constructor(private readonly open: OpenAccount) {}

  async totals() {
    return { counts: await this.open.account.finder.stats(), asOf: null };
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

  /** As there are few messages, by slot all the same. */
  sums(query: Parameters<Figures['sums']>[0]): Promise<FigureRow[]> {
    return this.rows(query);
  }

  /** Anywhere: only a roll-up knows more. */
  async slotsWith({ from, to }: Parameters<Figures['slotsWith']>[0]): Promise<FigureSlot[]> {
    return [{ from: from ?? new Date(0), to: to ?? new Date(), messages: 0 }];
  }

  async asOf(): Promise<Date | null> {
    return null;
  }

  async tellsApart(): Promise<() => boolean> {
    return () => true;
  }
}
