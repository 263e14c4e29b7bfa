import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger, type INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { startSimulator, type Simulator } from 'emay-ims-simulator';
import { EmayImsModule, EmayImsService } from 'nestjs-emay-ims';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmayImsConsoleModule } from '../src/index.js';
import { API_ROUTES } from '../src/routes/api-routes.js';
import { PLATFORMS } from './support/console-app.js';
import { REQUESTS } from './support/every-route.js';
import { until } from './support/until.js';

const ACCOUNT = { appId: 'EMAY-IMS-CONSOLE', secretKey: '0123456789ABCDEF' };

/** The real module with its operations, an SQLite file and a simulated gateway; no access function, as on a developer's machine. */
describe.each(PLATFORMS)('the console of a real application on %s', (platform) => {
  let simulator: Simulator;
  let app: INestApplication;
  let folder: string;
  let base: string;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    folder = mkdtempSync(join(tmpdir(), 'emay-ims-console-'));
    simulator = await startSimulator({ accounts: [ACCOUNT], reportDelayMs: 0 });
    const database = { type: 'sqlite' as const, path: join(folder, 'ims.sqlite') };
    const built = await Test.createTestingModule({
      imports: [
        EmayImsModule.forRoot({ ...ACCOUNT, baseUrl: simulator.url, database, reports: { intervalMs: 300 } }),
        EmayImsConsoleModule.forRoot({ path: 'sms', isSandbox: true }),
      ],
    }).compile();
    app = built.createNestApplication(platform === 'express' ? new ExpressAdapter() : new FastifyAdapter());
    await app.listen(0, '127.0.0.1');
    base = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}/sms/api/v1/`;
  });

  afterAll(async () => {
    await app.close();
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function get<T>(route: string): Promise<T> {
    const response = await fetch(base + route);
    const text = await response.text();
    expect([route, response.status, text]).toEqual([route, 200, expect.any(String)]);
    return JSON.parse(text) as T;
  }

  async function post<T>(route: string, body: unknown): Promise<T> {
    const headers = { 'content-type': 'application/json', 'x-emay-ims-console': '1', origin: new URL(base).origin };
    const response = await fetch(base + route, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await response.text();
    expect([route, response.status, text]).toEqual([route, 200, expect.any(String)]);
    return JSON.parse(text) as T;
  }

  it('sends a test message and shows what became of it', async () => {
    const sent = await post<{ customImsId: string }>('send-test', { mobile: '+61 422 118 000', content: '=Hello' });
    let state = '';
    await until(async () => {
      ({ state } = (await get<{ message: { state: string } }>(`messages/${sent.customImsId}`)).message);
      return state === 'DELIVERED';
    });
    const found = await get<{ items: { customImsId: string }[] }>('messages?mobile=%2B61422118000&state=DELIVERED');
    expect(found.items).toMatchObject([{ customImsId: sent.customImsId, country: 'AU' }]);
    const audit = await get<{ items: { actor: string; action: string }[] }>('audit');
    expect(audit.items).toMatchObject([{ actor: 'local', action: 'send-test' }]);
  });

  it('serves every read', async () => {
    for (const { method, path } of API_ROUTES) {
      if (method !== 'GET' || /stream|:id|:token/.test(path)) continue;
      await get(REQUESTS[`GET ${path}`]!.route.replace(/\?incident=.*/, ''));
    }
    expect(await get('me')).toMatchObject({ actor: 'local', account: 'default', isSandbox: true, version: '0.1.0' });
  });

  it('withdraws exactly what was previewed', async () => {
    const service = app.get(EmayImsService);
    const sendAt = new Date(Date.now() + 3_600_000);
    const later = { mobile: '+61422118001', content: 'Later', sendAt };
    await service.enqueue(['later-1', 'later-2'].map((customImsId) => ({ ...later, customImsId })));
    const search = { states: ['QUEUED'] };
    const preview = await post<{ id: string; count: number }>('actions/preview', { action: 'cancel', search });
    expect(preview.count).toBe(2);
    await service.cancel('later-1');
    let progress = await post<{ state: string }>(`actions/${preview.id}/apply`, { reason: 'called off' });
    await until(async () => {
      progress = await get(`actions/${preview.id}`);
      return progress.state === 'done';
    });
    expect(progress).toMatchObject({ state: 'done', count: 2, done: 1, changedSince: 1, changedIds: ['later-1'] });
    expect(await get('messages/later-2')).toMatchObject({ message: { state: 'CANCELLED' } });
  });

  it('exports, reveals, and writes both down', async () => {
    const { url } = await post<{ url: string }>('exports', { search: { country: 'AU' } });
    const response = await fetch(new URL(`../../${url}`, base));
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(text).toContain("'=Hello");
    expect(text.trim().split('\r\n')).toHaveLength(4);
    expect(await post('reveal', { customImsId: 'later-2' })).toEqual({ mobile: '+61422118001', content: 'Later' });
    const audited = async () => {
      const { items } = await get<{ items: { action: string }[] }>('audit');
      return items.slice(0, 3).map(({ action }) => action);
    };
    await until(async () => (await audited()).includes('export-end'));
    expect((await audited()).toSorted()).toEqual(['export', 'export-end', 'reveal']);
  });

  it('tells live what a message becomes', async () => {
    const abort = new AbortController();
    const response = await fetch(`${base}stream`, { signal: abort.signal });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const read = async (what: RegExp) => {
      while (!what.test(text)) text += (await reader.read()).value ?? '';
    };
    await read(/event: totals/);
    const { customImsId } = await post<{ customImsId: string }>('send-test', { mobile: '+61422118002', content: 'x' });
    await read(new RegExp(`event: message\\ndata: .*${customImsId}`));
    abort.abort();
  });

  it('answers wrong input of the core as its own', async () => {
    const response = await fetch(`${base}messages?after=nonsense`);
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { code: 'INVALID', field: 'after' } },
    ]);
    expect((await fetch(`${base}messages/none`)).status).toBe(404);
    expect((await fetch(`${base}actions/none`)).status).toBe(404);
  });
});
