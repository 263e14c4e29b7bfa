import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AccountInternals } from '../../libs/emay-ims/src/account/account-internals.js';
import { IMS_MESSAGE_STATES, type ImsMessageState } from '../../libs/emay-ims/src/messages/message-state.js';
import type { OpenAccount } from '../../libs/emay-ims/src/operations/account-access.js';
import type { FigureSlot } from '../../libs/emay-ims/src/figures/figures.js';
import type { Figures } from '../../libs/emay-ims/src/operations/figures/figures-source.js';
import { MessageSearches } from '../../libs/emay-ims/src/operations/search/message-searches.js';
import { SEARCH_STEP, TimeBudget } from '../../libs/emay-ims/src/operations/search/time-budget.js';
import { databasesUnderTest } from '../support/databases.js';
import { OperatedApp, type SeededMessage } from './operated-app.js';

const HOUR = 3_600_000;
const NOW = Date.now();
/** One message a minute, to one number: more than a step, and more than are put in order as a whole. */
const MESSAGES: SeededMessage[] = Array.from({ length: 5_100 }, (_, index) => ({
  id: `m-${index}`,
  state: 'DELIVERED',
  createdAt: NOW - index * 60_000,
  code: index === 4_321 ? 'RARE' : 'SUCCESS',
}));
const endOfStep = (steps: number) => new Date(NOW - (steps * SEARCH_STEP - 1) * 60_000);

describe.each(databasesUnderTest())('a search that takes long on %s', (kind) => {
  let app: OperatedApp;
  beforeAll(async () => {
    app = await OperatedApp.open(kind);
    await app.seed(MESSAGES);
  }, 60_000);
  afterAll(() => app.close());

  /** A search by figures that a test makes up. */
  const searchesWith = (slots: FigureSlot[] | null, asked: unknown[] = []) =>
    app.ims.perform(async (account) => {
      const open: OpenAccount = { name: 'default', account, internals: account.internals as AccountInternals };
      const counts = Object.fromEntries(IMS_MESSAGE_STATES.map((state) => [state, 10_000])) as Record<
        ImsMessageState,
        number
      >;
      const asOf = slots === null ? null : new Date(NOW - HOUR);
      const figures: Figures = {
        totals: async () => ({ counts, asOf }),
        rows: async () => [],
        sums: async () => [],
        slotsWith: async (query) => {
          asked.push(query);
          return (slots ?? []).filter(({ from }) => from < query.to!);
        },
        asOf: async () => asOf,
        tellsApart: async () => () => true,
      };
      return new MessageSearches(open, figures);
    });

  it('says how far it got, although it found nothing; and goes on from there to its end', async () => {
    const searches = await searchesWith(null);
    const found: string[] = [];
    let next: string | null = null;
    // One step is looked at in any case, whatever the budget.
    for (let steps = 1; steps * SEARCH_STEP <= MESSAGES.length; steps++) {
      const page = await searches.page({ code: 'RARE', ...(next && { after: next }) }, new TimeBudget(0));
      expect(page).toMatchObject({ searchedTo: endOfStep(steps), matches: null });
      found.push(...page.items.map(({ customImsId }) => customImsId));
      next = page.next;
    }
    while (next) ({ next } = await searches.page({ code: 'RARE', after: next }, new TimeBudget(0)));
    expect(found).toEqual(['m-4321']);
  });

  it('leaves out what the figures know to hold nothing, but not what is newer than they are', async () => {
    const at = NOW - 4_321 * 60_000;
    const asked: unknown[] = [];
    const searches = await searchesWith([{ from: new Date(at - HOUR), to: new Date(at + HOUR), messages: 1 }], asked);
    const page = await searches.page({ code: 'RARE' }, new TimeBudget(60_000));
    expect(page).toMatchObject({ items: [{ customImsId: 'm-4321' }], next: null, matches: { n: 1, exact: true } });
    expect(asked).toMatchObject([{ code: 'RARE', limit: 100 }]);
    const newest = await (await searchesWith([])).page({ code: 'SUCCESS', limit: 500 }, new TimeBudget(60_000));
    // An hour, and some minutes more as figures lag.
    expect(newest.items.length).toBeGreaterThan(60);
    expect(newest.items.length).toBeLessThan(70);
  });

  it.each([{ id: 'm-*' }, { mobile: '+61422118000' }])(
    'what too many messages have in common is looked for step by step: %o',
    async (common) => {
      const searches = await searchesWith(null);
      const query = { ...common, code: 'RARE' };
      const first = await searches.page(query, new TimeBudget(0));
      expect(first).toMatchObject({ items: [], searchedTo: endOfStep(1) });
      const rest = await searches.page({ ...query, after: first.next! }, new TimeBudget(60_000));
      expect(rest.items.map(({ customImsId }) => customImsId)).toEqual(['m-4321']);
      // Few of them are looked up at once, whatever the budget.
      const few = await searches.page({ id: 'm-432*', code: 'RARE' }, new TimeBudget(kind === 'postgres' ? 60_000 : 0));
      expect(few).toMatchObject({ items: [{ customImsId: 'm-4321' }], next: null });
    },
  );

  it('tells as of when it is, where figures count', async () => {
    const page = await (await searchesWith([])).page({ states: ['DELIVERED'], limit: 1 });
    expect(page.matches).toEqual({ n: 10_000, exact: false });
  });
});
