import { mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, databasesUnderTest, type TestDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { ACCOUNT, PATH, PushApp, SECRET } from './push-app.js';
import { plainBody, post, pushedReport, sealed } from './pusher.js';

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
  /** Where pages are stored, to be put in the way of. */
  const storeOf = async (app: PushApp) => {
    const { internals } = await app.ims.perform(async (account) => account);
    return (internals as unknown as { pushes: { batches: { storePushed(page: object): Promise<boolean> } } }).pushes
      .batches;
  };

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
    const batches = await storeOf(app);
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

  it('takes what was not readable at first when it comes as it should: in the clear, then encrypted', async () => {
    const app = await start();
    const reports = [pushedReport('one'), pushedReport('two')];
    const text = Buffer.from(JSON.stringify(reports));
    for (const body of [text, gzipSync(text)]) {
      expect(await post(app.url(), body, { appId: ACCOUNT.appId })).toMatchObject({ status: 400 });
    }
    expect(await app.push(reports)).toEqual(SUCCESS);
    const more = [pushedReport('three')];
    const url = app.url(`${PATH}/${SECRET}`);
    expect(await post(url, gzipSync(JSON.stringify(more)))).toMatchObject({ status: 400 });
    expect(await post(url, plainBody(more))).toEqual(SUCCESS);
    await eventually(
      () => app.reports(),
      (found) => found.length === 3,
    );
  });

  it('stores what came while the database was away as soon as it takes a page, also where nothing polls', async () => {
    const app = await start();
    const batches = await storeOf(app);
    const store = batches.storePushed.bind(batches);
    batches.storePushed = async () => {
      throw Object.assign(new Error('away'), { code: 'AWAY' });
    };
    expect(await app.push([pushedReport('one')])).toEqual(SUCCESS);
    expect(await app.push([pushedReport('two')])).toEqual(SUCCESS);
    expect(await app.spooled()).toHaveLength(2);
    batches.storePushed = store;
    expect(await app.push([pushedReport('three')])).toEqual(SUCCESS);
    await eventually(
      () => states(app),
      (found) => found.join() === 'APPLIED,APPLIED,APPLIED',
    );
    expect(await app.spooled()).toEqual([]);
    expect(await app.reports()).toHaveLength(3);
  });

  it('stores at the next push what an earlier process has left in spool files', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'emay-ims-left-'));
    try {
      shared = await createTestDatabase(kind);
      const reports = { enabled: false, spoolPath: folder };
      const before = await start({ module: { reports } });
      (await storeOf(before)).storePushed = async () => {
        throw Object.assign(new Error('away'), { code: 'AWAY' });
      };
      expect(await before.push([pushedReport('one')])).toEqual(SUCCESS);
      await open.pop()!.close();
      const after = await start({ module: { reports } });
      expect(await after.push([pushedReport('two')])).toEqual(SUCCESS);
      await eventually(
        () => states(after),
        (found) => found.join() === 'APPLIED,APPLIED',
      );
      expect(await readdir(folder)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('lets go of what is in spool files: it does not wait for the database as well', async () => {
    const app = await start();
    const batches = await storeOf(app);
    const store = batches.storePushed.bind(batches);
    let letGo: () => void = () => undefined;
    const away = new Promise<void>((resolve) => (letGo = resolve));
    let tries = 0;
    batches.storePushed = (page) => {
      tries++;
      return away.then(() => store(page));
    };
    const pushes = Array.from({ length: 12 }, (_, index) => app.push([pushedReport(`of-${index}`)]));
    expect(await Promise.all(pushes)).toEqual(pushes.map(() => SUCCESS));
    // One that came again may lie in two.
    const files = (await app.spooled()).length;
    expect(files).toBeGreaterThanOrEqual(12);
    letGo();
    await app.ims.pullReports();
    await eventually(
      () => states(app),
      (found) => found.length === 12 && found.every((state) => state === 'APPLIED'),
    );
    // The first ones, whose statements were under way, and each file once.
    expect(tries).toBeLessThanOrEqual(4 + files);
  });

  it('answers 503 where the account cannot even be asked', async () => {
    const app = await start();
    const { ims } = app;
    Object.defineProperty(ims, 'perform', {
      configurable: true,
      value: () => {
        throw new Error('no service');
      },
    });
    expect(await app.push([pushedReport('x')])).toEqual({ status: 503, text: 'not stored' });
    expect(await post(app.url(), Buffer.from('no cipher'), { appId: ACCOUNT.appId })).toMatchObject({ status: 400 });
    Reflect.deleteProperty(ims, 'perform');
    expect(await app.push([pushedReport('x')])).toEqual(SUCCESS);
  });

  it('keeps two items of a page that are no reports and say the same, and knows them again', async () => {
    const app = await start();
    const spoilt = { ...pushedReport('x'), customImsId: null, imsId: null, state: null };
    expect(await app.push([spoilt, pushedReport('y'), spoilt])).toEqual(SUCCESS);
    await app.ims.pullReports();
    expect(await app.push([spoilt, pushedReport('z'), spoilt])).toEqual(SUCCESS);
    await eventually(
      () => states(app),
      (found) => found.join() === 'APPLIED,APPLIED',
    );
    expect((await app.reports()).map(({ status }) => status)).toEqual([
      ...['QUARANTINED', 'ORPHANED', 'QUARANTINED'],
      'ORPHANED',
    ]);
  });

  it('keeps two reports without ids that say the same, and knows them again', async () => {
    const app = await start();
    const nameless = pushedReport('x', { imsId: null, customImsId: null });
    const bare = { imsId: null, customImsId: null, state: null };
    expect(await app.push([nameless, nameless])).toEqual(SUCCESS);
    await app.ims.pullReports();
    expect(await app.push([nameless, pushedReport('y'), nameless])).toEqual(SUCCESS);
    await eventually(
      () => states(app),
      (found) => found.join() === 'APPLIED,APPLIED',
    );
    const named = (await app.reports()).map(({ custom_ims_id }) => custom_ims_id);
    expect(named).toHaveLength(3);
    expect(named.filter((id) => id === null)).toHaveLength(2);
    // Of what is no report, every digit counts.
    const long = (last: number) =>
      JSON.stringify({ ...bare, imsId: 0 }).replace('"imsId":0', `"imsId":1234567890123456789${last}`);
    const body = sealed(Buffer.from(`[${long(1)},${long(2)},${long(1)}]`), ACCOUNT.secretKey);
    expect(await post(app.url(), body, { appId: ACCOUNT.appId })).toEqual(SUCCESS);
    const quarantined = async () => (await app.reports()).filter(({ status }) => status === 'QUARANTINED');
    await eventually(quarantined, (found) => found.length === 2);
  });

  it('is no success where neither database nor disk takes it', async () => {
    const app = await start({ module: { reports: { enabled: false, spoolPath: '/dev/null/spool' } } });
    const batches = await storeOf(app);
    batches.storePushed = async () => {
      throw Object.assign(new Error('away'), { code: 'AWAY' });
    };
    expect((await app.push([pushedReport('x')])).status).toBe(503);
    let letGo: () => void = () => undefined;
    batches.storePushed = () => new Promise((resolve) => (letGo = () => resolve(false)));
    expect((await app.push([pushedReport('y')])).status).toBe(503);
    letGo();
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
    const sql = await app.sql();
    await sql.run('UPDATE emay_ims_report_batch SET stored_at = stored_at - 600000', []);
    await eventually(polls, (count) => count > stood + 3);
    // The database's clock has been set back since.
    await sql.run('UPDATE emay_ims_report_batch SET stored_at = stored_at + 1200000', []);
    const then = polls();
    await eventually(polls, (count) => count > then + 3);
  });

  it('is looked after where polls fail, and says nothing about them', async () => {
    const app = await start({
      module: {
        baseUrl: 'http://127.0.0.1:1',
        dispatch: { enabled: false, minBackoffMs: 20, maxBackoffMs: 20 },
        reports: { enabled: true, source: 'both', intervalMs: 20 },
      },
    });
    const turns = () => app.events.map(({ type }) => type).filter((type) => type.startsWith('account.circuit'));
    await eventually(turns, (found) => found.length > 0);
    expect(await app.push([pushedReport('x')])).toEqual(SUCCESS);
    const sql = await app.sql();
    for (let round = 0; round < 3; round++) {
      await sql.run("UPDATE emay_ims_report_batch SET state = 'STORED', applied_at = NULL", []);
      await eventually(
        () => states(app),
        (found) => found.join() === 'APPLIED',
      );
    }
    expect(turns()).toEqual(['account.circuit-opened']);
  });

  it('is looked after while polls are not tried again for long', async () => {
    const app = await start({
      module: {
        baseUrl: 'http://127.0.0.1:1',
        dispatch: { enabled: false, minBackoffMs: 3_600_000, maxBackoffMs: 3_600_000 },
        reports: { enabled: true, source: 'both', intervalMs: 20 },
      },
    });
    await eventually(
      () => app.events.map(({ type }) => type),
      (found) => found.includes('account.circuit-opened'),
    );
    expect(await app.push([pushedReport('x')])).toEqual(SUCCESS);
    const sql = await app.sql();
    await eventually(
      () => states(app),
      (found) => found.join() === 'APPLIED',
    );
    await sql.run("UPDATE emay_ims_report_batch SET state = 'STORED', applied_at = NULL", []);
    await eventually(
      () => states(app),
      (found) => found.join() === 'APPLIED',
    );
  });
});
