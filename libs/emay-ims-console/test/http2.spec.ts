import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { connect, type ClientHttp2Session, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { EmayImsConsoleOptions } from '../src/index.js';
import { ANN, ConsoleApp } from './support/console-app.js';

let app: ConsoleApp;
let session: ClientHttp2Session;
beforeEach(() => start({ access: () => ANN, trustedOrigins: ['https://ops.example.com'] }));
afterEach(stop);

async function start(console: Partial<EmayImsConsoleOptions>): Promise<void> {
  // As `ConsoleApp` has it, the adapter is one of HTTP/1.
  const adapter = new FastifyAdapter({ http2: true }) as never;
  app = await ConsoleApp.start({ adapter, console });
  session = connect(`http://127.0.0.1:${app.port}`);
}

async function stop(): Promise<void> {
  session.destroy();
  await app.close();
}

/** @param isWhole `false`: what lasts is left after its first piece */
function ask(headers: OutgoingHttpHeaders, body?: string, isWhole = true): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers);
    let status = 0;
    let text = '';
    stream.on('response', (head: IncomingHttpHeaders & { ':status'?: number }) => (status = head[':status'] ?? 0));
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (!isWhole) stream.close();
    });
    stream.on('error', reject);
    stream.on('close', () => resolve([status, text]));
    stream.end(body);
  });
}

const get = (route: string, headers: OutgoingHttpHeaders = {}) => ask({ ':path': `/sms/api/v1/${route}`, ...headers });

function post(route: string, headers: OutgoingHttpHeaders = {}, body: object = {}): Promise<[number, string]> {
  const own = { 'content-type': 'application/json', 'x-emay-ims-console': '1', 'sec-fetch-site': 'same-origin' };
  const to = { ':method': 'POST', ':path': `/sms/api/v1/${route}`, origin: `http://127.0.0.1:${app.port}` };
  return ask({ ...to, ...own, ...headers }, JSON.stringify(body));
}

it('serves reads, actions, downloads and the stream by HTTP/2, where no header is called Host', async () => {
  expect((await get('me'))[0]).toBe(200);
  expect(await post('pull')).toEqual([200, expect.stringContaining('"pages":1')]);
  const [, link] = await post('exports', {}, { search: {} });
  const [status, csv] = await get((JSON.parse(link) as { url: string }).url.replace('api/v1/', ''));
  expect([status, csv.split('\r\n').length]).toEqual([200, 3]);
  expect(await ask({ ':path': '/sms/api/v1/stream' }, undefined, false)).toEqual([200, expect.any(String)]);
});

it('refuses actions of other origins by HTTP/2, but for those that are trusted', async () => {
  expect((await post('pull', { origin: 'https://ops.example.com' }))[0]).toBe(200);
  // Of two names for the server, `Host` counts for nothing (RFC 9113, 8.3.1).
  const authority = `127.0.0.1:${app.port}`;
  for (const headers of [{}, { ':authority': authority, host: 'evil.example' }]) {
    expect((await post('pull', { origin: 'https://evil.example', ...headers }))[0]).toBe(403);
  }
  expect(app.account.asked('pull')).toHaveLength(1);
});

it('is open by HTTP/2 to this machine, by its own name alone', async () => {
  await stop();
  await start({});
  expect((await get('me'))[0]).toBe(200);
  expect((await post('pull'))[0]).toBe(200);
  for (const headers of [
    { ':authority': 'sms.example.com' },
    { ':authority': 'sms.example.com', host: '127.0.0.1' },
    { 'x-forwarded-for': '127.0.0.1' },
  ]) {
    expect([headers, (await get('me', headers))[0]]).toEqual([headers, 403]);
  }
});
