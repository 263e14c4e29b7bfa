import { createHash } from 'node:crypto';
import { connect, type AddressInfo, type Server } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger, UnauthorizedException } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request } from 'express';
import { readEnvironment } from '../../src/config/environment.js';
import { createApp } from '../../src/create-app.js';
import { ApiKeys } from '../../src/http/api-keys.js';
import { plainBody, postAsked } from '../push/pusher.js';

const MESSAGE = '{"mobile":"+61422118000","content":"Hi"}';
const JSON_TYPE = 'Content-Type: application/json';

interface Answer {
  status: number;
  head: string;
  body: string;
}

/** The service, met by bytes that no client would send by itself. */
async function startService(variables: NodeJS.ProcessEnv = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'emay-ims-'));
  Logger.overrideLogger(false);
  const app: NestExpressApplication = await createApp(
    readEnvironment({ EMAY_IMS_DATABASE_URL: `sqlite:${join(folder, 'ims.sqlite')}`, ...variables }),
  );
  await app.listen(0, '127.0.0.1');
  const server = app.getHttpServer() as Server;
  const { port } = server.address() as AddressInfo;

  const exchange = (lines: string[], body: string | Buffer = ''): Promise<Answer> =>
    new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`);
        socket.write(body);
      });
      socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      socket.on('error', (error) => (text === '' ? reject(error) : undefined));
      socket.on('close', () => {
        const [head = '', answer = ''] = text.split(/\r\n\r\n(.*)/s);
        resolve({ status: Number(head.split(' ')[1]), head, body: answer });
      });
    });

  return {
    port,
    server,
    exchange,
    get: (path: string, headers = ['Host: localhost']) => exchange([`GET ${path} HTTP/1.1`, ...headers]),
    post: (path: string, body: string | Buffer, headers = [JSON_TYPE], host = 'localhost') =>
      exchange(
        [`POST ${path} HTTP/1.1`, `Host: ${host}`, `Content-Length: ${Buffer.byteLength(body)}`, ...headers],
        body,
      ),
    async close() {
      await app.close();
      await rm(folder, { recursive: true });
    },
  };
}

function expectProblem({ status, head, body }: Answer, expected: number): void {
  expect([status, body]).toEqual([expected, expect.stringContaining(`"status":${expected}`)]);
  expect(head.toLowerCase()).toContain('content-type: application/problem+json');
  expect(head.toLowerCase()).toContain('emay-ims-sandbox: true');
}

describe('a sandbox that takes pushes', () => {
  it('asks those it knows for the body, and marks its answers', async () => {
    const secret = 'a-secret-of-the-sandbox';
    const service = await startService({ EMAY_IMS_PUSH_PATH: '/push', EMAY_IMS_PUSH_SECRET: secret });
    const push = async (path: string, body: Buffer) => {
      const { status, asked, headers } = await postAsked(`http://127.0.0.1:${service.port}${path}`, body);
      return [status, asked, headers['emay-ims-sandbox']];
    };
    try {
      expect(await push('/push/wrong', plainBody([]))).toEqual([403, 0, 'true']);
      expect(await push(`/push/${secret}`, Buffer.alloc(1024 * 1024 + 1))).toEqual([413, 0, 'true']);
      expect(await push(`/push/${secret}`, plainBody([]))).toEqual([200, 1, 'true']);
    } finally {
      await service.close();
    }
  });
});

describe('the service on loopback, without keys', () => {
  let service: Awaited<ReturnType<typeof startService>>;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.close());

  it('says in every answer that it is a sandbox', async () => {
    const { status, head, body } = await service.post('/api/messages', MESSAGE);
    expect([status, JSON.parse(body)]).toEqual([202, expect.objectContaining({ sandbox: true, state: 'QUEUED' })]);
    expect(head).toContain('Emay-Ims-Sandbox: true');
  });

  it.each([
    ['GBK', Buffer.from('7b2261223a22c4e3bac3227d', 'hex'), 400],
    ['UTF-16 with its mark', Buffer.from(`\ufeff${MESSAGE}`, 'utf16le'), 400],
    ['UTF-16', Buffer.from(MESSAGE, 'utf16le'), 400],
    ['an overlong encoding', Buffer.from('7b2261223a22c0af227d', 'hex'), 400],
    ['half an object', MESSAGE.slice(0, 20), 400],
    ['nesting', '['.repeat(100_000), 400],
    ['nesting that ends', `${'['.repeat(17)}${']'.repeat(17)}`, 400],
    ['a list of millions', `{"content":"x","recipients":[${'1,'.repeat(3_000_000)}1]}`, 400],
    ['objects by the million', `{"content":"x","recipients":[${'{},'.repeat(3_000_000)}{}]}`, 400],
    ['too many fields', `{${Array.from({ length: 33 }, (_, index) => `"f${index}":1`).join()}}`, 400],
  ])('refuses a body of %s', async (_what, body, status) => {
    expectProblem(await service.post('/api/messages/batch', body), status);
  });

  it('checks a list to the end of what is worth telling, and no further', async () => {
    const { status, body } = await service.post(
      '/api/messages/batch',
      `{"content":"x","recipients":[${'{},'.repeat(99_998)}{}]}`,
    );
    const { violations } = JSON.parse(body) as { violations: unknown[] };
    expect([status, violations.length]).toEqual([400, 1_001]);
  });

  it('takes a list that is checked in several stretches', async () => {
    const recipients = Array.from({ length: 1_234 }, (_, index) => ({ mobile: `+61${422_000_000 + index}` }));
    const { status, body } = await service.post('/api/messages/batch', JSON.stringify({ content: 'x', recipients }));
    expect([status, (JSON.parse(body) as { count: number }).count]).toEqual([202, 1_234]);
    const wrong = JSON.stringify({ content: 'x', recipients: recipients.with(777, { mobile: '1' }) });
    expect(JSON.parse((await service.post('/api/messages/batch', wrong)).body)).toMatchObject({
      violations: [{ index: 777, property: 'mobile' }],
    });
  });

  it.each([
    [[], 415],
    [['Content-Type: text/plain'], 415],
    [['Content-Type: application/json; charset=gbk'], 415],
    [['Content-Type: application/json; charset=utf-16'], 415],
    [['Content-Type: application/json; charset="UTF-8"'], 202],
    [[JSON_TYPE, 'Content-Encoding: snappy'], 415],
    [[JSON_TYPE, 'Content-Encoding: gzip'], 400],
    [[JSON_TYPE, 'Origin: http://evil.example'], 403],
    [[JSON_TYPE, 'Origin: null'], 403],
    [[JSON_TYPE, 'Sec-Fetch-Site: cross-site'], 403],
    [[JSON_TYPE, 'Origin: http://localhost'], 202],
  ])('answers a POST with %j with %d', async (headers, status) => {
    const answer = await service.post('/api/messages', MESSAGE, headers);
    if (status === 202) expect(answer.status).toBe(202);
    else expectProblem(answer, status);
  });

  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:3000', '192.0.2.1'])(
    'is not called by the name %s',
    async (host) => {
      expectProblem(await service.post('/api/messages', MESSAGE, [JSON_TYPE], host), 403);
      expectProblem(await service.get('/api/stats', [`Host: ${host}`]), 403);
    },
  );

  it.each(['localhost:3000', '127.0.0.1', '[::1]:80'])('is called by the name %s', async (host) => {
    expect((await service.get('/api/stats', [`Host: ${host}`])).status).toBe(200);
  });

  it.each([
    ['/api/messages/a%00b', 400],
    ['/api/messages/%zz', 400],
    ['/api/messages/%C0%80', 400],
    ['/api/messages?mobile=%E4', 400],
    ['/api/messages?state=QUEUED&state=ACCEPTED', 400],
    ['/api/messages?state=QUEUED&%73tate=ACCEPTED', 400],
    [`/api/messages?mobile=${'1'.repeat(9_000)}`, 414],
    [`/api/messages?mobile=${'1'.repeat(20_000)}`, 431],
    ['/api/nothing', 404],
    ['/api/messages/nobody', 404],
  ])('answers GET %.60s with a problem', async (path, status) => expectProblem(await service.get(path), status));

  it.each(['PUT /api/messages', 'OPTIONS /api/messages', 'POST /api/stats', 'PATCH /health/live'])(
    'answers %s with what is allowed',
    async (call) => {
      const answer = await service.exchange([`${call} HTTP/1.1`, 'Host: localhost']);
      expectProblem(answer, 405);
      expect(answer.head).toMatch(/^Allow: .*(GET|POST)/m);
    },
  );

  it('answers what is no HTTP', async () => expectProblem(await service.exchange(['HELLO']), 400));

  it.each(['+61422118000', '%2B61+422+118+000', '+61+422+118+000', '%2B61422118000'])(
    'understands mobile=%s',
    async (mobile) => {
      await service.post('/api/messages', MESSAGE);
      const { status, body } = await service.get(`/api/messages?limit=1&mobile=${mobile}`);
      expect([status, JSON.parse(body)]).toEqual([200, expect.objectContaining({ items: [expect.anything()] })]);
    },
  );

  it.each(['2020-01-01T00:00:00+08:00', '2020-01-01T00%3A00%3A00.000%2B08%3A00'])('filters by %s', async (time) => {
    expect((await service.get(`/api/messages?createdFrom=${time}&createdBefore=${time}`)).status).toBe(200);
  });

  it('filters by what ids begin with', async () => {
    for (const id of ['sale-1', 'sale-2', 'other']) {
      const message = { ...(JSON.parse(MESSAGE) as object), customImsId: id };
      await service.post('/api/messages', JSON.stringify(message));
    }
    const { body } = await service.get('/api/messages?customImsIdPrefix=sale-');
    const { items } = JSON.parse(body) as { items: { customImsId: string }[] };
    expect(items.map(({ customImsId }) => customImsId).toSorted()).toEqual(['sale-1', 'sale-2']);
  });

  it('is not changed by names that have a meaning in JavaScript', async () => {
    const body = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"mobile":"1","content":"x"}';
    expect((await service.post('/api/messages', body)).status).toBe(400);
    expect((await service.get('/api/messages?__proto__=1')).status).toBe(400);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  describe.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'refuses %s as any unknown field',
    (name) => {
      const refused = (index: number, property = name) => ({
        index,
        property,
        message: `property ${name} should not exist`,
      });
      const withName = (fields: object, value: unknown) =>
        JSON.parse(
          `${JSON.stringify(fields).slice(0, -1)},${JSON.stringify(name)}:${JSON.stringify(value)}}`,
        ) as object;
      const violationsOf = async (path: string, body: object) => {
        const answer = await service.post(path, JSON.stringify(body));
        expectProblem(answer, 400);
        return (JSON.parse(answer.body) as { violations: unknown }).violations;
      };
      const message = JSON.parse(MESSAGE) as object;

      it.each([
        ['a text', '1'],
        ['an object', {}],
        ['a list', [1]],
        ['a long list', Array.from({ length: 501 }, () => 1)],
      ])('with %s', async (_what, value) => {
        expect(await violationsOf('/api/messages', withName(message, value))).toContainEqual(refused(-1));
      });

      it('in an entry of a list, however long', async () => {
        for (const length of [2, 1_200]) {
          const messages = Array.from({ length }, () => message);
          messages[length - 1] = withName(message, 1);
          const personalized = { messages };
          expect(await violationsOf('/api/messages/personalized', personalized)).toEqual([refused(length - 1)]);
        }
      });

      it('in a query', async () => expectProblem(await service.get(`/api/messages?${name}=1`), 400));
    },
  );
});

/** 1 MiB after the answer, and the head and a few pieces that came before it. */
const MAX_TAKEN = 1.5 * 1024 * 1024;

/** How much of a body of 100 MB the server reads before it ends the connection. What the system holds in its buffers is not counted. */
function bytesTaken(server: Server, header: string, path = '/api/messages'): Promise<number> {
  return new Promise((resolve) => {
    server.once('connection', (taken) => taken.on('close', () => resolve(taken.bytesRead)));
    const chunk = Buffer.alloc(65_536);
    let sent = 0;
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n${header}\r\n\r\n`);
      const send = (error?: Error | null) => {
        if (error || sent >= 100_000_000) return;
        sent += chunk.length;
        socket.write(chunk, send);
      };
      send();
    });
    socket.on('error', () => undefined).resume();
  });
}

const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');

describe('the service with keys', () => {
  it('asks for the key before it reads a body, whatever its type and length', async () => {
    const service = await startService({ API_KEY_HASHES: hashOf('right') });
    try {
      // The head alone: an answer comes without the ten megabytes it announces.
      const head = ['POST /api/messages HTTP/1.1', 'Host: anything.example', 'Content-Length: 10000000'];
      expectProblem(await service.exchange([...head, 'X-API-Key: wrong']), 401);
      expectProblem(await service.exchange([...head, 'Expect: 100-continue', 'Content-Type: text/plain']), 401);
      expect(await bytesTaken(service.server, 'X-API-Key: wrong')).toBeLessThan(MAX_TAKEN);
      const { status } = await service.post('/api/messages', MESSAGE, [JSON_TYPE, 'Authorization: Bearer right']);
      expect(status).toBe(202);
      expect((await service.get('/health/live')).status).toBe(200);
    } finally {
      await service.close();
    }
  });

  it('takes an empty X-API-Key for none', async () => {
    const service = await startService({ API_KEY_HASHES: hashOf('right') });
    try {
      expectProblem(await service.post('/api/messages', MESSAGE, [JSON_TYPE, 'X-API-Key: ']), 401);
      const both = [JSON_TYPE, 'X-API-Key: ', 'Authorization: Bearer right'];
      expect((await service.post('/api/messages', MESSAGE, both)).status).toBe(202);
    } finally {
      await service.close();
    }
    const withHeader = (key: string | undefined) => ({ header: () => key }) as unknown as Request;
    for (const key of ['', undefined]) {
      expect(() => new ApiKeys(hashOf('')).check(withHeader(key))).toThrow(UnauthorizedException);
    }
  });
});

describe('the console of the service', () => {
  const CONSOLE = '/console/api/v1/pull';
  const OWN = [JSON_TYPE, 'X-Emay-Ims-Console: 1', 'Origin: http://localhost'];
  const keys = { API_KEY_HASHES: hashOf('right'), CONSOLE_KEY_HASHES: `ann:${hashOf('hers')}` };

  it('reads no body for who may not in, whatever its type, packing and length', async () => {
    const service = await startService(keys);
    try {
      for (const path of [CONSOLE, '/console/api/v1/nothing', '/console']) {
        // The head alone: an answer comes without the ten megabytes it announces.
        const head = [`POST ${path} HTTP/1.1`, 'Host: localhost', 'Content-Length: 10000000', ...OWN];
        const { status } = await service.exchange([...head, 'Content-Encoding: gzip']);
        expect([path, [401, 404, 405].includes(status)]).toEqual([path, true]);
        expect(await bytesTaken(service.server, OWN.join('\r\n'), path)).toBeLessThan(MAX_TAKEN);
      }
      expect(
        (
          await service.exchange([
            `POST ${CONSOLE} HTTP/1.1`,
            'Host: localhost',
            'Expect: 100-continue',
            'Content-Length: 9',
          ])
        ).status,
      ).toBe(417);
      const hers = await service.post(CONSOLE, '{}', [...OWN, 'Authorization: Bearer hers']);
      expect([hers.status, hers.body]).toEqual([200, expect.any(String)]);
    } finally {
      await service.close();
    }
  });

  it('is limited for each address as the API is, and by itself', async () => {
    const service = await startService({ ...keys, RATE_LIMIT_PER_MINUTE: '2' });
    try {
      const statuses = async (path: string) => {
        const answers = [await service.get(path), await service.get(path), await service.get(path)];
        return answers.map(({ status }) => status);
      };
      expect(await statuses('/console/api/v1/overview')).toEqual([401, 401, 429]);
      expect(await statuses('/api/stats')).toEqual([401, 401, 429]);
      expect(await bytesTaken(service.server, OWN.join('\r\n'), CONSOLE)).toBeLessThan(MAX_TAKEN);
      expect(await bytesTaken(service.server, JSON_TYPE)).toBeLessThan(MAX_TAKEN);
    } finally {
      await service.close();
    }
  });
});
