import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { readEnvironment } from '../../src/config/environment.js';
import { createApp } from '../../src/create-app.js';
import { createTestDatabase, databasesUnderTest, type TestDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { mobiles } from '../support/gateway-app.js';

describe.each(databasesUnderTest())('the reference application on %s', (kind) => {
  let database: TestDatabase;
  let app: NestExpressApplication;
  let url: string;

  async function start(variables: NodeJS.ProcessEnv = {}): Promise<void> {
    Logger.overrideLogger(false);
    database = await createTestDatabase(kind);
    const environment = readEnvironment({
      EMAY_IMS_DATABASE_URL: database.url,
      EMAY_IMS_REPORT_INTERVAL_MS: '100',
      ...variables,
    });
    app = await createApp(environment);
    await app.listen(0, '127.0.0.1');
    url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  }

  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: { 'Content-Type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, never> };
  };

  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  describe('in the sandbox', () => {
    beforeEach(() => start());

    it('stores a message, answers 202, sends it and follows it to DELIVERED', async () => {
      const { status, body } = await call('POST', '/api/messages', { mobile: '+61 422 118 000', content: 'Hello' });
      expect(status).toBe(202);
      expect(body).toMatchObject({ state: 'QUEUED', mobile: '+61422118000', account: 'default' });
      const path = `/api/messages/${body.customImsId}`;
      const delivered = await eventually(
        () => call('GET', path),
        (answer) => answer.body.state === 'DELIVERED',
      );
      expect(delivered.body).toMatchObject({ code: 'SUCCESS', reportState: 'DELIVRD', attempts: 1 });
      expect(Object.keys(delivered.body)).not.toContain('attempt');
    });

    it('takes 650 recipients, and messages each with their own text', async () => {
      const recipients = mobiles(650).map((mobile) => ({ mobile }));
      const batch = await call('POST', '/api/messages/batch', { content: 'Hi', recipients });
      expect(batch.status).toBe(202);
      expect(batch.body.count).toBe(650);
      const messages = mobiles(2).map((mobile, index) => ({ mobile, content: `Text ${index}` }));
      const personalized = await call('POST', '/api/messages/personalized', { messages });
      expect(personalized).toMatchObject({ status: 202, body: { count: 2, messages: [{ state: 'QUEUED' }, {}] } });
      await eventually(
        () => call('GET', '/api/stats'),
        ({ body }) => body.DELIVERED === 652,
      );
    });

    it('answers 400 with every violation by index, and stores nothing', async () => {
      const batch = { content: 'x'.repeat(501), recipients: [{ mobile: '+61422118000' }, { mobile: '1', extra: 1 }] };
      const { status, body } = await call('POST', '/api/messages/batch', batch);
      expect(status).toBe(400);
      expect(body).toMatchObject({
        code: 'EMAY_IMS_VALIDATION',
        violations: expect.arrayContaining([
          expect.objectContaining({ index: -1, property: 'content' }),
          expect.objectContaining({ index: 1, property: 'mobile' }),
          expect.objectContaining({ index: 1, property: 'extra' }),
        ]),
      });
      expect((await call('GET', '/api/stats')).body).toMatchObject({ QUEUED: 0, ACCEPTED: 0, DELIVERED: 0 });
    });

    it('answers the same id with the first message, and 409 for another payload', async () => {
      const message = { mobile: '+61422118000', content: 'Hello', customImsId: 'order-1' };
      expect((await call('POST', '/api/messages', message)).status).toBe(202);
      const again = await call('POST', '/api/messages', message);
      expect(again).toMatchObject({ status: 202, body: { customImsId: 'order-1' } });
      const other = await call('POST', '/api/messages', { ...message, content: 'Other' });
      expect(other).toMatchObject({ status: 409, body: { code: 'EMAY_IMS_CONFLICT' } });
    });

    it('withdraws what is still queued, and says why it cannot', async () => {
      const later = { mobile: '+61422118000', content: 'Later', customImsId: 'later', sendAt: '2099-01-01T00:00:00Z' };
      await call('POST', '/api/messages', later);
      expect(await call('DELETE', '/api/messages/later')).toMatchObject({ status: 200, body: { state: 'CANCELLED' } });
      expect(await call('DELETE', '/api/messages/later')).toMatchObject({ status: 200, body: { state: 'CANCELLED' } });
      expect(await call('DELETE', '/api/messages/nobody')).toMatchObject({ status: 404 });
      await call('POST', '/api/messages', { ...later, customImsId: 'now', sendAt: undefined });
      await eventually(
        () => call('GET', '/api/messages/now'),
        ({ body }) => body.state === 'DELIVERED',
      );
      expect(await call('DELETE', '/api/messages/now')).toMatchObject({ status: 409 });
    });

    it('lists messages by state and number, newest first, page by page', async () => {
      const sendAt = '2099-01-01T00:00:00Z';
      for (const [index, mobile] of mobiles(5).entries()) {
        await call('POST', '/api/messages', { mobile, content: 'Later', customImsId: `id-${index}`, sendAt });
      }
      const ids: string[] = [];
      let cursor = '';
      do {
        const { body } = await call('GET', `/api/messages?state=QUEUED&limit=2${cursor}`);
        const page = body as unknown as { items: { customImsId: string }[]; nextCursor: string | null };
        ids.push(...page.items.map(({ customImsId }) => customImsId));
        cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
      } while (cursor !== '');
      expect(ids).toEqual(['id-4', 'id-3', 'id-2', 'id-1', 'id-0']);
      const byMobile = await call('GET', `/api/messages?mobile=${encodeURIComponent(mobiles(1)[0] as string)}`);
      expect(byMobile.body).toMatchObject({ items: [{ customImsId: 'id-0' }], nextCursor: null });
      expect((await call('GET', '/api/messages?state=SENT')).status).toBe(400);
      expect((await call('GET', '/api/messages?cursor=forged')).status).toBe(400);
    });

    it('tells its health, and pulls reports when asked', async () => {
      expect(await call('GET', '/health/live')).toEqual({ status: 200, body: { status: 'ok' } });
      expect(await call('GET', '/health/ready')).toMatchObject({
        status: 200,
        body: { status: 'ok', details: { 'emay-ims': { status: 'up', database: 'up', circuit: 'closed' } } },
      });
      expect((await fetch(`${url}/health/ready`)).headers.get('cache-control')).toContain('no-cache');
      expect(await call('POST', '/api/reports/pull')).toMatchObject({ status: 200, body: { orphaned: 0 } });
    });
  });

  it('keeps what is queued where dispatch is off, and takes messages and polls for reports all the same', async () => {
    await start({ EMAY_IMS_DISPATCH: 'off' });
    const { status, body } = await call('POST', '/api/messages', { mobile: '+61 422 118 000', content: 'Hello' });
    expect([status, body.state]).toEqual([202, 'QUEUED']);
    expect((await call('GET', '/api/status')).body).toMatchObject({ dispatches: false, polls: true });
  });

  it('shows its metrics, to whoever has a key where keys are set', async () => {
    await start({ API_KEY_HASHES: createHash('sha256').update('right').digest('hex') });
    expect((await fetch(`${url}/metrics`)).status).toBe(401);
    const response = await fetch(`${url}/metrics`, { headers: { Authorization: 'Bearer right' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; .*version=0\.0\.4/);
    const page = await response.text();
    expect(page).toContain('emay_ims_messages{account="default",state="QUEUED"} 0\n');
    expect(page).toContain('process_cpu_seconds_total');
  });

  it('is not ready, but alive, while its database is away', async () => {
    // A sandbox has its messages elsewhere.
    await start({ EMAY_IMS_BASE_URL: 'http://127.0.0.1:1', EMAY_IMS_APP_ID: 'app', EMAY_IMS_SECRET_KEY: 'key' });
    const dataSource = await database.open();
    await dataSource.query('DROP TABLE emay_ims_message');
    await dataSource.destroy();
    expect(await call('GET', '/health/ready')).toMatchObject({
      status: 503,
      body: { status: 'error', error: { 'emay-ims': { status: 'down', database: 'down' } } },
    });
    expect((await call('GET', '/health/live')).status).toBe(200);
  });

  it('asks for a key where keys are set, except for its health', async () => {
    await start({ API_KEY_HASHES: createHash('sha256').update('right').digest('hex') });
    expect((await call('GET', '/api/stats')).status).toBe(401);
    expect((await call('GET', '/api/stats', undefined, { 'X-API-Key': 'wrong' })).status).toBe(401);
    expect((await call('GET', '/api/stats', undefined, { 'X-API-Key': 'right' })).status).toBe(200);
    expect((await call('GET', '/api/stats', undefined, { Authorization: 'Bearer right' })).status).toBe(200);
    expect((await call('GET', '/health/ready')).status).toBe(200);
  });

  it('answers 429 to a caller beyond the rate limit', async () => {
    await start({ RATE_LIMIT_PER_MINUTE: '2' });
    const statuses = [];
    for (let index = 0; index < 3; index++) statuses.push((await call('GET', '/api/stats')).status);
    expect(statuses).toEqual([200, 200, 429]);
  });
});
