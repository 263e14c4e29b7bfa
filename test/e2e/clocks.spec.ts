import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startSimulator, type Simulator } from 'emay-ims-simulator';
import type { DataSource } from 'typeorm';
import { createTestDatabase, databasesUnderTest, type TestDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { ACCOUNT, mobiles } from '../support/gateway-app.js';
import { runProcess, type RunningProcess } from '../support/processes.js';

const TEN_MINUTES_MS = 600_000;
const SHIFT_CLOCK = fileURLToPath(new URL('../support/shift-clock.mjs', import.meta.url));

describe.each(databasesUnderTest())('two instances on one database whose clocks are 20 minutes apart on %s', (kind) => {
  let database: TestDatabase;
  let look: DataSource;
  let simulator: Simulator;
  let instances: RunningProcess[];

  beforeEach(async () => {
    database = await createTestDatabase(kind);
    look = await database.open();
    simulator = await startSimulator({
      accounts: [ACCOUNT],
      reportDelayMs: 0,
      timestampToleranceMs: 2 * TEN_MINUTES_MS,
    });
    instances = [-TEN_MINUTES_MS, TEN_MINUTES_MS].map((shift) =>
      runProcess('dist/main.js', [], {
        PORT: '0',
        NODE_OPTIONS: `--import=${SHIFT_CLOCK}`,
        CLOCK_SHIFT_MS: String(shift),
        EMAY_IMS_BASE_URL: simulator.url,
        EMAY_IMS_APP_ID: ACCOUNT.appId,
        EMAY_IMS_SECRET_KEY: ACCOUNT.secretKey,
        EMAY_IMS_DATABASE_URL: database.url,
        EMAY_IMS_REPORT_INTERVAL_MS: '100',
        // A poll that a busy machine answers late must not end as lost.
        EMAY_IMS_TIMEOUT_MS: '60000',
      }),
    );
  });
  afterEach(async () => {
    await Promise.all(instances.map((instance) => instance.end('SIGKILL')));
    await simulator.stop();
    await look.destroy();
    await database.drop();
  });

  it('send each message once, doubt none and lose no report', async () => {
    const urls = await Promise.all(instances.map((instance) => instance.saying('Listening on ')));
    const post = async (url: string, first: number) => {
      const recipients = mobiles(700, first).map((mobile) => ({ mobile }));
      const response = await fetch(`${url}/api/messages/batch`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ content: 'Hello', recipients }),
      });
      expect(response.status).toBe(202);
    };
    await Promise.all(urls.map((url, index) => post(url, 422_118_000 + index * 1_000)));
    const [url] = urls as [string];
    const stats = await eventually(
      async () => (await (await fetch(`${url}/api/stats`)).json()) as Record<string, number>,
      ({ DELIVERED }) => DELIVERED === 1_400,
    );
    expect(stats).toMatchObject({ QUEUED: 0, UNCONFIRMED: 0, UNKNOWN: 0, EXPIRED: 0 });
    const ids = simulator.accepted().map(({ customImsId }) => customImsId);
    expect(ids).toHaveLength(1_400);
    expect(new Set(ids).size).toBe(1_400);
    // What is stored tells the database's time, whichever instance stored it.
    const [row] = await look.query('SELECT MIN(created_at) AS first, MAX(created_at) AS last FROM emay_ims_message');
    expect(Number(row.last) - Number(row.first)).toBeLessThan(TEN_MINUTES_MS);
    expect(await look.query("SELECT id FROM emay_ims_report_batch WHERE state = 'LOST'")).toEqual([]);
  });
});
