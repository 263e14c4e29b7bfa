import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { databasesUnderTest } from '../support/databases.js';
import { describePage } from './console-in-chromium.js';
import { RealConsole } from './real-console.js';

const PATHS = [
  ...['overview', 'messages', 'doubts', 'reports', 'countries', 'countries/AU', 'countries/-', 'events'],
  ...['account', 'audit'],
];
const PLATFORMS = { sqlite: 'express', postgres: 'fastify', mariadb: 'express', mysql: 'fastify' } as const;

/** No double here: the module, its console, a database and a simulated gateway, below a prefix. */
describePage("the console's page on its real server", (browser) => {
  describe.each(databasesUnderTest())('and %s', (kind) => {
    let real: RealConsole;
    let url: string;
    let page: Page;
    const complaints: string[] = [];

    beforeAll(async () => {
      real = await RealConsole.start(kind, { platform: PLATFORMS[kind] });
      ({ url } = real);
      page = await real.newPage(browser());
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('response', (response) => {
        if (response.status() >= 400) complaints.push(`${response.status()} ${response.url().slice(url.length)}`);
      });
    });

    afterAll(async () => {
      await page.context().close();
      await real.close();
    });

    it('sends a newcomer’s first message and shows it delivered, as it happens', async () => {
      await page.goto(url);
      const form = page.getByRole('form', { name: 'Send a test message' });
      await form.getByRole('button', { name: 'Send' }).click();
      await form.getByRole('link', { name: 'See what becomes of it' }).click();
      await page.getByRole('heading', { name: 'Delivered', exact: true }).waitFor();
      await page.getByText('Delivery report').waitFor();
      await page.getByRole('link', { name: 'Messages' }).first().click();
      await page.getByText('+61422118000').waitFor();
    });

    it.each(PATHS)('shows %s', async (path) => {
      await page.goto(`${url}/${path}`);
      await page
        .getByText(/^as of /)
        .first()
        .waitFor();
      expect(await page.getByRole('alert').allInnerTexts()).toEqual([]);
    });

    it('decides the doubts of an incident exactly as previewed', async () => {
      const service = real.ims;
      real.simulator.inject({ kind: 'status', status: 502, on: 'sendBatchIMS', times: 1 });
      const recipients = Array.from({ length: 12 }, (_, index) => ({
        customImsId: `doubt-${index}`,
        mobile: `+614221181${String(index).padStart(2, '0')}`,
      }));
      const { unconfirmed } = await service.sendBatch({ content: 'Code', recipients });
      expect(unconfirmed).toHaveLength(12);
      await page.goto(`${url}/doubts`);
      await page.getByRole('button', { name: 'Give up 12…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Give up on 12?' });
      await dialog.getByLabel('Reason').fill('Nobody needs these codes any more');
      await dialog.getByLabel('Type 12 to confirm').fill('12');
      await dialog.getByRole('button', { name: 'Give up' }).click();
      await page.getByText('12 done, 0 changed since').waitFor();
      expect(await service.stats()).toMatchObject({ UNCONFIRMED: 0, UNKNOWN: 12 });
    });

    it('ends without a complaint', () => {
      expect(complaints).toEqual([]);
    });
  });
});
