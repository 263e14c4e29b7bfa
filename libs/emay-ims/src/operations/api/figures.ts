import type { ImsMessageState } from '../../messages/message-state.js';
import type { ImsAccountStatus } from '../../operator/account-status.js';

/** How far back figures go; messages count by when they were created. */
export type Range = '1h' | '24h' | '7d' | '30d';

/** How many messages are in each state. */
export type StateCounts = Record<ImsMessageState, number>;

/** Time from submission to DELIVERED, polling included, to within a bucket of a logarithmic scale. */
export interface Latency {
  /** Half took no longer, in ms; `null`: none was delivered. */
  p50Ms: number | null;
  /** 95 of 100 took no longer, in ms; `null`: none was delivered. */
  p95Ms: number | null;
  /** Deliveries with a known duration. */
  delivered: number;
}

/** Slots of equal length, oldest first, also those without messages. */
export interface Series {
  /** Length of a slot, in ms. */
  slotMs: number;
  /** Start of the first slot, in epoch ms. */
  from: number;
  points: {
    /** Start of the slot, in epoch ms. */
    at: number;
    /** Without those that are 0. */
    states: Partial<StateCounts>;
    p50Ms: number | null;
    p95Ms: number | null;
  }[];
}

/** An answer code and how many messages have it. */
export interface CodeCount {
  code: string;
  messages: number;
}

/** What is wrong now. A page words it by `id`. */
export interface Advice {
  /** See docs/operator-api.md. */
  id: string;
  level: 'error' | 'warning' | 'info';
  values: Record<string, string | number | null>;
}

/** How an account fares. */
export interface Overview {
  /** When the figures were counted; `null`: just now. */
  asOf: Date | null;
  range: Range;
  status: ImsAccountStatus;
  /** Of all messages. */
  totals: StateCounts;
  inRange: StateCounts;
  latency: Latency;
  /** DELIVERED of those in range that are final, 0 to 1; `null`: none is. */
  deliveredShare: number | null;
  queued: number;
  /** SUBMITTING. */
  inFlight: number;
  /** Messages created in the last five minutes and submitted since, for each minute. */
  submittedPerMinute: number;
  series: Series;
  /** Most frequent first, at most 20, without SUCCESS. */
  codes: CodeCount[];
  /** Worst first. */
  advice: Advice[];
}

/** How one country fares. */
export interface CountryFigures {
  /** When they were counted; `null`: just now. */
  asOf: Date | null;
  /** ISO 3166-1 alpha-2; `null`: numbers whose prefix has none. */
  country: string | null;
  /** Created in the range. */
  messages: number;
  states: StateCounts;
  /** As in `Overview`. */
  deliveredShare: number | null;
  latency: Latency;
  /** Most frequent first, at most 20, without SUCCESS. */
  codes: CodeCount[];
  /** Messages for each hour of the range. */
  perHour: number;
}

/** One country in detail. */
export interface CountryDetail extends CountryFigures {
  range: Range;
  series: Series;
  /** By the first digits of the number, most frequent first, from the newest `sampled` messages of the range. */
  prefixes: { prefix: string; messages: number; deliveredShare: number | null }[];
  /** How many messages the prefixes were counted from: at most 20,000. */
  sampled: number;
}
