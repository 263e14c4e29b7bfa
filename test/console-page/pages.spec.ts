import { describe, expect, it } from '@jest/globals';
import { describePage, useConsole } from './console-in-chromium.js';
import { makeOverview } from './seed.js';

/** Each page: its route below the API, something it shows with data, and what it says where there is nothing. */
const PAGES = [
  { path: 'overview', route: 'overview', shows: 'Messages over time', empty: 'No messages in the last 24 hours.' },
  { path: 'messages', route: 'messages', shows: 'order-4799', empty: 'There is no message yet.' },
  { path: 'messages/order-4795', route: 'messages', shows: 'Nobody knows whether it was sent', empty: null },
  {
    path: 'doubts',
    route: 'doubts',
    shows: '70.7% proved sent: 212 of 300 got a report after all',
    empty: 'No doubts.',
  },
  { path: 'reports', route: 'reports', shows: 'order-900', empty: 'No unmatched reports.' },
  { path: 'countries', route: 'countries', shows: 'Singapore', empty: 'No messages in the last 24 hours.' },
  { path: 'countries/AU', route: 'countries', shows: '+6149', empty: 'No messages in the last 24 hours.' },
  { path: 'events', route: 'events', shows: 'connect ECONNREFUSED 10.0.0.7:443', empty: 'No event waits.' },
  { path: 'account', route: 'account', shows: 'dispatch.concurrency', empty: 'Nobody holds a lease.' },
  { path: 'audit', route: 'audit', shows: 'support@example.com', empty: 'No entry matches.' },
] as const;

describePage("the console's pages", (browser) => {
  describe.each(PAGES)('$path', ({ path, route, shows, empty }) => {
    const current = useConsole(browser);

    it('shows its data, without a serious fault of accessibility', async () => {
      await current().goto(path);
      await current().sees(shows);
      await current().sees(/^as of \d\d:\d\d:\d\d$/);
      expect(await current().accessibilityFaults()).toEqual([]);
    });

    const itWithEmpty = empty === null ? it.skip : it;
    itWithEmpty('says what it looked for where there is nothing', async () => {
      current().api.isEmpty = true;
      await current().goto(path);
      await current().sees(empty!);
      expect(await current().accessibilityFaults()).toEqual([]);
    });

    it('says what went wrong, and tries again', async () => {
      const { api, page } = current();
      api.refusals.set(route, { status: 500, message: 'The disk is full.' });
      await current().goto(path);
      await current().sees('The disk is full.');
      await current().sees('Request req-1');
      expect(await current().accessibilityFaults()).toEqual([]);
      api.refusals.clear();
      await page.getByRole('button', { name: 'Try again' }).first().click();
      await current().sees(shows);
    });

    it('names the right that is missing', async () => {
      current().api.refusals.set(route, { status: 403, code: 'RIGHT_MISSING', right: 'export' });
      await current().goto(path);
      await current().sees('You may not see this');
      await current().sees('It takes the right “export”.');
    });
  });

  describe('overview, when something is wrong', () => {
    const current = useConsole(browser);

    it('says first what is wrong, and what to do', async () => {
      current().api.answers.set('overview', () => ({
        ...makeOverview(),
        advice: [
          { id: 'circuit-open', level: 'error', values: { code: 'ERROR_SIGN' } },
          { id: 'queue-waits', level: 'warning', values: { forMs: 720_000 } },
          { id: 'of-a-newer-server', level: 'warning', values: { forMs: 5_000 } },
        ],
      }));
      await current().goto('overview');
      await current().sees('Nothing is submitted: ERROR_SIGN');
      await current().sees('The oldest ready message has waited 12 min');
      await current().sees('forMs: 5 s');
      expect(await current().accessibilityFaults()).toEqual([]);
    });
  });

  describe('in Chinese, dark, on a phone', () => {
    const current = useConsole(browser, {
      locale: 'zh-CN',
      colorScheme: 'dark',
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });

    it.each(PAGES.map(({ path }) => path))('%s fits, and has no serious fault of accessibility', async (path) => {
      const { page } = current();
      await current().goto(path);
      await page
        .getByText(/^截至 \d\d:\d\d:\d\d$/)
        .first()
        .waitFor();
      expect(await page.evaluate('document.documentElement.lang')).toBe('zh-CN');
      expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
      expect(await current().accessibilityFaults()).toEqual([]);
    });
  });
});
