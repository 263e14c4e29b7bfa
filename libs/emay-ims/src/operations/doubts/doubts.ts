import type { ImsMessage } from '../../messages/ims-message.entity.js';
import type { OpenAccount } from '../account-access.js';
import type { DoubtIncident } from '../api/doubt-incident.js';
import type { SearchPage } from '../api/message-search.js';
import type { OperatorMessage } from '../api/operator-message.js';
import type { Figures } from '../figures/figures-source.js';
import { toOperatorMessage } from '../operator-messages.js';
import { checkedLimit, encodeToken } from '../page-token.js';
import { placeBehind, type Place } from '../search/message-filter.js';
import { TimeBudget } from '../search/time-budget.js';
import { DoubtReader, type DoubtsWanted, type FoundDoubts } from './doubt-reader.js';
import { intoIncidents, rangeOfIncident, readIncident, toIncident, wantedOf } from './incidents.js';
import { countProvedSent } from './proved-sent.js';

const MOST_DOUBTS = 10_000;

/** Which incidents to read. */
export interface IncidentsQuery {
  code?: string | undefined;
  since?: Date | undefined;
  after?: string | undefined;
}

/** UNCONFIRMED messages of one account. */
export class Doubts {
  private readonly reader: DoubtReader;

  constructor(
    open: OpenAccount,
    private readonly figures: Figures,
  ) {
    this.reader = new DoubtReader(open);
  }

  /** Of as many doubts, newest first, as the budget reaches. */
  async incidents(
    { code, since, after }: IncidentsQuery = {},
    budget = new TimeBudget(),
  ): Promise<SearchPage<DoubtIncident>> {
    const about = { code: code ?? null, since: since?.getTime() ?? null };
    const isSought: DoubtsWanted['isSought'] = (doubt) =>
      (code === undefined || doubt.code === code) && (since === undefined || doubt.since >= since.getTime());
    return this.paged(about, after, async (place) => {
      const { found, reached } = await this.reader.find({ isSought }, place, MOST_DOUBTS, budget);
      const groups = intoIncidents(found).map((doubts) => ({ doubts, range: rangeOfIncident(doubts, place, reached) }));
      const proved = await countProvedSent(
        this.figures,
        groups.map(({ range }) => range),
      );
      const items = groups.map(({ doubts, range }, index) => toIncident(doubts, range, proved[index] ?? null));
      return { found: items, reached };
    });
  }

  /** @param query.incident `id` of one; default: all */
  async page(
    query: { incident?: string | undefined; limit?: number | undefined; after?: string | undefined },
    budget = new TimeBudget(),
  ): Promise<SearchPage<OperatorMessage>> {
    const limit = checkedLimit(query.limit);
    const about = query.incident ?? null;
    const wanted = about === null ? { isSought: () => true } : wantedOf(readIncident(about));
    return this.paged(about, query.after, async (place) => {
      const { found, reached } = await this.reader.messages(wanted, place, limit, budget);
      return { found: found.map(toOperatorMessage), reached };
    });
  }

  /** UNCONFIRMED messages of an incident, newest first, with their attempts. */
  seen(incident: string, limit: number, budget: TimeBudget): Promise<FoundDoubts<ImsMessage>> {
    return this.reader.messages(wantedOf(readIncident(incident)), null, limit, budget);
  }

  private async paged<Item>(
    about: unknown,
    after: string | undefined,
    find: (place: Place | null) => Promise<FoundDoubts<Item>>,
  ): Promise<SearchPage<Item>> {
    const asOf = new Date();
    const place = placeBehind(about, after);
    const { found: items, reached } = await find(place);
    return {
      items,
      next: reached && encodeToken(about, [reached.createdAt, reached.customImsId]),
      searchedTo: reached && new Date(reached.createdAt),
      matches: reached === null && place === null ? { n: items.length, exact: true } : null,
      asOf,
    };
  }
}
