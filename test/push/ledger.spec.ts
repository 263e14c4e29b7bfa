import { afterEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, databasesUnderTest, type TestDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { PushApp } from './push-app.js';
import { pushedReport } from './pusher.js';

const SUCCESS = { status: 200, text: 'success' };
const WRONG = 'FEDCBA9876543210';

describe.each(databasesUnderTest())('the ledger of pushed batches on %s', (kind) => {
  const open: PushApp[] = [];
  let shared: TestDatabase | null = null;
  afterEach(async () => {
    for (const app of open.splice(0)) await app.close();
    await shared?.drop();
    shared = null;
  });

  const start = async (options: Parameters<typeof PushApp.start>[1] = {}) => {
    const app = await PushApp.start(kind, { ...options, ...(shared && { database: shared }) });
    open.push(app);
    return app;
  };
  const states = async (app: PushApp) => (await app.pages()).map(({ state }) => state);

  it('applies what no key could read once the key is right', async () => {
    shared = await createTestDatabase(kind);
    const wrong = await start({ module: { secretKey: WRONG } });
    expect(await wrong.push([pushedReport('one'), pushedReport('two')])).toMatchObject({ status: 400 });
    const [page] = await wrong.ims.reportPages();
    expect(page).toMatchObject({ why: 'unreadable', failure: 'UNDECIPHERABLE' });
    expect(await wrong.ims.retryReportPages()).toBe(1);
    await wrong.ims.pullReports();
    expect(await states(wrong)).toEqual(['UNREADABLE']);
    await open.pop()!.close();
    const right = await start();
    // Meanwhile the gateway pushes it again: the same reports, in another page.
    expect(await right.push([pushedReport('one'), pushedReport('two')])).toEqual(SUCCESS);
    expect(await right.ims.retryReportPages()).toBe(1);
    await right.ims.pullReports();
    await eventually(
      () => states(right),
      (found) => found.every((state) => state === 'APPLIED'),
    );
    expect(await right.reports()).toHaveLength(2);
    expect(right.events).toHaveLength(2);
  });

  it('takes pages into spool files while the database stores none, and counts each once', async () => {
    const app = await start();
    const sql = await app.sql();
    const { internals } = await app.ims.perform(async (account) => account);
    const batches = (internals as unknown as { pushes: { batches: { storePushed(page: object): Promise<boolean> } } })
      .pushes.batches;
    const store = batches.storePushed.bind(batches);
    // Refuses, stores too late, and is as it was.
    batches.storePushed = async () => {
      throw Object.assign(new Error('away'), { code: 'AWAY' });
    };
    expect(await app.push([pushedReport('refused')])).toEqual(SUCCESS);
    expect(await app.push([pushedReport('refused')])).toEqual(SUCCESS);
    expect(await app.spooled()).toHaveLength(1);
    let late: Promise<boolean> | null = null;
    let letGo: () => void = () => undefined;
    batches.storePushed = (page) => (late = new Promise<void>((resolve) => (letGo = resolve)).then(() => store(page)));
    expect(await app.push([pushedReport('late')])).toEqual(SUCCESS);
    expect(await app.spooled()).toHaveLength(2);
    letGo();
    expect(await (late as Promise<boolean> | null)).toBe(true);
    batches.storePushed = store;
    // A copy that another instance has stored.
    expect(await app.push([pushedReport('refused')])).toEqual(SUCCESS);
    await app.ims.pullReports();
    expect(await app.spooled()).toEqual([]);
    await eventually(
      () => states(app),
      (found) => found.every((state) => state === 'APPLIED'),
    );
    expect(await sql.rows('SELECT source FROM emay_ims_report_batch', [])).toEqual([
      { source: 'push' },
      { source: 'push' },
    ]);
    expect(app.events).toHaveLength(2);
  });

  it('is no success where neither database nor disk takes it', async () => {
    const app = await start({ module: { reports: { enabled: false, spoolPath: '/dev/null/spool' } } });
    const { internals } = await app.ims.perform(async (account) => account);
    const { batches } = (internals as unknown as { pushes: { batches: { storePushed(): Promise<boolean> } } }).pushes;
    batches.storePushed = async () => {
      throw Object.assign(new Error('away'), { code: 'AWAY' });
    };
    expect((await app.push([pushedReport('x')])).status).toBe(503);
    batches.storePushed = () => new Promise(() => undefined);
    expect((await app.push([pushedReport('y')])).status).toBe(503);
    expect(await app.pages()).toEqual([]);
  });

  it('has polls come less often while pushes come to any instance, and as before when they stop', async () => {
    shared = await createTestDatabase(kind);
    const reports = { enabled: true, source: 'both', intervalMs: 250 } as const;
    const app = await start({ module: { reports } });
    const other = await start();
    const polls = () => app.simulator.requests().length;
    await eventually(polls, (count) => count > 2);
    expect(await other.push([pushedReport('x')])).toEqual(SUCCESS);
    // As the job goes on, it finds the push, and the counter stands still.
    let quiet = 0;
    let last = polls();
    await eventually(
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 400));
        const count = polls();
        quiet = count === last ? quiet + 1 : 0;
        last = count;
        return quiet;
      },
      (count) => count >= 5,
    );
    // A call by hand polls all the same.
    const stood = polls();
    expect(await app.ims.pullReports()).toMatchObject({ stoppedBy: null });
    expect(polls()).toBe(stood + 1);
    await (await app.sql()).run('UPDATE emay_ims_report_batch SET stored_at = stored_at - 600000', []);
    await eventually(polls, (count) => count > stood + 3);
  });
});
