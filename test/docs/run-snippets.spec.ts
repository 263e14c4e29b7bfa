import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConsoleLogger, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { DEFAULT_ACCOUNT, startSimulator } from 'emay-ims-simulator';
import type { EnqueueSummary } from 'nestjs-emay-ims';
import { eventually } from '../support/eventually.js';
import { ACCOUNT, startGatewayApp, type GatewayApp } from '../support/gateway-app.js';
import { readPage, readPages } from './pages.js';
import { blockWith, runBlock } from './run-block.js';

const pages = readPages();
const sending = ['docs/sending.md', 'docs/sending.zh.md'].map((path) => readPage(path));
let app: GatewayApp;

beforeEach(async () => {
  app = await startGatewayApp('sqlite');
});
afterEach(() => app.close());

/** Pages with blocks that need no more than the service. */
const usingService = pages
  .map(({ path, blocks }) => ({ path, blocks: blocks.filter(({ preludes }) => preludes.join() === 'service') }))
  .filter(({ blocks }) => blocks.length > 0);

it.each(usingService)('$path: every block that uses the service runs', async ({ blocks }) => {
  for (const block of blocks) await runBlock(block, { ims: app.ims });
});

describe.each(sending)('$path', (page) => {
  it('one message is accepted', async () => {
    await runBlock(blockWith(page, 'message.imsId'), { ims: app.ims });
    expect(app.simulator.accepted()).toMatchObject([{ mobile: '0061422118000', customImsId: 'login-8f14e45f' }]);
  });

  it('each error leads where the page says', async () => {
    const { sendCode } = await runBlock(blockWith(page, 'catch (error)'), { ims: app.ims });
    const send = sendCode as (mobile: string, code: string, customImsId: string) => Promise<string>;
    const fine = await send('+61422118000', '4711', 'fine');
    const invalid = await send('4711', '4711', 'invalid');
    app.simulator.inject({ kind: 'reset-after', on: 'sendSingleIMS' });
    const unconfirmed = await send('+61422118001', '4711', 'unconfirmed');
    app.simulator.inject({ kind: 'code', code: 'ERROR_MOBILE_ERROR', on: 'sendSingleIMS' });
    const refused = await send('+61422118002', '4711', 'refused');
    app.simulator.inject({ kind: 'code', code: 'ERROR_SIGN', on: 'sendSingleIMS' });
    const later = await send('+61422118003', '4711', 'later');
    expect(new Set([fine, invalid, unconfirmed, refused, later]).size).toBe(5);
    expect(await app.ims.stats()).toMatchObject({ ACCEPTED: 1, UNCONFIRMED: 1, REJECTED: 1, QUEUED: 1 });
    // The same id again, once the account is taken again: accepted, and still one message.
    await eventually(
      () => send('+61422118003', '4711', 'later'),
      (answer) => answer === fine,
    );
  });

  it('a stream of recipients is stored once, however often the call is made', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'emay-ims-docs-'));
    const path = join(folder, 'recipients.txt');
    await writeFile(path, '+61422118000\n+61422118001\nnobody\n+61422118002\n');
    const { campaign } = await runBlock(blockWith(page, 'enqueueStream'), { ims: app.ims });
    const run = campaign as (path: string) => Promise<EnqueueSummary>;
    await run(path);
    expect(await run(path)).toMatchObject({ received: 4, stored: 3, invalid: 1, violations: [{ index: 2 }] });
    expect(await app.ims.stats()).toMatchObject({ QUEUED: 3 });
    await rm(folder, { recursive: true });
  });
});

describe('modules of the pages', () => {
  let folder: string;
  let host: TestingModule;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emay-ims-docs-'));
    Object.assign(process.env, {
      EMAY_BASE_URL: app.simulator.url,
      EMAY_APP_ID: ACCOUNT.appId,
      EMAY_SECRET_KEY: ACCOUNT.secretKey,
    });
  });
  afterEach(async () => {
    await host.close();
    await rm(folder, { recursive: true, force: true });
    for (const name of Object.keys(process.env).filter((key) => /^(EMAY|MARKETING)_/.test(key)))
      delete process.env[name];
  });

  const start = async (module: unknown) => {
    host = await Test.createTestingModule({ imports: [module as Type] })
      .setLogger(new ConsoleLogger({ logLevels: [] }))
      .compile();
    await host.init();
  };

  it.each(['README.md', 'README.zh.md'])('%s: the service sends', async (path) => {
    const { AppModule, LoginService } = await runBlock(blockWith(readPage(path), 'class LoginService'), {}, folder);
    await start(AppModule);
    await host
      .get<{ sendCode(mobile: string, code: string): Promise<void> }>(LoginService as Type)
      .sendCode('+61422118000', '4711');
    expect(app.simulator.accepted()).toMatchObject([{ content: expect.stringContaining('4711') }]);
  });

  it.each(['docs/configuration.md', 'docs/configuration.zh.md'])(
    '%s: the options come from a factory',
    async (path) => {
      const { AppModule } = await runBlock(blockWith(readPage(path), 'forRootAsync'), {}, folder);
      await expect(start(AppModule)).resolves.toBeUndefined();
    },
  );

  it.each(['docs/accounts.md', 'docs/accounts.zh.md'])('%s: each account sends through its own', async (path) => {
    const marketing = await startSimulator();
    Object.assign(process.env, {
      MARKETING_APP_ID: DEFAULT_ACCOUNT.appId,
      MARKETING_SECRET_KEY: DEFAULT_ACCOUNT.secretKey,
    });
    // Both of the page are at one gateway; here each has its own, so that it shows who sent what.
    const block = blockWith(readPage(path), 'class Campaigns');
    const [own = '', other = ''] = block.code.split("name: 'marketing',");
    const code = `${own}name: 'marketing',${other.replace('baseUrl,', `baseUrl: '${marketing.url}',`)}`;
    const { AppModule, Campaigns } = await runBlock(
      { ...block, code },
      { baseUrl: app.simulator.url, ...ACCOUNT },
      folder,
    );
    await start(AppModule);
    const campaigns = host.get<{
      login(mobile: string, code: string): Promise<unknown>;
      invite(to: string[]): Promise<unknown>;
    }>(Campaigns as Type);
    await campaigns.login('+61422118000', '4711');
    await campaigns.invite(['+61422118001', '+61422118002']);
    await eventually(
      () => marketing.accepted(),
      (accepted) => accepted.length === 2,
    );
    expect(app.simulator.accepted()).toHaveLength(1);
    await marketing.stop();
  });
});
