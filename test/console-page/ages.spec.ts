import { expect, it } from '@jest/globals';
import { describePage, useConsole } from './console-in-chromium.js';
import { makeCountries, makeDoubts } from './seed.js';

/** 14:07:09 in Perth, where the browser is. Not when the page is read. */
const COUNTED = '2026-11-20T06:07:09.000Z';

describePage('how old figures are', (browser) => {
  const current = useConsole(browser);

  it('stands above countries, with the whole time behind it', async () => {
    const { api, page } = current();
    api.answers.set('countries', ({ path }) =>
      path === 'countries' ? makeCountries().map((figures) => ({ ...figures, asOf: COUNTED })) : undefined,
    );
    await current().goto('countries');
    await page.getByText('as of 14:07:09', { exact: true }).waitFor();
    expect(await page.getByText('as of 14:07:09').getAttribute('title')).toContain('20 Nov 2026');
  });

  it('stands at each incident, beside how nearly its figure is counted', async () => {
    const { api, page } = current();
    const [first] = makeDoubts();
    const incident = (id: string, provedSent: (typeof first & object)['provedSent']) => ({ ...first, id, provedSent });
    api.answers.set('doubts', () => ({
      items: [
        incident('by-hour', { messages: 212, by: 'hour', asOf: COUNTED }),
        incident('by-day', { messages: 0, by: 'day', asOf: null }),
        incident('unknown', null),
      ],
      ...{ next: null, searchedTo: null, matches: { n: 3, exact: true }, asOf: new Date().toISOString() },
    }));
    await current().goto('doubts');
    await current().sees('70.7% proved sent: 212 of 300 got a report after all');
    expect(await page.locator('.proved').allInnerTexts()).toEqual([
      expect.stringMatching(/counted by the hour, as of 14:07:09/),
      expect.stringMatching(/^None has been proved sent yet\s+counted by the day$/),
      expect.stringMatching(/^Not known how many were sent after all/),
    ]);
    expect(await current().accessibilityFaults()).toEqual([]);
  });
});
