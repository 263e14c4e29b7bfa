import type { ImsMessage } from '../../messages/ims-message.entity.js';
import type { MessageSearch, SearchPage } from '../api/message-search.js';
import type { OperatorMessage } from '../api/operator-message.js';
import type { OpenAccount } from '../account-access.js';
import type { Figures } from '../figures/figures-source.js';
import { toOperatorMessage } from '../operator-messages.js';
import { checkedLimit, encodeToken } from '../page-token.js';
import { FoundPortions, placeOf } from './found-portions.js';
import { isSought, placeBehind, type Place } from './message-filter.js';
import { readSearch, type ReadSearch } from './read-search.js';
import { TimeBudget } from './time-budget.js';

/** Messages of a search, and how far it got. */
export interface Found {
  messages: ImsMessage[];
  /** Everything before this has been looked at; `null`: everything has. */
  reached: Place | null;
}

/** Searches for messages of one account. */
export class MessageSearches {
  private readonly portions: FoundPortions;

  constructor(
    private readonly open: OpenAccount,
    private readonly figures: Figures,
  ) {
    this.portions = new FoundPortions(open.internals.database, open.name, figures);
  }

  /** @throws EmayImsValidationError for a wrong search */
  async page(query: MessageSearch, budget = new TimeBudget()): Promise<SearchPage<OperatorMessage>> {
    const asOf = new Date();
    const search = readSearch(query);
    const limit = checkedLimit(query.limit);
    const after = placeBehind(search, query.after);
    const { messages, reached } = await this.find(search, after, limit, budget);
    return {
      items: messages.map(toOperatorMessage),
      next: reached && encodeToken(search, [reached.createdAt, reached.customImsId]),
      searchedTo: reached && new Date(reached.createdAt),
      matches: await this.matches(search, { isWhole: after === null && reached === null, n: messages.length }),
      asOf,
    };
  }

  /** Up to `limit` messages behind a place. */
  async find(search: ReadSearch, after: Place | null, limit: number, budget: TimeBudget): Promise<Found> {
    if (search.id !== null) return { messages: await this.one(search), reached: null };
    const messages: ImsMessage[] = [];
    let reached: Place | null = after;
    // One more than is wanted tells whether there is another page.
    for await (const portion of this.portions.find(search, after, limit + 1)) {
      messages.push(...portion.found.filter((message) => isSought(message, search)));
      reached = portion.reached;
      if (messages.length > limit) {
        messages.length = limit;
        return { messages, reached: placeOf(messages.at(-1) as ImsMessage) };
      }
      if (reached === null || budget.isSpent) break;
    }
    return { messages, reached };
  }

  private async one(search: ReadSearch): Promise<ImsMessage[]> {
    const message = await this.open.account.finder.findOne(search.id as string);
    if (!message || !isSought(message, search)) return [];
    const { states, code, mobile, from, to } = search;
    const isIt =
      (states === null || states.includes(message.state)) &&
      (code === null || message.code === code) &&
      (mobile === null || message.mobile === mobile) &&
      (from === null || message.createdAt >= from) &&
      (to === null || message.createdAt < to);
    return isIt ? [message] : [];
  }

  /** Known where all of them are on this page, or where the figures count them: by state alone. */
  private async matches(search: ReadSearch, { isWhole, n }: { isWhole: boolean; n: number }) {
    if (isWhole) return { n, exact: true };
    const { states, ...others } = search;
    if (Object.values(others).some((value) => value !== null)) return null;
    const { counts, asOf } = await this.figures.totals();
    const all = states ?? (Object.keys(counts) as (keyof typeof counts)[]);
    return { n: all.reduce((sum, state) => sum + counts[state], 0), exact: asOf === null };
  }
}
