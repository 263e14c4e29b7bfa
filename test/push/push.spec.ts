import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import helmet from 'helmet';
import { databasesUnderTest } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { ACCOUNT, PATH, PushApp, SECRET } from './push-app.js';
import { plainBody, post, postAsked, pushedReport, sealed, sealedBody } from './pusher.js';

const SUCCESS = { status: 200, text: 'success' };
const mobile = '+61422118000';

describe.each(databasesUnderTest())('pushed reports on %s', (kind) => {
  let app: PushApp;
  afterEach(() => app.close());

  const send = (customImsId: string) => app.ims.send({ mobile, content: 'Hello', customImsId });
  const stateOf = async (customImsId: string) => (await app.ims.findOne(customImsId))?.state;
  const applied = (count: number) =>
    eventually(
      () => app.pages(),
      (pages) => pages.filter(({ state }) => state !== 'STORED').length === count,
    );

  it.each(['express', 'fastify'] as const)('are taken on %s beside what a host has', async (platform) => {
    app = await PushApp.start(kind, {
      platform,
      prepare: (host) => {
        host.setGlobalPrefix('api');
        host.use(helmet());
        if (platform === 'express') host.use(express.raw({ type: () => true, limit: '20mb' }));
      },
    });
    await send('one');
    await send('two');
    expect(await app.push([pushedReport('one')])).toEqual(SUCCESS);
    const plain = plainBody([pushedReport('two')]);
    expect(
      await post(app.url(`${PATH}/${SECRET}`), plain, { 'Content-Type': 'application/x-www-form-urlencoded' }),
    ).toEqual(SUCCESS);
    await eventually(
      () => stateOf('one'),
      (state) => state === 'DELIVERED',
    );
    await eventually(
      () => stateOf('two'),
      (state) => state === 'DELIVERED',
    );
    expect(await app.pages()).toMatchObject([
      { source: 'push', state: 'APPLIED' },
      { source: 'push', state: 'APPLIED' },
    ]);
    expect(await post(app.url(), Buffer.alloc(0), {}, 'PUT')).toMatchObject({ status: 404 });
    expect(await post(app.url('/api/echo'), Buffer.from('{}'), { 'Content-Type': 'application/json' })).toMatchObject({
      status: 201,
      text: 'the host',
    });
    expect(await post(app.url(`/api${PATH}`), Buffer.alloc(0), {}, 'GET')).toMatchObject({ status: 200 });
  });

  it.each(['express', 'fastify'] as const)(
    'leave the routes of the host below their path alone on %s',
    async (platform) => {
      app = await PushApp.start(kind, { platform, push: { path: '/emay', plain: undefined } });
      const body = sealedBody([pushedReport('one')], ACCOUNT.secretKey);
      const at = (path: string) => post(app.url(path), body, { appId: ACCOUNT.appId });
      const json = { 'Content-Type': 'application/json' };
      expect(await post(app.url('/emay/send'), Buffer.from('{}'), json)).toEqual({ status: 201, text: 'the host' });
      expect(await post(app.url('/emay/nothing'), Buffer.from('{}'), json)).toMatchObject({ status: 404 });
      expect([await at('/emay'), await at('/emay/')]).toEqual([SUCCESS, SUCCESS]);
    },
  );

  it.each(['express', 'fastify'] as const)(
    'have a secret behind their path, and nothing else, on %s',
    async (platform) => {
      app = await PushApp.start(kind, { platform });
      const status = async (path: string) => (await post(app.url(PATH + path), Buffer.from('x'), {})).status;
      const wrong = 'secret-of-another-account';
      expect([await status(`/${wrong}`), await status(`/${wrong}/more`), await status(`/${SECRET}/`)]).toEqual([
        403, 404, 404,
      ]);
    },
  );

  it.each(['express', 'fastify'] as const)(
    'are asked for once where the client waits for that, on %s',
    async (platform) => {
      app = await PushApp.start(kind, { platform });
      const answer = await postAsked(app.url(`${PATH}/${SECRET}`), plainBody([pushedReport('one')]));
      expect(answer).toMatchObject({ status: 200, asked: 1 });
    },
  );

  it('are kept, and it is told, where they stand under another name', async () => {
    app = await PushApp.start(kind);
    await send('one');
    expect(await app.push({ code: 'SUCCESS', reports: [pushedReport('one')] })).toEqual(SUCCESS);
    const [page] = await applied(1);
    expect(page).toMatchObject({ source: 'push', state: 'UNREADABLE' });
    expect(app.log.lines.filter((line) => line.includes('Unreadable report batch (UNREADABLE)'))).toHaveLength(1);
    expect(await app.ims.status()).toMatchObject({ unreadablePages: 1 });
  });

  it.each(['express', 'fastify'] as const)('may come with any content type on %s, or none', async (platform) => {
    app = await PushApp.start(kind, { platform });
    const types = [
      undefined,
      'application/json',
      'text/plain;charset=utf-8',
      'multipart/form-data; boundary=x',
      'no type',
      '',
    ];
    for (const [index, type] of types.entries()) {
      const headers = { appId: ACCOUNT.appId, ...(type !== undefined && { 'Content-Type': type }) };
      expect(await post(app.url(), sealedBody([pushedReport(`of-${index}`)], ACCOUNT.secretKey), headers)).toEqual(
        SUCCESS,
      );
    }
    const plain = plainBody([pushedReport('plain')]);
    expect(await post(app.url(`${PATH}/${SECRET}`), plain)).toEqual(SUCCESS);
    const unpacked = sealedBody([pushedReport('chunked')], ACCOUNT.secretKey);
    expect(await post(app.url(), unpacked, { appId: ACCOUNT.appId, 'Transfer-Encoding': 'chunked' })).toEqual(SUCCESS);
    await applied(types.length + 2);
    expect(await app.reports()).toHaveLength(types.length + 2);
  });

  it('count once, however often a page is pushed, at once or later, packed one way or another', async () => {
    app = await PushApp.start(kind);
    const reports = [pushedReport('stranger'), pushedReport('other', { state: '' })];
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.push(reports)));
    expect(answers).toEqual(Array.from({ length: 20 }, () => SUCCESS));
    await applied(1);
    expect(await app.push(reports)).toEqual(SUCCESS);
    expect(await post(app.url(`${PATH}/${SECRET}`), plainBody(reports))).toEqual(SUCCESS);
    expect(await app.pages()).toHaveLength(1);
    expect(await app.reports()).toHaveLength(2);
    expect(app.events.map(({ type }) => type).toSorted()).toEqual(['report.orphaned', 'report.quarantined']);
  });

  it('count once by two instances at a time', async () => {
    app = await PushApp.start(kind);
    const other = await PushApp.start(kind, { database: app.database });
    try {
      for (let round = 0; round < 5; round++) {
        const reports = Array.from({ length: 20 }, (_, index) => pushedReport(`${round}-${index}`));
        // Another page with the same reports, too.
        const pushes = [reports, reports.toReversed()].flatMap((page) => [app.push(page), other.push(page)]);
        expect(await Promise.all(pushes)).toEqual([SUCCESS, SUCCESS, SUCCESS, SUCCESS]);
        await applied(2 * (round + 1));
        expect(await app.reports()).toHaveLength(20 * (round + 1));
      }
      expect(app.events.length + other.events.length).toBe(100);
    } finally {
      await other.close();
    }
  });

  it('have one effect and one event beside pulled ones, in any order', async () => {
    app = await PushApp.start(kind);
    await send('known');
    const pulled = await app.ims.pullReports();
    expect(pulled).toMatchObject({ reports: 1, applied: 1 });
    const { imsId } = (await app.ims.findOne('known'))!;
    const before = app.events.length;
    expect(await app.push([pushedReport('known', { imsId })])).toEqual(SUCCESS);
    await applied(2);
    expect(app.events).toHaveLength(before);
    expect(await stateOf('known')).toBe('DELIVERED');
    const stranger = pushedReport('stranger');
    const malformed = pushedReport('bad', { state: null });
    // First pushed, then pulled; then the other way round.
    for (const { appId: _appId, ...wire } of [stranger, malformed]) {
      app.simulator.pushReport(ACCOUNT.appId, { ...wire, mobile: `00${wire.mobile}` });
    }
    expect(await app.push([malformed, stranger])).toEqual(SUCCESS);
    await applied(3);
    expect(await app.ims.pullReports()).toMatchObject({ reports: 2 });
    app.simulator.pushReport(ACCOUNT.appId, { ...pushedReport('later'), mobile: '0061422118000' });
    expect(await app.ims.pullReports()).toMatchObject({ orphaned: 1 });
    expect(await app.push([pushedReport('later'), stranger])).toEqual(SUCCESS);
    await applied(5);
    expect(await app.reports()).toHaveLength(3);
    expect(
      app.events
        .slice(before)
        .map(({ type }) => type)
        .toSorted(),
    ).toEqual([...['report.orphaned', 'report.orphaned', 'report.quarantined']]);
  });

  it('are to come again where they have suffered on the way, and lose nothing that is whole', async () => {
    app = await PushApp.start(kind);
    await send('one');
    const reports = [
      pushedReport('one'),
      ...Array.from({ length: 300 }, (_, index) => pushedReport(`${index * 7919}`)),
    ];
    const whole = gzipSync(JSON.stringify(reports));
    const headers = { appId: ACCOUNT.appId };
    const cut = sealed(whole.subarray(0, whole.length / 2), ACCOUNT.secretKey);
    expect(await post(app.url(), cut, headers)).toMatchObject({ status: 400 });
    expect(await app.pages()).toMatchObject([{ state: 'UNREADABLE', failure: 'UNDECIPHERABLE' }]);
    // It does not come again: what is whole counts.
    expect(await app.ims.retryReportPages()).toBe(1);
    await app.ims.pullReports();
    expect(await app.pages()).toMatchObject([{ state: 'LOST' }, { source: null }]);
    expect(await stateOf('one')).toBe('DELIVERED');
    // It does.
    expect(await post(app.url(), sealed(whole, ACCOUNT.secretKey), headers)).toEqual(SUCCESS);
    await applied(3);
    expect(await app.reports()).toHaveLength(300);
  });

  it('are kept where they are strange: an object, nothing', async () => {
    app = await PushApp.start(kind);
    const seal = (content: Buffer) => sealed(content, ACCOUNT.secretKey);
    const headers = { appId: ACCOUNT.appId };
    expect(await post(app.url(), seal(Buffer.from('{"code":"ERROR_PARAMS"}')), headers)).toEqual(SUCCESS);
    expect(await post(app.url(), seal(Buffer.from('[]')), headers)).toEqual(SUCCESS);
    expect(await post(app.url(), seal(Buffer.alloc(0)), headers)).toEqual(SUCCESS);
    await applied(2);
    expect((await app.pages()).map(({ state }) => state)).toEqual(['UNREADABLE', 'APPLIED']);
  });

  it('find accounts that are added at run time, and leave alone those that are not named', async () => {
    app = await PushApp.start(kind, { push: { accounts: 'all', plain: undefined } });
    const database = kind === 'sqlite' ? app.database.moduleOptions : undefined;
    const added = { appId: 'ADDED', secretKey: 'FEDCBA9876543210' };
    await app.accounts.add({
      name: 'added',
      baseUrl: app.simulator.url,
      ...added,
      database,
      dispatch: { enabled: false },
      reports: { enabled: false },
    });
    expect(await app.push([pushedReport('x')], added)).toEqual(SUCCESS);
    expect(await app.push([pushedReport('x')], { ...added, appId: 'ANOTHER' })).toMatchObject({ status: 403 });
    expect(await app.pages()).toMatchObject([{ account: 'added', source: 'push' }]);
    await app.accounts.remove('added');
    expect(await app.push([pushedReport('y')], added)).toMatchObject({ status: 403 });
  });

  it('show in the status, and are looked after by the job where nothing polls', async () => {
    app = await PushApp.start(kind, { module: { reports: { enabled: true, source: 'push', intervalMs: 20 } } });
    expect(await app.ims.status()).toMatchObject({
      reportSource: 'push',
      polls: false,
      pollEveryMs: null,
      lastPushAt: null,
    });
    const sql = await app.sql();
    expect(await app.push([pushedReport('one')])).toEqual(SUCCESS);
    await applied(1);
    // As a process leaves it that is killed before it applies the page.
    await sql.run("UPDATE emay_ims_report_batch SET state = 'STORED', applied_at = NULL", []);
    await applied(1);
    const { lastPushAt } = await app.ims.status();
    expect(Math.abs(Number(lastPushAt) - Date.now())).toBeLessThan(60_000);
    expect(app.simulator.requests()).toEqual([]);
  });
});
