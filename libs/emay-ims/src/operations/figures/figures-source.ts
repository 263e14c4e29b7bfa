import type { FigureRow, FigureSlot, FiguresQuery } from '../../figures/figures.js';
import type { ImsMessageState } from '../../messages/message-state.js';
import type { StateCounts } from '../api/figures.js';

/** How many messages there are, by what and when: counted live in a small table, read from the roll-up in a large one. */
export interface Figures {
  /** `asOf` null: counted right now. */
  totals(): Promise<{ counts: StateCounts; asOf: Date | null }>;
  /** `by`: what to tell apart besides slot and state. */
  rows(query: FiguresQuery): Promise<FigureRow[]>;
  /** The same, added up over the slots. */
  sums(query: FiguresQuery): Promise<FigureRow[]>;
  /** Newest first. */
  slotsWith(query: {
    states?: ImsMessageState[];
    code?: string;
    country?: string | null;
    from?: Date;
    to?: Date;
    limit: number;
  }): Promise<FigureSlot[]>;
  /** `null`: everything is counted when it is asked for. */
  asOf(): Promise<Date | null>;
  /** Whether all messages with a code have been counted, and apart from those with others. */
  tellsApart(): Promise<(code: string) => boolean>;
}
