import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createTestDatabase, databasesUnderTest, type TestDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { runProcess, type RunningProcess } from '../support/processes.js';
import { post, pushedReport, sealedBody } from './pusher.js';

const APP_ID = 'APP';
const KEY = '0123456789ABCDEF';

describe.each(databasesUnderTest())('a process that is killed over a push on %s', (kind) => {
  let folder: string;
  let database: TestDatabase;
  let look: DataSource;
  let application: RunningProcess;
  let url: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emay-ims-'));
    database = await createTestDatabase(kind);
    look = await database.open();
  });
  afterEach(async () => {
    await application.end('SIGKILL');
    await look.destroy();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  const start = async (failpoints?: string) => {
    application = runProcess('dist/main.js', [], {
      PORT: '0',
      // Nobody is there: what waits is looked after all the same.
      EMAY_IMS_BASE_URL: 'http://127.0.0.1:1',
      EMAY_IMS_APP_ID: APP_ID,
      EMAY_IMS_SECRET_KEY: KEY,
      EMAY_IMS_DATABASE_URL: database.url,
      EMAY_IMS_REPORT_INTERVAL_MS: '100',
      EMAY_IMS_REPORTS_SOURCE: 'push',
      EMAY_IMS_PUSH_PATH: '/push',
      EMAY_IMS_SPOOL_PATH: join(folder, 'spool'),
      ...(failpoints === undefined ? {} : { EMAY_IMS_FAILPOINTS: failpoints }),
    });
    url = await application.saying('Listening on ');
  };
  const push = () => post(`${url}/push`, sealedBody([pushedReport('one')], KEY), { appId: APP_ID });
  const rows = async (sql: string) => (await look.query(sql)) as Record<string, unknown>[];

  it.each(['after-store-push=kill', 'before-apply-commit=kill'])('%s: the page is applied once', async (failpoints) => {
    await start(failpoints);
    // Killed before the answer, or after it.
    await push().catch(() => null);
    expect(await application.ended()).toBe(null);
    await look.query('UPDATE emay_ims_lease SET expires_at = 0');
    await start();
    expect(await push()).toEqual({ status: 200, text: 'success' });
    await eventually(
      () => rows('SELECT state FROM emay_ims_report_batch'),
      (pages) => pages.every(({ state }) => state === 'APPLIED'),
    );
    expect(await rows('SELECT source FROM emay_ims_report_batch')).toEqual([{ source: 'push' }]);
    expect(await rows('SELECT status FROM emay_ims_report')).toEqual([{ status: 'ORPHANED' }]);
  });
});
