import type { ImsMessageState } from '../../messages/message-state.js';
import type { StateCounts } from '../api/figures.js';

/** Messages that have something in common. */
export interface FigureRow {
  /** Start of the slot that they were created in, in epoch ms. */
  at: number;
  country: string | null;
  state: ImsMessageState;
  code: string | null;
  /** Bucket of the time from submission to DELIVERED, see `took-buckets.ts`; `null`: not delivered. */
  took: number | null;
  messages: number;
}

/** Slots in which sought messages were created. */
export interface FigureSlot {
  from: Date;
  /** Not part of it. */
  to: Date;
  messages: number;
}

/** How many messages there are, by what and when: what the roll-up answers, see docs/operator-api.md. */
export interface Figures {
  /** `asOf` null: counted right now. */
  totals(): Promise<{ counts: StateCounts; asOf: Date | null }>;
  rows(query: { span: 'minute' | 'hour' | 'day'; from: Date; to: Date; country?: string | null }): Promise<FigureRow[]>;
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
  rebuild(): Promise<void>;
}
