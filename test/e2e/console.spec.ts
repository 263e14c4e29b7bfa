import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { readEnvironment } from '../../src/config/environment.js';
import { createApp } from '../../src/create-app.js';
import { describePage } from '../console-page/console-in-chromium.js';
import { createTestDatabase, databasesUnderTest, type TestDatabase } from '../support/databases.js';

const GATEWAY = { EMAY_IMS_BASE_URL: 'http://127.0.0.1:9', EMAY_IMS_APP_ID: 'APP', EMAY_IMS_SECRET_KEY: 'KEY' };
const KEY = 'the key of alice';
const HASH = createHash('sha256').update(KEY).digest('hex');

describePage('the console of the reference application', (browser) => {
  let database: TestDatabase;
  let app: NestExpressApplication;
  let url: string;

  const start = async (kind: TestDatabase['kind'], variables: NodeJS.ProcessEnv) => {
    Logger.overrideLogger(false);
    database = await createTestDatabase(kind);
    app = await createApp(
      readEnvironment({ EMAY_IMS_DATABASE_URL: database.url, EMAY_IMS_REPORT_INTERVAL_MS: '100', ...variables }),
    );
    await app.listen(0, '127.0.0.1');
    url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  };
  const open = async (path: string) => {
    const page = await browser().newPage({ locale: 'en-GB' });
    page.setDefaultTimeout(60_000);
    await page.goto(`${url}/console${path}`);
    return page;
  };

  afterEach(async () => {
    for (const context of browser().contexts()) await context.close();
    await app.close();
    await database.drop();
  });

  it.each(databasesUnderTest())('sends a test message, and shows that it was delivered (%s)', async (kind) => {
    await start(kind, {});
    const page = await open('');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.getByLabel('Text').fill('Hello <b>from</b> the console');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('status').getByRole('link').click();
    await page.getByText('Hello <b>from</b> the console').first().waitFor();
    // Without a reload: the page watches.
    await page.getByText('DELIVERED').first().waitFor();
  });

  it('asks operators for their keys, and takes no key of the API', async () => {
    await start('sqlite', { ...GATEWAY, CONSOLE_KEY_HASHES: `alice:${HASH}`, API_KEY_HASHES: HASH.replace(/^./, '0') });
    const me = (key?: string) =>
      fetch(`${url}/console/api/v1/me`, key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } });
    expect((await me()).status).toBe(401);
    expect((await me('another')).status).toBe(401);
    expect(await (await me(KEY)).json()).toMatchObject({ actor: 'alice', isSandbox: false });
    expect((await fetch(`${url}/api/stats`, { headers: { authorization: `Bearer ${KEY}` } })).status).toBe(401);
    const page = await open('/overview');
    await page.getByRole('textbox').last().fill(KEY);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  });

  it('is closed where nobody has been given a key', async () => {
    await start('sqlite', GATEWAY);
    expect((await fetch(`${url}/console/api/v1/me`)).status).toBe(403);
  });
});
