import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type INestApplication, Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type Simulator, startSimulator } from 'emay-ims-simulator';
import { EmayImsModule, EmayImsService } from 'nestjs-emay-ims';
import { EmayImsConsoleModule } from 'nestjs-emay-ims-console';
import type { Page } from 'playwright-core';
import { describeInChromium } from './console-in-chromium.js';

const ACCOUNT = { appId: 'EMAY-IMS-CONSOLE', secretKey: '0123456789ABCDEF' };
const PATHS = ['overview', 'messages', 'doubts', 'reports', 'countries', 'countries/AU', 'events', 'account', 'audit'];

/** No double here: the module, its console, an SQLite file and a simulated gateway, below a prefix. */
describeInChromium("the console's page on its real server", (browser) => {
  let simulator: Simulator;
  let app: INestApplication;
  let folder: string;
  let url: string;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    Logger.overrideLogger(false);
    folder = mkdtempSync(join(tmpdir(), 'emay-ims-console-page-'));
    simulator = await startSimulator({ accounts: [ACCOUNT], reportDelayMs: 0 });
    const database = { type: 'sqlite' as const, path: join(folder, 'ims.sqlite') };
    const built = await Test.createTestingModule({
      imports: [
        EmayImsModule.forRoot({ ...ACCOUNT, baseUrl: simulator.url, database, reports: { intervalMs: 300 } }),
        EmayImsConsoleModule.forRoot({ path: 'sms', isSandbox: true }),
      ],
    }).compile();
    app = built.createNestApplication();
    app.setGlobalPrefix('ops');
    await app.listen(0, '127.0.0.1');
    url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}/ops/sms`;
    page = await browser().newPage({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('response', (response) => {
      if (response.status() >= 400) complaints.push(`${response.status()} ${response.url().slice(url.length)}`);
    });
  });

  afterAll(async () => {
    await page.context().close();
    await app.close();
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
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
    const service = app.get(EmayImsService);
    simulator.inject({ kind: 'status', status: 502, on: 'sendBatchIMS', times: 1 });
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
