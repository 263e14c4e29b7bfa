import type { ImsMessageState } from '../../messages/message-state.js';

/** What to search for: all that is given must match. */
export interface MessageSearch {
  /** Default: any. */
  states?: ImsMessageState[] | undefined;
  /** The answer code, in full. */
  code?: string | undefined;
  /** ISO 3166-1 alpha-2, e.g. `AU`. */
  country?: string | undefined;
  /** E.164. */
  mobile?: string | undefined;
  /** In full, or the beginning followed by `*`. */
  id?: string | undefined;
  /** Created then or later. */
  from?: Date | undefined;
  /** Created before. */
  to?: Date | undefined;
  /** Messages on a page: 1 to 500. Default 50. */
  limit?: number | undefined;
  /** `next` of the page before, of the same search. */
  after?: string | undefined;
}

/**
 * Part of what was asked for, newest first.
 *
 * - A search stops after 50 ms: `items` may hold few or none although more match. `next` goes on.
 */
export interface SearchPage<Item> {
  items: Item[];
  /** `after` of the next page; `null`: this was the last. */
  next: string | null;
  /** All that is newer than this has been looked at; `null`: everything has. */
  searchedTo: Date | null;
  /** How many match. `exact: false`: at least so many, or as of the last count. `null`: unknown without counting. */
  matches: { n: number; exact: boolean } | null;
  /** When it was read, by the host's clock. */
  asOf: Date;
}
