import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { ConsoleLogger, type INestApplication } from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { expect, it, jest } from '@jest/globals';
import { EmayImsModule, EmayImsOptionsError } from 'nestjs-emay-ims';
import { EmayImsPushModule } from 'nestjs-emay-ims/push';
import { EmayImsTestingModule } from 'nestjs-emay-ims/testing';
import { createTestDatabase } from '../support/databases.js';
import { QUIET } from '../support/gateway-app.js';
import { ACCOUNT, PATH } from './push-app.js';
import { post, pushedReport, sealedBody } from './pusher.js';

it.each([ExpressAdapter, FastifyAdapter])(
  'a testing module takes pushes, its options from a factory, on %p',
  async (Adapter) => {
    const database = await createTestDatabase('sqlite');
    const module = await Test.createTestingModule({
      imports: [
        EmayImsModule.forRoot({
          baseUrl: 'http://127.0.0.1:1',
          ...ACCOUNT,
          database: database.moduleOptions,
          ...QUIET,
        }),
        EmayImsPushModule.forRootAsync({ useFactory: async () => ({ path: PATH, successBody: 'ok' }) }),
      ],
    })
      .setLogger(new ConsoleLogger({ logLevels: [] }))
      .compile();
    const app = module.createNestApplication(new Adapter());
    await app.listen(0, '127.0.0.1');
    try {
      const url = (await app.getUrl()) + PATH;
      const answer = await post(url, sealedBody([pushedReport('x')], ACCOUNT.secretKey), { appId: ACCOUNT.appId });
      expect(answer).toEqual({ status: 200, text: 'ok' });
    } finally {
      await app.close();
      await database.drop();
    }
  },
);

it.each([undefined, 'all' as const])(
  'starts beside an account in memory, and refuses each push as one for nobody: accounts %s',
  async (accounts) => {
    const module = await Test.createTestingModule({
      imports: [EmayImsTestingModule.forRoot(), EmayImsPushModule.forRoot({ path: PATH, accounts })],
    })
      .setLogger(new ConsoleLogger({ logLevels: [] }))
      .compile();
    const app = module.createNestApplication();
    await app.listen(0, '127.0.0.1');
    try {
      const body = sealedBody([pushedReport('x')], ACCOUNT.secretKey);
      const answer = await post((await app.getUrl()) + PATH, body, { appId: ACCOUNT.appId });
      expect(answer.status).toBe(403);
    } finally {
      await app.close();
    }
  },
);

it.each([undefined, 'all' as const])('does not start without any account: accounts %s', async (accounts) => {
  const module = await Test.createTestingModule({ imports: [EmayImsPushModule.forRoot({ path: PATH, accounts })] })
    .setLogger(new ConsoleLogger({ logLevels: [] }))
    .compile();
  const app = module.createNestApplication();
  await expect(app.init()).rejects.toThrow('There is no account "default"');
  await app.close();
});

/** A request as `app.inject()` and the adapters of serverless platforms make it: no connection, and nothing says whether it is complete. */
function handed(body: Buffer, headers: Record<string, string>) {
  const request = Object.assign(Readable.from([body]), { method: 'POST', url: PATH, headers, httpVersion: '1.1' });
  Object.assign(request, { socket: { remoteAddress: '127.0.0.1' }, connection: {} });
  const response = new ServerResponse(request as unknown as IncomingMessage);
  const sent: Buffer[] = [];
  const connection = new Writable({
    write: (piece: Buffer, _encoding, done) => {
      sent.push(piece);
      done();
    },
  });
  response.assignSocket(connection as Socket);
  const text = new Promise<string>((resolve) => response.once('finish', () => resolve(Buffer.concat(sent).toString())));
  return { request, response, text };
}

it('takes pushes that have no connection of their own, and a refused one does not end the process', async () => {
  const database = await createTestDatabase('sqlite');
  const module = await Test.createTestingModule({
    imports: [
      EmayImsModule.forRoot({ baseUrl: 'http://127.0.0.1:1', ...ACCOUNT, database: database.moduleOptions, ...QUIET }),
      EmayImsPushModule.forRoot({ path: PATH }),
    ],
  })
    .setLogger(new ConsoleLogger({ logLevels: [] }))
    .compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  await app.init();
  const fastify = app.getHttpAdapter().getInstance();
  await fastify.ready();
  const body = sealedBody([pushedReport('x')], ACCOUNT.secretKey);
  const inject = (appid: string) => {
    const { request, response, text } = handed(body, { appid });
    fastify.routing(request as never, response);
    return text;
  };
  try {
    expect(await inject(ACCOUNT.appId)).toMatch(/^HTTP\/1.1 200 [^]*success$/);
    const timers = jest.spyOn(globalThis, 'setTimeout');
    expect(await inject('ANOTHER')).toMatch(/^HTTP\/1.1 403 /);
    const calls = timers.mock.calls.map(([call]) => call);
    timers.mockRestore();
    for (const call of calls) expect(call).not.toThrow();
  } finally {
    await app.close();
    await database.drop();
  }
});

it.each([
  [ExpressAdapter, PATH, /in one import/],
  [FastifyAdapter, PATH, /in one import/],
  [ExpressAdapter, `${PATH}/sub`, /in one import/],
  [FastifyAdapter, '/emay', /in one import/],
  [ExpressAdapter, `${PATH}-2`, null],
  [FastifyAdapter, `${PATH}-2`, null],
])('%p with two imports, the second at %s, is refused with %p', async (Adapter, path, refusal) => {
  const database = await createTestDatabase('sqlite');
  const imports = [
    EmayImsModule.forRoot({ baseUrl: 'http://127.0.0.1:1', ...ACCOUNT, database: database.moduleOptions, ...QUIET }),
    EmayImsPushModule.forRoot({ path: PATH }),
    EmayImsPushModule.forRoot({ path }),
  ];
  class Host {}
  const forTests = async () => {
    const compiling = Test.createTestingModule({ imports })
      .setLogger(new ConsoleLogger({ logLevels: [] }))
      .compile();
    return (await compiling).createNestApplication(new Adapter() as AbstractHttpAdapter);
  };
  const forMain = () =>
    NestFactory.create({ module: Host, imports }, new Adapter() as AbstractHttpAdapter, {
      logger: false,
      abortOnError: false,
    });
  for (const create of [forTests, forMain]) {
    const app: INestApplication = await create();
    const starting = app.init();
    if (refusal === null) await starting;
    else {
      await expect(starting).rejects.toThrow(EmayImsOptionsError);
      await expect(starting).rejects.toThrow(refusal);
    }
    await app.close();
  }
  await database.drop();
});

it.each([
  [{}, 'path'],
  [{ path: '/' }, 'path'],
  [{ path: '/push', accounts: [] }, 'accounts'],
  [{ path: '/push', plain: { secrets: { default: 'short' } } }, 'plain.secrets'],
  [{ path: '/push', plain: { secrets: { other: 'secret-of-sixteen-letters' } } }, 'accounts'],
  [{ path: '/push', allowedAddresses: ['10.0.0.0/99'] }, 'allowedAddresses'],
  [{ path: '/push', maxBodyBytes: 1 }, 'maxBodyBytes'],
  [{ path: '/push', sucessBody: 'ok' }, 'sucessBody'],
])('%j is refused at once', (options, named) => {
  const refused = () => EmayImsPushModule.forRoot(options as never);
  expect(refused).toThrow(EmayImsOptionsError);
  expect(refused).toThrow(named);
});

it('an account whose key is none of AES, and that has no secret, stops the start', async () => {
  const database = await createTestDatabase('sqlite');
  const module = await Test.createTestingModule({
    imports: [
      EmayImsModule.forRoot({
        ...{ baseUrl: 'http://127.0.0.1:1', appId: 'APP', secretKey: 'SEVENTEEN-LETTERS' },
        ...{ database: database.moduleOptions, ...QUIET },
      }),
      EmayImsPushModule.forRoot({ path: PATH }),
    ],
  })
    .setLogger(new ConsoleLogger({ logLevels: [] }))
    .compile();
  await expect(module.init()).rejects.toThrow(/16, 24 or 32 bytes/);
  await module.close();
  await database.drop();
});
