import { afterEach, describe, expect, it } from '@jest/globals';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ANN, ConsoleApp, PLATFORMS } from './support/console-app.js';

let app: ConsoleApp;
afterEach(async () => app.close());

describe('costly reads', () => {
  it('are two at once for each caller', async () => {
    app = await ConsoleApp.start({
      console: { access: ({ headers }) => ({ ...(ANN as object), actor: String(headers['x-user']) }) as typeof ANN },
    });
    let release = () => undefined as void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    app.account.replies.set('countries', () => gate.then(() => []));
    const first = [app.api('countries', { 'x-user': 'ann' }), app.api('countries', { 'x-user': 'ann' })];
    await new Promise((resolve) => setTimeout(resolve, 100));
    const third = await app.api('messages', { 'x-user': 'ann' });
    expect([third.status, third.json]).toMatchObject([429, { error: { code: 'TOO_MANY' } }]);
    expect(third.headers['retry-after']).toBe('1');
    expect((await app.api('messages', { 'x-user': 'bob' })).status).toBe(200);
    expect((await app.api('me', { 'x-user': 'ann' })).status).toBe(200);
    release();
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await app.api('messages', { 'x-user': 'ann' })).status).toBe(200);
  });

  it('are 30 in a minute', async () => {
    app = await ConsoleApp.start({ console: { access: () => ANN } });
    const began = performance.now();
    for (let nth = 0; nth < 30; nth++) expect((await app.api('messages')).status).toBe(200);
    const { status, headers } = await app.api('messages');
    expect(status).toBe(429);
    const tookSeconds = (performance.now() - began) / 1_000;
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(59 - tookSeconds);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
  });

  it.each(PLATFORMS)('are counted for each address that %s of the host takes for the caller’s', async (platform) => {
    const adapter = platform === 'fastify' ? new FastifyAdapter({ trustProxy: 'loopback' }) : new ExpressAdapter();
    if (platform === 'express') (adapter as ExpressAdapter).set('trust proxy', 'loopback');
    app = await ConsoleApp.start({ adapter, console: { access: () => 'read-only' } });
    const from = async (address: string) => (await app.api('messages', { 'x-forwarded-for': address })).status;
    for (let nth = 0; nth < 30; nth++) expect(await from('10.0.0.1')).toBe(200);
    expect(await from('10.0.0.1')).toBe(429);
    expect(await from('10.0.0.2')).toBe(200);
  });

  it.each(PLATFORMS)('believe no header where %s of the host trusts no proxy', async (platform) => {
    app = await ConsoleApp.start({ platform, console: { access: () => 'read-only' } });
    const from = async (address: string) => (await app.api('messages', { 'x-forwarded-for': address })).status;
    for (let nth = 0; nth < 30; nth++) expect(await from(`10.0.0.${nth}`)).toBe(200);
    expect(await from('10.0.0.99')).toBe(429);
  });
});
