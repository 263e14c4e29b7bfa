import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  RequestTimeoutException,
  VersioningType,
  type CallHandler,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { SwaggerModule, DocumentBuilder } from '@nestjs/swagger';
import helmet from 'helmet';
import {
  EmayImsClosedError,
  EmayImsConflictError,
  EmayImsNotReadyError,
  EmayImsQueuedError,
  EmayImsRejectedError,
  EmayImsStoreError,
  EmayImsUnconfirmedError,
  EmayImsUnsentError,
  EmayImsValidationError,
} from 'nestjs-emay-ims';
import { Agent, createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { map, throwError, timeout, type Observable } from 'rxjs';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { EmayImsConsoleModule } from '../src/index.js';
import { ANN, BIG_SCRIPT, ConsoleApp, PLATFORMS } from './support/console-app.js';
import { messageWith, NUMBER, pageOf } from './support/fake-operations.js';

let app: ConsoleApp;
let proxy: Server | undefined;
afterEach(async () => {
  proxy?.closeAllConnections();
  proxy?.close();
  proxy = undefined;
  await app.close();
});

describe('a POST', () => {
  const ours = () => `http://127.0.0.1:${app.port}`;
  const start = async (trustedOrigins: string[] = []) => {
    app = await ConsoleApp.start({ console: { access: () => ANN, trustedOrigins } });
  };

  it.each([
    ['no header of ours', { 'x-emay-ims-console': undefined }],
    ['another value of it', { 'x-emay-ims-console': '0' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['plain text', { 'content-type': 'text/plain' }],
    ['a type that only begins like JSON', { 'content-type': 'application/jsonp' }],
    ['no Origin', { origin: undefined }],
    ['no Origin by name', { origin: 'null' }],
    ['another Origin', { origin: 'https://evil.example' }],
    ['our Host as a name of theirs', { origin: 'http://127.0.0.1.evil.example' }],
    ['our Host as a user of theirs', { origin: 'http://127.0.0.1@evil.example' }],
    ['another port', { origin: 'http://127.0.0.1:1' }],
    ['another scheme', { origin: 'file://127.0.0.1' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a neighbour', { 'sec-fetch-site': 'same-site' }],
    ['typed by hand', { 'sec-fetch-site': 'none' }],
  ])('with %s is refused', async (_what, headers) => {
    await start();
    const { status, json } = await app.post('pull', {}, headers);
    expect([status, json]).toMatchObject([403, { error: { code: 'CROSS_SITE' } }]);
    expect(app.account.calls).toEqual([]);
  });

  it('of the page itself is served', async () => {
    await start(['https://ops.example.com']);
    expect((await app.post('pull')).status).toBe(200);
    expect((await app.post('pull', {}, { 'sec-fetch-site': undefined })).status).toBe(200);
    expect((await app.post('pull', {}, { 'content-type': 'Application/JSON; charset=utf-8' })).status).toBe(200);
    expect(
      (await app.post('pull', {}, { host: 'sms.example.com:443', origin: 'https://sms.example.com' })).status,
    ).toBe(200);
    expect((await app.post('pull', {}, { origin: 'https://ops.example.com' })).status).toBe(200);
    expect((await app.post('pull', {}, { origin: 'https://ops.example.com.evil.example' })).status).toBe(403);
    expect((await app.post('pull', {}, { origin: ours(), 'x-forwarded-host': 'evil.example' })).status).toBe(200);
  });

  it('a read that another site makes is refused', async () => {
    await start();
    expect((await app.api('me', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await app.api('me', { 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await app.api('me', { 'sec-fetch-site': 'none' })).status).toBe(200);
    // A link to a page leads here from anywhere.
    expect((await app.get('messages/order-1', { 'sec-fetch-site': 'cross-site' })).status).toBe(200);
  });
});

describe.each(PLATFORMS)('on %s', (platform) => {
  it('has headers of its own beside helmet and CORS of the host, on every answer', async () => {
    app = await ConsoleApp.start({
      platform,
      console: { access: ({ headers }) => (headers.authorization ? ANN : 'deny') },
      prepare: (host) => {
        host.use(helmet({ contentSecurityPolicy: { reportOnly: true } }));
        host.enableCors({ origin: true, credentials: true });
      },
    });
    const key = { authorization: 'x', origin: 'https://evil.example' };
    const answers = [
      await app.api('me', key),
      await app.api('me', { origin: 'https://evil.example' }),
      await app.api('messages?state=NO', key),
      await app.get('overview', key),
      await app.request('/sms', { headers: key }),
      await app.get('assets/main-4f2a.js', key),
      await app.get('assets/none.js', key),
      await app.post('pull', {}, { authorization: 'x' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 400, 200, 302, 200, 404, 200]);
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; " +
          "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
      const odd = [
        'content-security-policy-report-only',
        'access-control-allow-origin',
        'access-control-allow-credentials',
      ];
      expect(Object.keys(headers).filter((name) => odd.includes(name))).toEqual([]);
    }
    const cached = answers.map(({ headers }) => headers['cache-control']);
    expect(cached.filter((value) => value !== 'no-store')).toEqual(['public, max-age=31536000, immutable']);
  });

  it('is past the interceptors of the host, within its prefix, and without its versions', async () => {
    const seen: unknown[] = [];
    class Wrap implements NestInterceptor {
      intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
        return next.handle().pipe(
          map((data: unknown) => {
            seen.push(data);
            return { wrapped: data };
          }),
        );
      }
    }
    app = await ConsoleApp.start({
      platform,
      console: { access: () => ANN },
      host: { providers: [{ provide: APP_INTERCEPTOR, useClass: Wrap }] },
      prepare: (host) => {
        host.setGlobalPrefix('/internal/v0');
        host.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
      },
    });
    const { status, json } = await app.request('/internal/v0/sms/api/v1/me');
    expect([status, json]).toMatchObject([200, { actor: 'ann' }]);
    expect((await app.request('/sms/api/v1/me')).status).toBe(404);
    expect(seen).toEqual([undefined]);
  });

  it('is not cut short by a time limit of the host', async () => {
    class TimeLimit implements NestInterceptor {
      intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
        return next.handle().pipe(timeout(100));
      }
    }
    app = await ConsoleApp.start({
      platform,
      console: { access: () => ANN },
      host: { providers: [{ provide: APP_INTERCEPTOR, useClass: TimeLimit }] },
    });
    let reads = 0;
    app.account.replies.set('search', async () => {
      await new Promise((resolve) => setTimeout(resolve, 80));
      return pageOf([messageWith()], ++reads < 5 ? 'more' : null);
    });
    const { url } = (await app.post('exports', { search: {} })).json as { url: string };
    const { status, text } = await app.get(url);
    expect([status, text.split('\r\n').length]).toEqual([200, 7]);
    // A read that takes longer is told in the console's own form.
    app.account.replies.set('handlers', () => new Promise((resolve) => setTimeout(() => resolve([]), 300)));
    const late = await app.api('handlers');
    expect([late.status, late.json]).toMatchObject([503, { error: { code: 'ACCESS_UNAVAILABLE' } }]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await app.api('me')).status).toBe(200);
  });

  it('takes no time limit of the host for a refusal', async () => {
    class TimeLimit implements NestInterceptor {
      intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
        const late = () => throwError(() => new RequestTimeoutException());
        return next.handle().pipe(timeout({ each: 50, with: late }));
      }
    }
    app = await ConsoleApp.start({
      platform,
      console: { access: () => ANN },
      host: { providers: [{ provide: APP_INTERCEPTOR, useClass: TimeLimit }] },
    });
    app.account.replies.set('handlers', () => new Promise(() => undefined));
    const { status, json } = await app.api('handlers');
    expect([status, json]).toMatchObject([503, { error: { code: 'ACCESS_UNAVAILABLE' } }]);
  });

  it('has the same shell at each address, with everything relative to where it is', async () => {
    app = await ConsoleApp.start({ platform, prepare: (host) => void host.setGlobalPrefix('tools') });
    const base = `http://127.0.0.1:${app.port}`;
    for (const route of ['overview', 'messages', 'messages/order-1', 'doubts', 'countries/AU', 'audit']) {
      const { status, text } = await app.request(`/tools/sms/${route}?range=1h`);
      expect([route, status]).toEqual([route, 200]);
      const [, script = ''] = /<script type="module" crossorigin src="([^"]+)"/.exec(text) ?? [];
      const [, root = ''] = /content="([^"]+)"/.exec(text) ?? [];
      const page = `${base}/tools/sms/${route}`;
      expect(new URL(script, page).pathname).toBe('/tools/sms/assets/main-4f2a.js');
      expect(new URL(`${root}api/v1/me`, page).pathname).toBe('/tools/sms/api/v1/me');
      expect(text).not.toMatch(/order-1|https?:|<script(?! type="module" crossorigin src)| on\w+=|style=/);
    }
    const { status, headers } = await app.request('/tools/sms?account=default');
    expect(status).toBe(302);
    expect(new URL(String(headers.location), `${base}/tools/sms`).href).toBe(
      `${base}/tools/sms/overview?account=default`,
    );
    expect((await app.request('/tools/sms/messages/a/b')).status).toBe(404);
    expect((await app.request('/tools/sms/nothing')).status).toBe(404);
  });

  it('compresses its files as the browser takes them, and knows no other', async () => {
    app = await ConsoleApp.start({ platform });
    const raw = (encoding: string) =>
      new Promise<[string | undefined, Buffer]>((resolve) => {
        const headers = { 'accept-encoding': encoding };
        httpRequest({ port: app.port, host: '127.0.0.1', path: '/sms/assets/main-4f2a.js', headers }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => resolve([response.headers['content-encoding'], Buffer.concat(chunks)]));
        }).end();
      });
    const [br, compressed] = await raw('gzip, deflate, br');
    expect([br, brotliDecompressSync(compressed).toString()]).toEqual(['br', BIG_SCRIPT]);
    const [gzip, zipped] = await raw('gzip, br;q=0');
    expect([gzip, gunzipSync(zipped).toString()]).toEqual(['gzip', BIG_SCRIPT]);
    const [plain, text] = await raw('');
    expect([plain, text.toString()]).toEqual([undefined, BIG_SCRIPT]);
    for (const name of [
      '..%2fmanifest.json',
      '%2e%2e%2fmanifest.json',
      'main-4f2a.js.br',
      'constructor',
      'manifest.json',
    ]) {
      expect([name, (await app.get(`assets/${name}`)).status]).toEqual([name, 404]);
    }
  });

  it('reaches through a proxy that renames the path and changes the Host', async () => {
    app = await ConsoleApp.start({
      platform,
      console: { access: () => ANN, publicPath: '/ops/messages', trustedOrigins: ['https://ops.example.com'] },
      prepare: (host) => void host.setGlobalPrefix('api'),
    });
    proxy = createServer((incoming, outgoing) => {
      const path = (incoming.url ?? '').replace(/^\/ops\/messages/, '/api/sms');
      const headers = { ...incoming.headers, host: 'backend.internal', 'x-forwarded-host': 'ops.example.com' };
      const to = { host: '127.0.0.1', port: app.port, method: incoming.method, path, headers };
      incoming.pipe(
        httpRequest(to, (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        }),
      );
    });
    await new Promise<void>((resolve) => proxy!.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const base = `http://127.0.0.1:${port}`;
    const first = await app.request('/ops/messages', { port });
    const overview = new URL(String(first.headers.location), `${base}/ops/messages`);
    expect(overview.pathname).toBe('/ops/messages/overview');
    const shell = await app.request('/ops/messages/messages/order-1', { port });
    const [, script = ''] = /src="([^"]+)"/.exec(shell.text) ?? [];
    const asset = new URL(script, `${base}/ops/messages/messages/order-1`).pathname;
    expect(asset).toBe('/ops/messages/assets/main-4f2a.js');
    expect((await app.request(asset, { port })).text).toBe(BIG_SCRIPT);
    const headers = {
      'content-type': 'application/json',
      'x-emay-ims-console': '1',
      origin: 'https://ops.example.com',
    };
    const sent = { port, method: 'POST', headers, body: '{}' };
    expect((await app.request('/ops/messages/api/v1/pull', sent)).status).toBe(200);
  });

  it('takes no input that it does not know, and says which', async () => {
    app = await ConsoleApp.start({ platform, console: { access: () => ANN } });
    const reads: [string, string][] = [
      ['overview?range=2h', 'range'],
      ['overview?range=1h&range=1h', 'range'],
      ['overview?Range=1h', 'Range'],
      ['overview?__proto__=1', '__proto__'],
      ['overview?constructor=1', 'constructor'],
      ['overview?range[]=1h', 'range[]'],
      ['messages?state=NO', 'state'],
      ['messages?state=QUEUED,', 'state'],
      ['messages?limit=0', 'limit'],
      ['messages?limit=501', 'limit'],
      ['messages?limit=1e2', 'limit'],
      ['messages?from=yesterday', 'from'],
      ['messages?from=2026-11-29T10:00:00', 'from'],
      ['messages?from=2026-13-01', 'from'],
      ['messages?country=au', 'country'],
      ["messages?code='%20OR%201", 'code'],
      [`messages?id=${'x'.repeat(34)}`, 'id'],
      ['messages?id=%00', 'id'],
      [`messages?after=${'x'.repeat(2_000)}`, 'after'],
      ['countries/AUS', 'iso'],
      ['reports?kind=all', 'kind'],
      ['events?state=DONE', 'state'],
      ['me?account=default&account=default', 'account'],
      [`messages/${'x'.repeat(65)}`, 'id'],
    ];
    for (const [route, field] of reads) {
      const { status, json } = await app.api(route);
      expect([route, status, json]).toMatchObject([route, 400, { error: { code: 'INVALID', field } }]);
    }
    const writes: [string, unknown, string][] = [
      ['actions/preview', { action: 'delete', ids: ['a'] }, 'action'],
      ['actions/preview', { action: 'cancel' }, 'ids'],
      ['actions/preview', { action: 'cancel', ids: ['a'], incident: 'i' }, 'ids'],
      ['actions/preview', { action: 'cancel', ids: [] }, 'ids'],
      ['actions/preview', { action: 'cancel', ids: [{}] }, 'ids'],
      ['actions/preview', { action: 'cancel', search: { limit: 5 } }, 'limit'],
      ['actions/preview', { action: 'cancel', search: [] }, 'search'],
      ['actions/a1/apply', {}, 'reason'],
      ['actions/a1/apply', { reason: ' ' }, 'reason'],
      ['actions/a1/apply', { reason: 'x', by: 'bob' }, 'by'],
      ['acknowledge', { reason: 'x' }, 'pullId'],
      ['acknowledge', { reason: 'x', pullId: 'a', reportId: 'b' }, 'pullId'],
      ['pull', { all: true }, 'all'],
      ['pull?limit=1', {}, 'limit'],
      ['pull', [], 'body'],
      ['send-test', { mobile: '+61422118000', content: 'x', customImsId: 'y' }, 'customImsId'],
    ];
    for (const [route, body, field] of writes) {
      const { status, json } = await app.post(route, body);
      expect([route, body, status, json]).toMatchObject([route, body, 400, { error: { code: 'INVALID', field } }]);
    }
    expect(app.account.calls.filter(({ name }) => name !== 'progress')).toEqual([]);
  });

  it('reads its bodies where the host parses none', async () => {
    app = await ConsoleApp.start({ platform, console: { access: () => ANN }, bodyParser: false });
    expect((await app.post('retry-report', { pullId: 'p1' })).status).toBe(200);
    expect(app.account.asked('retryReports')).toEqual([['p1', 'ann']]);
    expect((await app.post('retry-report', 'text')).status).toBe(400);
  });
});

it('answers a body that it cannot take, and does not end its connection', async () => {
  app = await ConsoleApp.start({ console: { access: () => ANN }, bodyParser: false });
  const own = { 'content-type': 'application/json', 'x-emay-ims-console': '1', origin: `http://127.0.0.1:${app.port}` };
  const agent = new Agent({ keepAlive: true });
  const post = (body: string | Buffer, more: Record<string, string>) =>
    app.request('/sms/api/v1/retry-report', { method: 'POST', agent, headers: { ...own, ...more }, body });
  const chunked = { 'transfer-encoding': 'chunked' };
  expect((await post(Buffer.from('7b22c4e3223a317d', 'hex'), chunked)).json).toMatchObject({
    error: { code: 'INVALID', message: expect.stringContaining('UTF-8') },
  });
  const long = JSON.stringify({ pullId: 'x'.repeat(600_000) });
  for (const more of [chunked, { 'content-length': `${long.length}` }]) {
    expect((await post(long, more)).json).toMatchObject({ error: { code: 'TOO_LARGE', field: 'body' } });
  }
  agent.destroy();
});

it('answers each error of the module in its own form, and no other error with anything of it', async () => {
  app = await ConsoleApp.start({ console: { access: () => ANN } });
  const violation = { index: 0, property: 'mobile', message: 'is no number' };
  const errors: [Error, number, string][] = [
    [new EmayImsValidationError([violation]), 400, 'INVALID'],
    [new EmayImsConflictError(['a']), 409, 'CONFLICT'],
    [new EmayImsRejectedError('ERROR_MOBILE_ERROR', 'a', false, ''), 409, 'REJECTED'],
    [new EmayImsUnconfirmedError('a', 'TIMEOUT'), 409, 'UNCONFIRMED'],
    [new EmayImsUnsentError('a', 'ECONNREFUSED'), 503, 'UNSENT'],
    [new EmayImsQueuedError('a', 'ECONNREFUSED'), 503, 'UNSENT'],
    [new EmayImsStoreError('ECONNREFUSED'), 503, 'STORE'],
    [new EmayImsNotReadyError('default', 'x'), 503, 'NOT_READY'],
    [new EmayImsClosedError('default'), 503, 'CLOSING'],
    [new Error(`duplicate key ${NUMBER}`), 500, 'INTERNAL'],
  ];
  for (const [error, status, code] of errors) {
    app.account.replies.set('handlers', () => Promise.reject(error));
    const answer = await app.api('handlers');
    expect([answer.status, answer.json]).toMatchObject([status, { error: { code, requestId: expect.any(String) } }]);
  }
  const { text } = await app.api('handlers');
  expect(text + app.logs.lines.join('\n')).not.toContain(NUMBER);
  expect(app.logs.lines.join('\n')).toContain('could not serve request');
});

it('stands beside another one, shows panels, and stays out of the OpenAPI document', async () => {
  @Controller('host')
  class HostController {
    @Get()
    get(): string {
      return 'host';
    }
  }
  const second = EmayImsConsoleModule.forRootAsync({
    path: 'second/console',
    useFactory: async () => ({ access: () => 'read-only' as const, accounts: 'all' as const }),
  });
  let host: INestApplication | undefined;
  app = await ConsoleApp.start({
    console: { access: () => ANN, panels: [{ id: 'keys', title: 'Keys', titleZh: '密钥', url: '/admin/keys' }] },
    host: { imports: [second], controllers: [HostController] },
    prepare: (built) => void (host = built),
  });
  expect((await app.api('me')).json).toMatchObject({ actor: 'ann', panels: [{ id: 'keys', url: '/admin/keys' }] });
  expect((await app.request('/second/console/api/v1/me')).json).toMatchObject({
    actor: null,
    actions: [],
    accounts: ['default', 'marketing'],
    panels: [],
  });
  const document = SwaggerModule.createDocument(host!, new DocumentBuilder().build());
  expect(Object.keys(document.paths)).toEqual(['/host']);
});
