import { randomBytes } from 'node:crypto';
import { createConnection } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { bytesOf } from '../../libs/emay-ims/src/reports/page-columns.js';
import { databasesUnderTest } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { ACCOUNT, PATH, PushApp, SECRET } from './push-app.js';
import { plainBody, post, pushedReport, sealed, sealedBody } from './pusher.js';

const WRONG = 'FEDCBA9876543210';
const MIB = 1024 * 1024;

describe.each(databasesUnderTest())('strangers who push on %s', (kind) => {
  let app: PushApp;
  afterEach(async () => {
    jest.restoreAllMocks();
    await app.close();
  });

  it.each(['express', 'fastify'] as const)(
    'are refused on %s before their body is read, and leave nothing',
    async (platform) => {
      app = await PushApp.start(kind, { platform });
      const body = sealedBody([pushedReport('x')], ACCOUNT.secretKey);
      const { appId } = ACCOUNT;
      const refused = [
        await post(app.url(), body),
        await post(app.url(), body, { appId: 'ANOTHER' }),
        await post(app.url(), body, { appId: `${appId} `.repeat(20) }),
        await post(app.url(`${PATH}/${SECRET}x`), plainBody([pushedReport('x')])),
        await post(app.url(`${PATH}/%00`), plainBody([pushedReport('x')]), { appId }),
      ];
      expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
      expect(await post(app.url(`${PATH}/${SECRET}/more`), plainBody([pushedReport('x')]))).toMatchObject({
        status: 404,
      });
      expect(await declared(app.url(), { appId: 'ANOTHER', 'Content-Length': 10 * MIB })).toMatch(/^HTTP\/1.1 403 /);
      expect(await declared(app.url(), { appId, 'Content-Length': 10 * MIB })).toMatch(/^HTTP\/1.1 413 /);
      expect(await app.pages()).toEqual([]);
      for (const line of app.log.lines) expect(line).not.toContain(SECRET);
      // One line for each reason.
      expect(app.log.lines.filter((line) => line.includes('UNKNOWN'))).toHaveLength(1);
    },
  );

  it('may push from listed addresses alone', async () => {
    app = await PushApp.start(kind, { push: { allowedAddresses: ['10.0.0.0/8', '::1'] } });
    expect(await app.push([pushedReport('x')])).toMatchObject({ status: 403 });
    await app.close();
    app = await PushApp.start(kind, { push: { allowedAddresses: ['10.0.0.0/8', '127.0.0.0/30'] } });
    expect(await app.push([pushedReport('x')])).toEqual({ status: 200, text: 'success' });
  });

  it('have what no key reads kept, the newest of it, and it does not count as a push', async () => {
    app = await PushApp.start(kind);
    for (let index = 0; index < 30; index++) {
      const answer = await app.push([pushedReport(`of-${index}`)], { ...ACCOUNT, secretKey: WRONG });
      expect(answer.status).toBe(400);
      expect(answer.text).not.toContain('success');
    }
    const pages = await app.pages();
    expect(pages).toHaveLength(20);
    expect(
      new Set(pages.map(({ state, failure, content_encoding }) => [state, failure, content_encoding].join())),
    ).toEqual(new Set(['UNREADABLE,UNDECIPHERABLE,x-emay-aes']));
    expect(await app.ims.status()).toMatchObject({ unreadablePages: 20, lastPushAt: null });
    for (let index = 0; index < 6; index++) await post(app.url(), randomBytes(MIB - 16), { appId: ACCOUNT.appId });
    const sizes = (await app.pages()).map(({ raw, body: text }) => (raw ? bytesOf(raw).length : String(text).length));
    expect(sizes.length).toBeGreaterThan(2);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(4 * MIB);
    // The same bytes again are no more of them.
    const again = sealedBody([pushedReport('again')], WRONG);
    for (let index = 0; index < 3; index++) await post(app.url(), again, { appId: ACCOUNT.appId });
    expect((await app.pages()).filter(({ raw }) => raw && bytesOf(raw).equals(again))).toHaveLength(1);
    expect(app.log.lines.filter((line) => line.includes('UNDECIPHERABLE'))).toHaveLength(1);
  });

  it('have the newest of it kept also after a clock was set back', async () => {
    app = await PushApp.start(kind);
    const pushStrange = (name: string) => app.push([pushedReport(name)], { ...ACCOUNT, secretKey: WRONG });
    for (let index = 0; index < 20; index++) await pushStrange(`of-${index}`);
    const before = (await app.ims.reportPages()).map(({ pullId }) => pullId);
    const now = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => now() - 3_600_000);
    await pushStrange('newest');
    jest.restoreAllMocks();
    const after = (await app.ims.reportPages()).map(({ pullId }) => pullId);
    expect(after).toHaveLength(20);
    expect(after.filter((pullId) => !before.includes(pullId))).toHaveLength(1);
  });

  it('do not have much unpacked before a key has read anything', async () => {
    app = await PushApp.start(kind);
    const { appId, secretKey } = ACCOUNT;
    const report = JSON.stringify(pushedReport('x'));
    // With the right key, too: so it shows that not all of it has been unpacked.
    for (const long of [Buffer.alloc(4 * MIB), sealed(Buffer.from(`[${report}${' '.repeat(MIB / 2)}]`), secretKey)]) {
      expect(await post(app.url(), gzipSync(long), { appId })).toMatchObject({ status: 400 });
    }
    expect((await app.pages()).map(({ state }) => state)).toEqual(['UNREADABLE', 'UNREADABLE']);
    const packedTwice = gzipSync(sealedBody([pushedReport('x')], secretKey));
    expect(await post(app.url(), packedTwice, { appId })).toMatchObject({ status: 200 });
  });

  it('gain nothing by a recorded push that they have changed', async () => {
    app = await PushApp.start(kind);
    const recorded = sealedBody(
      Array.from({ length: 200 }, (_, index) => pushedReport(`of-${index * 7919}`)),
      ACCOUNT.secretKey,
    );
    for (let index = 0; index < 30; index++) {
      const changed = Buffer.from(recorded);
      changed.fill(index, 512, 528);
      expect(await post(app.url(), changed, { appId: ACCOUNT.appId })).toMatchObject({ status: 400 });
    }
    expect(await app.pages()).toHaveLength(20);
    expect(await app.ims.status()).toMatchObject({ possibleLosses: 0, orphanedReports: 0, lastPushAt: null });
    expect(app.events).toEqual([]);
    expect(await post(app.url(), recorded, { appId: ACCOUNT.appId })).toMatchObject({ status: 200 });
  });

  it('have a body without reports kept, where they have the secret', async () => {
    app = await PushApp.start(kind);
    const url = app.url(`${PATH}/${SECRET}`);
    expect(await post(url, Buffer.from('a=b'))).toMatchObject({ status: 400 });
    expect(await app.pages()).toMatchObject([{ state: 'UNREADABLE', failure: 'NO_REPORTS_FIELD', body: 'a=b' }]);
    expect(await post(url, Buffer.from('x=%zz&&=&reports=%5B%5D'))).toMatchObject({ status: 200 });
  });

  it.each(['express', 'fastify'] as const)('are let go on %s when they are slow', async (platform) => {
    app = await PushApp.start(kind, { platform, push: { bodyTimeoutMs: 100 } });
    expect(await declared(app.url(), { appId: ACCOUNT.appId, 'Content-Length': 1_000 })).toMatch(/^HTTP\/1.1 408 /);
    expect(await app.push([pushedReport('x')])).toMatchObject({ status: 200 });
  });

  it.each([
    ['many that send nothing', 256, 0],
    ['some that send nearly all', 17, MIB - 1],
  ])('do not keep others out by bodies that do not end: %s', async (_name, count, sent) => {
    app = await PushApp.start(kind, { push: { bodyTimeoutMs: 60_000 } });
    const { hostname, port, pathname } = new URL(app.url());
    const head = [
      `POST ${pathname} HTTP/1.1`,
      `Host: ${hostname}`,
      `appId: ${ACCOUNT.appId}`,
      `Content-Length: ${MIB}`,
    ];
    const open = await Promise.all(
      Array.from({ length: count }, async () => {
        const socket = createConnection({ host: hostname, port: Number(port) });
        socket.on('error', () => undefined);
        await new Promise<void>((resolve) => socket.write(`${head.join('\r\n')}\r\n\r\n`, () => resolve()));
        socket.write(Buffer.alloc(sent));
        return socket;
      }),
    );
    try {
      // Until what they have sent has come.
      await pause(600);
      await eventually(
        () => app.push([pushedReport('x', { desc: randomBytes(300_000).toString('base64') })]),
        ({ status }) => status === 200,
        50_000,
      );
    } finally {
      for (const socket of open) socket.destroy();
    }
  });

  it('change nothing, hundreds in parallel', async () => {
    app = await PushApp.start(kind);
    const { appId } = ACCOUNT;
    const page = sealedBody([pushedReport('stranger')], ACCOUNT.secretKey);
    const long = sealed(randomBytes(MIB - 16), WRONG);
    const attempts = Array.from({ length: 400 }, (_, index) =>
      (index % 4 === 0
        ? post(app.url(), page, { appId })
        : index % 4 === 1
          ? post(app.url(), long, { appId })
          : index % 4 === 2
            ? post(app.url(), Buffer.from(`[${index}]`), { appId })
            : post(app.url(), page, { appId: 'ANOTHER' })
      ).catch(() => ({ status: 0, text: '' })),
    );
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    expect(statuses.filter((status, index) => index % 4 !== 0 && status === 200)).toEqual([]);
    expect(await app.push([pushedReport('stranger')])).toMatchObject({ status: 200 });
    const pages = await eventually(
      () => app.pages(),
      (found) => found.every(({ state }) => state !== 'STORED'),
    );
    expect(pages.filter(({ state }) => state === 'APPLIED')).toHaveLength(1);
    expect(pages.length).toBeLessThanOrEqual(21);
    expect(await app.reports()).toHaveLength(1);
    expect(app.log.lines.length).toBeLessThan(20);
  });
});

/** What is answered to a head alone, whose body never comes. */
function declared(url: string, headers: Record<string, string | number>): Promise<string> {
  const { hostname, port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: hostname, port: Number(port) }, () => {
      const lines = Object.entries({ Host: hostname, ...headers }).map(([name, value]) => `${name}: ${value}`);
      socket.write([`POST ${pathname} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
    });
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
    socket.once('close', () => resolve(answer)).once('error', reject);
  });
}
