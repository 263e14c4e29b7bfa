import { ConsoleLogger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmayImsModule, EmayImsService, type EmayImsModuleOptions } from 'nestjs-emay-ims';
import { gzipSync } from 'node:zlib';
import { APP_ID, CIPHER_KEY } from '../client/support/client-under-test.js';
import { httpAnswer, startRawServer, type RawServer } from '../client/support/raw-server.js';
import { encrypt, encryptedGateway, encryptPacked } from '../client/secure/support/encrypted-gateway.js';
import { createTestDatabase, databasesUnderTest, type TestDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { QUIET } from '../support/gateway-app.js';

const WRONG_KEY = 'WRONG-CIPHER-KEY';
const MESSAGES = ['a', 'b', 'c'].map((customImsId, index) => ({
  mobile: `+6142211800${index}`,
  content: `Hello ${customImsId}`,
  customImsId,
}));
const reportOf = ({ customImsId, mobile }: { customImsId: string; mobile: string }) => ({
  customImsId,
  imsId: `ims-${customImsId}`,
  mobile: mobile.replace('+', '00'),
  state: 'DELIVRD',
  desc: '成功',
  submitTime: '2023-07-31 14:36:00',
  receiveTime: '2023-07-31 14:36:05',
});
const LIST = JSON.stringify(MESSAGES.map(reportOf));

describe.each(databasesUnderTest())('an account of the encrypted interface, on %s', (kind) => {
  let database: TestDatabase;
  let server: RawServer;
  /** What the next polls are answered, past the cipher of the account; then empty pages. */
  let pages: Buffer[];
  let behaviour: ReturnType<typeof encryptedGateway>;
  const apps: TestingModule[] = [];

  beforeEach(async () => {
    database = await createTestDatabase(kind);
    pages = [];
    behaviour = encryptedGateway({
      answer: ({ call }, own) => {
        const body = call === 'getIMSReport' ? pages.shift() : undefined;
        return body === undefined ? own : { code: 'SUCCESS', body };
      },
    });
    server = await startRawServer(behaviour);
  });
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
    await server.close();
    await database.drop();
  });

  async function start(options: Partial<EmayImsModuleOptions> = {}): Promise<EmayImsService> {
    const app = await Test.createTestingModule({
      imports: [
        ...(database.typeOrmOptions ? [TypeOrmModule.forRoot(database.typeOrmOptions)] : []),
        EmayImsModule.forRoot({
          baseUrl: server.url,
          appId: APP_ID,
          secretKey: CIPHER_KEY,
          transport: 'secure',
          database: database.moduleOptions,
          ...QUIET,
          ...options,
        }),
      ],
    })
      .setLogger(new ConsoleLogger({ logLevels: [] }))
      .compile();
    await app.init();
    apps.push(app);
    return app.get(EmayImsService);
  }

  /** As a host does that has found out its key. */
  async function restart(options?: Partial<EmayImsModuleOptions>): Promise<EmayImsService> {
    for (const app of apps.splice(0)) await app.close();
    return start(options);
  }

  const batches = async () => {
    const source = await database.open();
    try {
      return (await source.query(
        'SELECT state, reports, lost, content_encoding FROM emay_ims_report_batch ORDER BY id',
      )) as { state: string; reports: unknown; lost: unknown; content_encoding: string | null }[];
    } finally {
      await source.destroy();
    }
  };

  it('sends, polls and applies; empty polls leave nothing behind', async () => {
    const ims = await start();
    const { accepted } = await ims.sendPersonalized({ messages: MESSAGES });
    expect(accepted).toHaveLength(3);
    await expect(ims.pullReports()).resolves.toMatchObject({ pages: 1, reports: 0, stoppedBy: null });
    await expect(batches()).resolves.toEqual([]);
    pages.push(encryptPacked(LIST));
    await expect(ims.pullReports()).resolves.toMatchObject({ reports: 3, applied: 3, lost: 0, stoppedBy: null });
    await expect(ims.stats()).resolves.toMatchObject({ DELIVERED: 3 });
    await expect(batches()).resolves.toMatchObject([{ state: 'APPLIED' }]);
  });

  it('with a wrong key, sends no message, and says what is wrong', async () => {
    const impatient = { enabled: true, intervalMs: 20, minBackoffMs: 20, maxBackoffMs: 100 };
    const ims = await start({ secretKey: WRONG_KEY, dispatch: impatient });
    await ims.enqueue(MESSAGES);
    await eventually(
      () => ims.status(),
      ({ circuitOpenFor }) => circuitOpenFor === 'ERROR_PARAMS',
    );
    expect(behaviour.opened).toEqual([]);
    await expect(ims.stats()).resolves.toMatchObject({ QUEUED: 3, UNCONFIRMED: 0 });
    const mended = await restart({ dispatch: impatient });
    await eventually(
      () => mended.stats(),
      ({ ACCEPTED }) => ACCEPTED === 3,
    );
  });

  it('keeps a page of another key, encrypted, and applies it once the key is right', async () => {
    const ims = await start();
    await ims.sendPersonalized({ messages: MESSAGES });
    pages.push(encryptPacked(LIST, WRONG_KEY));
    // All of it, so that a failure shows where a report would have come from.
    await expect(ims.pullReports()).resolves.toEqual({
      ...{ pages: 2, reports: 0, applied: 0, orphaned: 0, quarantined: 0, conflicts: 0, lost: 0 },
      stoppedBy: 'UNDECIPHERABLE',
    });
    await expect(batches()).resolves.toMatchObject([{ state: 'UNREADABLE', content_encoding: 'x-emay-aes' }]);
    // Tried with the same key, it stays what it is.
    await expect(ims.retryReportPages()).resolves.toBe(1);
    await ims.pullReports();
    await expect(batches()).resolves.toMatchObject([{ state: 'UNREADABLE', content_encoding: 'x-emay-aes' }]);
    const mended = await restart({ secretKey: WRONG_KEY });
    await expect(mended.retryReportPages()).resolves.toBe(1);
    await mended.pullReports();
    await expect(batches()).resolves.toMatchObject([{ state: 'APPLIED' }]);
    await expect(mended.stats()).resolves.toMatchObject({ DELIVERED: 3 });
  });

  it('applies what is whole of a damaged page, and counts the rest as possibly lost', async () => {
    const ims = await start();
    await ims.sendPersonalized({ messages: MESSAGES });
    const sealed = encrypt(LIST);
    pages.push(sealed.subarray(0, sealed.length - 32));
    await expect(ims.pullReports()).resolves.toMatchObject({ reports: 2, applied: 2, lost: 498 });
    await expect(ims.stats()).resolves.toMatchObject({ DELIVERED: 2, ACCEPTED: 1 });
    await expect(batches()).resolves.toMatchObject([{ state: 'LOST', content_encoding: null }]);
  });

  it.each([1, 15, 16])('counts a page that breaks off after %d bytes as possibly lost', async (length) => {
    const ims = await start();
    const sealed = encryptPacked(LIST);
    const { onRequest } = behaviour;
    behaviour.onRequest = (socket, request) => {
      if (!request.head.includes('getIMSReport')) return onRequest?.(socket, request);
      const headers = ['result: SUCCESS', `Content-Length: ${sealed.length}`];
      socket.end(httpAnswer(sealed.subarray(0, length), { headers }));
    };
    await expect(ims.pullReports()).resolves.toMatchObject({ reports: 0, lost: 500 });
    await expect(batches()).resolves.toMatchObject([{ state: 'LOST' }]);
    await expect(ims.status()).resolves.toMatchObject({ possibleLosses: 1, lostReportsAtMost: 500 });
  });

  it.each([
    ['HTML', '<html>Blocked</html>', 'LOST'],
    ['less than a block', encrypt(LIST).subarray(0, 15), 'LOST'],
    ['reports in the clear', LIST, 'UNREADABLE'],
    ['a code that nobody knows', '{"code":"ERROR_NEW"}', 'UNREADABLE'],
  ])('counts what may be lost where %s came in place of a page: %#', async (_what, body, state) => {
    const ims = await start();
    pages.push(Buffer.from(body));
    const lost = state === 'LOST' ? 500 : 0;
    await expect(ims.pullReports()).resolves.toMatchObject({ reports: 0, lost, stoppedBy: 'UNDECIPHERABLE' });
    await expect(batches()).resolves.toMatchObject([{ state }]);
  });

  it('reads a damaged page of another key likewise, once the key is right', async () => {
    const ims = await start();
    await ims.sendPersonalized({ messages: MESSAGES });
    pages.push(encrypt(gzipSync(LIST), WRONG_KEY).subarray(0, -64));
    await ims.pullReports();
    await expect(batches()).resolves.toMatchObject([{ state: 'UNREADABLE', content_encoding: 'x-emay-aes' }]);
    const mended = await restart({ secretKey: WRONG_KEY });
    await mended.retryReportPages();
    await mended.pullReports();
    const [batch] = await batches();
    expect([batch?.state, Number(batch?.reports) + Number(batch?.lost)]).toEqual(['LOST', 500]);
  });

  it('reads a page that was packed outside of its cipher, also of another key, once the key is right', async () => {
    const ims = await start();
    await ims.sendPersonalized({ messages: MESSAGES });
    pages.push(
      gzipSync(encrypt(JSON.stringify(MESSAGES.slice(0, 1).map(reportOf)))),
      gzipSync(encrypt(LIST, WRONG_KEY)),
    );
    await expect(ims.pullReports()).resolves.toMatchObject({ reports: 1, applied: 1, lost: 0 });
    await ims.pullReports();
    const mended = await restart({ secretKey: WRONG_KEY });
    await mended.retryReportPages();
    await expect(mended.pullReports()).resolves.toMatchObject({ reports: 3, applied: 2 });
    await expect(batches()).resolves.toMatchObject([{ state: 'APPLIED' }, { state: 'APPLIED' }]);
  });

  it('keeps a long page of another key to the letter', async () => {
    const ims = await start();
    // Longer than what is kept unpacked, and its blocks alike, so that it could be packed.
    const filler = `${LIST.slice(0, -1)}${' '.repeat(2 * 1024 * 1024)}]`;
    pages.push(encrypt(filler, WRONG_KEY));
    await ims.pullReports();
    await expect(batches()).resolves.toMatchObject([{ state: 'UNREADABLE', content_encoding: 'x-emay-aes' }]);
    const mended = await restart({ secretKey: WRONG_KEY });
    await mended.retryReportPages();
    await mended.pullReports();
    const [batch] = await batches();
    expect([batch?.state, Number(batch?.reports)]).toEqual(['APPLIED', 3]);
  });
});
