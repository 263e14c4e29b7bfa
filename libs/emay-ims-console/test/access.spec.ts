import { afterEach, describe, expect, it } from '@jest/globals';
import { UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { CONSOLE_ACTIONS } from '../src/api.js';
import type { Access, ConsoleAccessContext, ConsoleOperator } from '../src/index.js';
import { API_ROUTES } from '../src/routes/api-routes.js';
import { ANN, ConsoleApp, PLATFORMS } from './support/console-app.js';
import { REQUESTS } from './support/every-route.js';

let app: ConsoleApp;
afterEach(async () => app.close());

async function call(name: string): Promise<{ status: number; code: string | undefined }> {
  const { route, body } = REQUESTS[name]!;
  if (name === 'GET stream') return statusOfStream();
  const { status, json } = body === undefined ? await app.api(route) : await app.post(route, body);
  return { status, code: (json as { error?: { code: string } } | undefined)?.error?.code };
}

/** A stream does not end by itself. */
function statusOfStream(): Promise<{ status: number; code: string | undefined }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: app.port, path: '/sms/api/v1/stream' }, (response) => {
      response.on('error', () => undefined);
      const { statusCode: status = 0 } = response;
      if (status === 200) {
        request.destroy();
        resolve({ status, code: undefined });
        return;
      }
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status, code: JSON.parse(Buffer.concat(chunks).toString()).error.code }));
    });
    request.on('error', (error) => (request.destroyed ? undefined : reject(error)));
    request.end();
  });
}

const NAMES = API_ROUTES.map(({ method, path }) => `${method} ${path}`);

it('every route of the API is in the table of this test', () => {
  expect(Object.keys(REQUESTS).sort()).toEqual([...NAMES].sort());
  return ConsoleApp.start().then((started) => (app = started));
});

describe.each(PLATFORMS)('on %s', (platform) => {
  const start = async (access: (context: ConsoleAccessContext) => unknown) => {
    app = await ConsoleApp.start({ platform, console: { access: access as () => Access } });
  };

  it('deny closes every route', async () => {
    await start(() => 'deny');
    for (const name of NAMES) expect([name, await call(name)]).toEqual([name, { status: 403, code: 'ACCESS_DENIED' }]);
    expect(app.account.calls).toEqual([]);
  });

  it('an access function that fails closes every route', async () => {
    await start(() => {
      throw new Error('the directory is away');
    });
    for (const name of NAMES) {
      expect([name, await call(name)]).toEqual([name, { status: 503, code: 'ACCESS_UNAVAILABLE' }]);
    }
    expect(app.account.calls).toEqual([]);
  });

  it.each([
    ['nothing', undefined],
    ['true', true],
    ['no actor', { ...(ANN as object), actor: undefined }],
    ['an empty actor', { ...(ANN as object), actor: ' ' }],
    ['an unknown action', { ...(ANN as object), actions: ['everything'] }],
    ['odd numbers', { ...(ANN as object), numbers: true }],
    ['odd texts', { ...(ANN as object), texts: undefined }],
    ['odd accounts', { ...(ANN as object), accounts: 'default' }],
  ])('an access function that returns %s closes every route', async (_what, access) => {
    await start(() => access);
    for (const name of NAMES) expect([name, (await call(name)).status]).toEqual([name, 503]);
    expect(app.account.calls).toEqual([]);
  });

  it('an access function that asks for a login answers 401', async () => {
    await start(() => {
      throw new UnauthorizedException('who are you');
    });
    for (const name of NAMES) {
      expect([name, await call(name)]).toEqual([name, { status: 401, code: 'UNAUTHENTICATED' }]);
    }
    expect((await app.api('me')).headers['www-authenticate']).toBe('Bearer');
  });

  it('read-only reads everything and does nothing', async () => {
    await start(() => 'read-only');
    for (const { method, path, right } of API_ROUTES) {
      const name = `${method} ${path}`;
      const expected = right === null ? { status: 200, code: undefined } : { status: 403, code: 'RIGHT_MISSING' };
      expect([name, await call(name)]).toEqual([name, expected]);
    }
    const done = app.account.calls.filter(({ name }) =>
      /apply|preview|pull|retry|acknow|sendTest|rebuild|record/.test(name),
    );
    expect(done).toEqual([]);
  });

  it('each action needs its own right, and a refusal is written down', async () => {
    for (const right of CONSOLE_ACTIONS) {
      const others = CONSOLE_ACTIONS.filter((action) => action !== right);
      await start(() => ({ ...(ANN as object), actions: others }));
      for (const route of API_ROUTES.filter(({ right: needed }) => needed === right)) {
        const name = `${route.method} ${route.path}`;
        expect([name, await call(name)]).toEqual([name, { status: 403, code: 'RIGHT_MISSING' }]);
        expect(app.account.audited.at(-1)).toMatchObject({ actor: 'ann', action: 'refused', filter: { right } });
      }
      if (right === 'resend') {
        expect(await call('POST actions/preview')).toMatchObject({ status: 403 });
        expect(await call('POST actions/:id/apply')).toMatchObject({ status: 403 });
        expect(app.account.asked('apply')).toEqual([]);
      }
      await app.close();
    }
    await start(() => ANN);
  });

  it('who may everything may everything', async () => {
    await start(() => ANN);
    for (const name of NAMES.filter((each) => each !== 'GET exports/:token')) {
      expect([name, await call(name)]).toEqual([name, { status: 200, code: undefined }]);
    }
    expect(app.account.asked('apply')).toEqual([['a1', 'ann', 'the customer asked']]);
  });

  it('knows no account but those of the console that the caller may see', async () => {
    app = await ConsoleApp.start({
      platform,
      console: {
        accounts: ['default', 'gone'],
        access: () => ({ ...(ANN as ConsoleOperator), accounts: ['default', 'marketing'] }),
      },
    });
    expect((await app.api('me?account=default')).json).toMatchObject({ account: 'default', accounts: ['default'] });
    for (const account of ['marketing', 'gone', 'nobody', '__proto__']) {
      const { status, json } = await app.api(`messages?account=${account}`);
      expect([status, json]).toMatchObject([404, { error: { code: 'ACCOUNT_UNKNOWN', field: 'account' } }]);
    }
  });

  it('decides by the account that is served, also where the request names none', async () => {
    const byAccount = (ofDefault: Access): ((context: { account: string | null }) => Access) => {
      const answers: Record<string, Access> = { default: ofDefault, marketing: 'read-only' };
      return ({ account }) => answers[account ?? ''] ?? ANN;
    };
    app = await ConsoleApp.start({ platform, console: { access: byAccount('deny') } });
    expect((await app.api('me')).json).toMatchObject({ account: 'marketing', actor: null, actions: [] });
    for (const { method, path, right } of API_ROUTES) {
      const name = `${method} ${path}`;
      expect([name, (await call(name)).status]).toEqual([name, right === null ? 200 : 403]);
    }
    expect(app.account.calls).toEqual([]);
    await app.close();

    app = await ConsoleApp.start({ platform, console: { access: byAccount('read-only') } });
    expect((await app.api('me')).json).toMatchObject({ account: 'default', actor: null, numbers: 'masked' });
    expect(await call('POST pull')).toEqual({ status: 403, code: 'RIGHT_MISSING' });
  });

  it('lists the accounts of the very question that the request asked', async () => {
    const access = ({ account }: ConsoleAccessContext): Access =>
      account === null ? { ...(ANN as ConsoleOperator), accounts: ['marketing'] } : ANN;
    await start(access);
    expect((await app.api('me')).json).toMatchObject({ account: 'marketing', accounts: ['marketing'] });
    expect((await app.api('me?account=default')).json).toMatchObject({ accounts: ['default', 'marketing'] });
  });

  it('is closed without an account where each of them is', async () => {
    const seen: unknown[] = [];
    await start(({ account }) => {
      seen.push(account);
      return account === null ? ANN : 'deny';
    });
    for (const name of NAMES) expect([name, await call(name)]).toEqual([name, { status: 403, code: 'ACCESS_DENIED' }]);
    expect(seen.slice(0, 3)).toEqual([null, 'default', 'marketing']);
    expect(app.account.calls).toEqual([]);
  });

  it('is asked with what the guards of the host have put on the request', async () => {
    const seen: unknown[] = [];
    class Login implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        const request = context.switchToHttp().getRequest<{ headers: Record<string, string>; user?: string }>();
        if (request.headers.authorization !== 'Bearer key') throw new UnauthorizedException();
        request.user = 'ann';
        return true;
      }
    }
    app = await ConsoleApp.start({
      platform,
      console: {
        guards: [Login],
        access: ({ request, account }) => {
          seen.push([(request as { user: string }).user, account]);
          return ANN;
        },
      },
    });
    const refused = await app.api('me');
    expect([refused.status, refused.json]).toMatchObject([401, { error: { code: 'UNAUTHENTICATED' } }]);
    expect(refused.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect((await app.get('overview')).status).toBe(401);
    expect((await app.api('me?account=marketing', { authorization: 'Bearer key' })).status).toBe(200);
    expect(seen).toEqual([['ann', 'marketing']]);
  });
});

describe('without `access`', () => {
  const local = (headers: Record<string, string> = {}, path = 'api/v1/me') => app.get(path, headers);

  it('is open to this machine', async () => {
    app = await ConsoleApp.start();
    for (const host of ['127.0.0.1:3000', 'localhost', '[::1]:80', 'LOCALHOST:3000', '127.8.8.8']) {
      expect([host, (await local({ host })).status]).toEqual([host, 200]);
    }
    expect((await local()).json).toMatchObject({ actor: 'local', numbers: 'full' });
  });

  it.each([
    { host: 'sms.example.com' },
    { host: '127.0.0.1.example.com' },
    { host: 'localhost.example.com' },
    { host: '127.0.0.1@example.com' },
    { host: '10.0.0.1' },
    { forwarded: 'for=1.2.3.4' },
    { 'x-forwarded-for': '127.0.0.1' },
    { 'x-forwarded-host': 'localhost' },
    { 'X-Forwarded-Proto': 'https' },
    { 'x-forwarded-prefix': '/x' },
    { 'x-real-ip': '127.0.0.1' },
    { via: '1.1 proxy' },
    { 'cf-connecting-ip': '1.2.3.4' },
    { 'x-original-url': '/sms' },
    { 'true-client-ip': '1.2.3.4' },
  ] as Record<string, string>[])('is closed to %j', async (headers) => {
    app = await ConsoleApp.start();
    for (const path of ['api/v1/me', 'overview', 'assets/main-4f2a.js', '']) {
      expect([path, (await local(headers, path)).status]).toEqual([path, 403]);
    }
    expect(app.account.calls).toEqual([]);
  });

  it.each([
    ['a proxy that speaks HTTP/1.0 and says nothing of itself', 'HTTP/1.0\r\nHost: 127.0.0.1'],
    ['an empty Host', 'HTTP/1.1\r\nHost: '],
    ['two Hosts', 'HTTP/1.1\r\nHost: sms.example.com\r\nHost: 127.0.0.1'],
  ])('is closed to %s', async (_what, head) => {
    app = await ConsoleApp.start();
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(app.port, '127.0.0.1', () => {
        socket.write(`GET /sms/api/v1/me ${head}\r\nConnection: close\r\n\r\n`);
      });
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 40[03]/);
  });

  it('is closed in production', async () => {
    const before = process.env.NODE_ENV;
    process.env.NODE_ENV = 'production';
    try {
      app = await ConsoleApp.start();
      for (const path of ['api/v1/me', 'overview', 'assets/main-4f2a.js']) {
        expect([path, (await local({}, path)).status]).toEqual([path, 403]);
      }
    } finally {
      process.env.NODE_ENV = before;
    }
  });
});
