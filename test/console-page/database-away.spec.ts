import { afterEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { DataSource } from 'typeorm';
import { BreakingProxy } from '../faults/breaking-proxy.js';
import { databasesUnderTest, serversUnderTest, type TestDatabase } from '../support/databases.js';
import { describePage } from './console-in-chromium.js';
import { RealConsole } from './real-console.js';

const SERVERS = serversUnderTest();
const AWAY = 'This could not be refreshed; what you see is older. The database does not answer.';
const QUEUED = 'Waits to be submitted';
const WITHDRAWN = 'Withdrawn';

/** A message that waits for tomorrow, on the page that tells of it; the stream stands. */
async function watched(real: RealConsole, browser: Browser): Promise<Page> {
  const sendAt = new Date(Date.now() + 86_400_000);
  await real.ims.enqueue([{ mobile: '+61422118000', content: 'Tomorrow', customImsId: 'watched', sendAt }]);
  const page = await real.newPage(browser);
  await page.goto(`${real.url}/messages/watched`);
  await page.getByRole('heading', { name: QUEUED }).waitFor();
  await page.locator('.liveness-live').waitFor();
  return page;
}

describePage('a database that goes away while the console is watched', (browser) => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });
  const closeWith = (page: Page) => closing.push(() => page.context().close());

  (SERVERS.length > 0 ? describe.each(SERVERS) : describe.skip.each(['postgres' as const]))('on %s', (kind) => {
    let proxy: BreakingProxy;
    let server: { host: string; port: number };

    const throughProxy = async ({ typeOrmOptions }: TestDatabase) => {
      const url = new URL((typeOrmOptions as { url: string }).url);
      server = { host: '127.0.0.1', port: Number(url.port) };
      proxy = await BreakingProxy.start(server);
      closing.push(() => proxy.stop());
      url.port = String(proxy.port);
      return url.href;
    };

    it.each<[string, () => Promise<void>, () => Promise<void>]>([
      [
        'silently, as behind a firewall',
        async () => {
          proxy.isDeaf = true;
          proxy.silence(() => true);
        },
        async () => {
          proxy.isDeaf = false;
          proxy.forget();
          for (const { client, isSilent } of proxy.connections) if (isSilent) client.destroy();
        },
      ],
      [
        'and refuses connections, as while it restarts',
        () => proxy.stop(),
        async () => void (proxy = await BreakingProxy.start(server, proxy.port)),
      ],
    ])('%s: the page says so, recovers by itself and has missed nothing', async (_how, goAway, comeBack) => {
      const database = { dataSource: 'default', statementTimeoutMs: 5_000, poolTimeoutMs: 5_000 } as const;
      const real = await RealConsole.start(kind, { databaseUrl: throughProxy, module: { database } });
      closing.push(() => real.close());
      const outside = await real.database.open();
      closing.push(() => outside.destroy());
      const page = await watched(real, browser());
      closeWith(page);

      await goAway();
      await page.locator('.liveness-away').getByText('no database').waitFor();
      await page.getByRole('alert').getByText(AWAY).waitFor();
      // What was known is still there.
      expect(await page.getByRole('heading', { name: QUEUED }).count()).toBe(1);
      // Somebody else goes on meanwhile.
      await withdraw(outside);

      await comeBack();
      await page.locator('.liveness-live').waitFor();
      await page.getByRole('heading', { name: WITHDRAWN }).waitFor();
      await page.getByText(AWAY).waitFor({ state: 'detached' });
      const totals = await real.ims.stats();
      expect([totals.QUEUED, totals.CANCELLED]).toEqual([0, 1]);
    });
  });

  const isSqliteToo = databasesUnderTest().includes('sqlite');
  (isSqliteToo ? it : it.skip)(
    'an SQLite file that another process keeps locked: reading goes on, a decision says why it fails, and works once afterwards',
    async () => {
      const real = await RealConsole.start('sqlite', {
        module: { dispatch: { enabled: false }, reports: { enabled: false } },
      });
      closing.push(() => real.close());
      const outside = await real.database.open();
      closing.push(() => outside.destroy());
      const page = await watched(real, browser());
      closeWith(page);

      await outside.query('BEGIN IMMEDIATE');
      await page.getByRole('button', { name: 'Withdraw' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('The database does not answer.').waitFor();
      await page.reload();
      await page.getByRole('heading', { name: QUEUED }).waitFor();
      await page.locator('.liveness-live').waitFor();
      await outside.query('ROLLBACK');

      await page.getByRole('button', { name: 'Withdraw' }).click();
      await dialog.getByLabel('Reason').fill('called off');
      await dialog.getByRole('button', { name: 'Withdraw' }).click();
      await dialog.getByText('1 done, 0 changed since').waitFor();
      const done = await outside.query<{ action: string; done: number }[]>('SELECT action, done FROM emay_ims_audit');
      expect(done).toEqual([{ action: 'cancel', done: 1 }]);
    },
  );
});

async function withdraw(outside: DataSource): Promise<void> {
  await outside.query(
    "UPDATE emay_ims_message SET state = 'CANCELLED', outcome = 'CANCELLED', due_at = NULL WHERE custom_ims_id = 'watched'",
  );
}
