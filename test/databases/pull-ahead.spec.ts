import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EmayImsStoreError } from 'nestjs-emay-ims';
import type { AccountInternals } from '../../libs/emay-ims/src/account/account-internals.js';
import { ReportBatchStore } from '../../libs/emay-ims/src/reports/report-batch-store.js';
import { ReportIngestor } from '../../libs/emay-ims/src/reports/report-ingestor.js';
import { databasesUnderTest, type DatabaseKind } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { mobiles, QUIET, startGatewayApp, type GatewayApp } from '../support/gateway-app.js';

const PAGE = 2;
const MESSAGES = 5 * PAGE + 1;
const { ingest } = ReportIngestor.prototype;

/** Its reports wait at the gateway, full pages and one that is not. */
async function startWithReports(kind: DatabaseKind): Promise<GatewayApp> {
  const app = await startGatewayApp(kind, {
    module: { ...QUIET, reports: { enabled: false, pageSize: PAGE } },
    simulator: { reportsPerSecond: Infinity },
  });
  await app.ims.sendBatch({ content: 'Hello', recipients: mobiles(MESSAGES).map((mobile) => ({ mobile })) });
  return app;
}

describe.each(databasesUnderTest())('while full pages are applied on %s', (kind) => {
  let app: GatewayApp;
  /** Lets pages be applied, which wait for it. */
  let open: () => void;
  let applying: number;
  beforeEach(async () => {
    app = await startWithReports(kind);
    applying = 0;
    const opened = new Promise<void>((resolve) => (open = resolve));
    jest.spyOn(ReportIngestor.prototype, 'ingest').mockImplementation(async function (this: ReportIngestor, ...page) {
      applying++;
      await opened;
      return ingest.apply(this, page);
    });
  });
  afterEach(async () => {
    open();
    jest.restoreAllMocks();
    await app.close();
  });

  const handedOut = () => app.simulator.handedOut().length;
  const isHandedOut = (count: number) => eventually(handedOut, (now) => now >= count);
  const storedPages = () =>
    app.ims.perform(async ({ internals }) => {
      const { database } = internals as AccountInternals;
      const rows = await database.rows("SELECT id FROM emay_ims_report_batch WHERE state = 'STORED'", []);
      return rows.length;
    });
  const statement = (sql: string) =>
    app.ims.perform(async ({ internals }) => (internals as AccountInternals).database.run(sql));

  it('two at a time, the next one is pulled and stored, and no more than that', async () => {
    const pulled = app.ims.pullReports();
    await isHandedOut(3 * PAGE);
    await eventually(storedPages, (pages) => pages === 3);
    expect([handedOut(), applying]).toEqual([3 * PAGE, 2]);
    open();
    expect(await pulled).toMatchObject({ pages: 6, reports: MESSAGES, applied: MESSAGES, stoppedBy: null });
  });

  it('no more is pulled than the limit says', async () => {
    const pulled = app.ims.pullReports({ limit: PAGE + 1 });
    await isHandedOut(PAGE + 1);
    open();
    expect(await pulled).toMatchObject({ pages: 2, reports: PAGE + 1, applied: PAGE + 1 });
    expect(handedOut()).toBe(PAGE + 1);
  });

  it('a shutdown ends the pull after the page that is on its way, and all of them are applied', async () => {
    const pulled = app.ims.pullReports();
    await isHandedOut(3 * PAGE);
    const closed = app.module.close();
    open();
    expect(await pulled).toMatchObject({ pages: 3, applied: 3 * PAGE, stoppedBy: 'SHUTTING_DOWN' });
    await closed;
    expect(handedOut()).toBe(3 * PAGE);
  });

  it('another instance may apply all of them, once the lease has run out: the gateway is not taken for empty', async () => {
    const pulled = app.ims.pullReports();
    await isHandedOut(3 * PAGE);
    await eventually(storedPages, (pages) => pages === 3);
    await statement(
      "UPDATE emay_ims_report_batch SET state = 'APPLIED', applied_at = stored_at WHERE state = 'STORED'",
    );
    open();
    expect(await pulled).toMatchObject({ pages: 6, reports: MESSAGES - 3 * PAGE, stoppedBy: null });
    expect(handedOut()).toBe(MESSAGES);
  });

  it('a database that goes away ends the pull, once its pages are applied', async () => {
    const away = new EmayImsStoreError('CONNECTION_LOST');
    const pulled = app.ims.pullReports();
    await isHandedOut(3 * PAGE);
    jest.spyOn(ReportBatchStore.prototype, 'insert').mockRejectedValue(away);
    open();
    await expect(pulled).rejects.toBe(away);
    jest.restoreAllMocks();
    expect(handedOut()).toBe(3 * PAGE);
    const { applied, stoppedBy } = await app.ims.pullReports();
    expect({ applied, stoppedBy }).toEqual({ applied: MESSAGES - 3 * PAGE, stoppedBy: null });
  });
});

describe.each(databasesUnderTest())('full pages that cannot be applied on %s', (kind) => {
  let app: GatewayApp;
  beforeEach(async () => {
    app = await startWithReports(kind);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await app.close();
  });

  it('end the pull after the third; those behind it, which have come meanwhile, are kept', async () => {
    jest.spyOn(ReportIngestor.prototype, 'ingest').mockResolvedValue(null);
    expect(await app.ims.pullReports()).toMatchObject({ applied: 0, stoppedBy: 'NOT_APPLIED' });
    jest.restoreAllMocks();
    expect(app.simulator.handedOut().length).toBeLessThanOrEqual(5 * PAGE);
    expect(await app.ims.pullReports()).toMatchObject({ applied: MESSAGES, stoppedBy: null });
  });
});
