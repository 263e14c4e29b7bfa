import { afterEach, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { APP_ID, Bench, MESSAGE, SECRET_KEY } from './support/client-under-test.js';
import { answering, httpAnswer, refusedPort, type RawRequest, type RawServerBehaviour } from './support/raw-server.js';

const bench = new Bench();
afterEach(() => bench.close());

const echo = ({ head, body }: RawRequest) => `You sent: ${head} ${body.toString()}`;

const ENDINGS: [string, RawServerBehaviour][] = [
  ['SUCCESS', answering('{"code":"SUCCESS"}')],
  ['a refusal', answering('{"code":"ERROR_SIGN"}')],
  ['an unlisted code', answering('{"code":"ERROR_NEW"}')],
  ['a reset', { onRequest: (socket) => void socket.resetAndDestroy() }],
  ['a time-out', {}],
  ['an untrusted certificate', { tls: true }],
  [
    'an error page that repeats the request',
    { onRequest: (socket, request) => void socket.write(httpAnswer(echo(request), { status: '500 Error' })) },
  ],
  ['a page that repeats the request', { onRequest: (socket, request) => void socket.write(httpAnswer(echo(request))) }],
  [
    'JSON that repeats the request',
    {
      onRequest: (socket, { body }) =>
        void socket.write(httpAnswer(body.toString().replace('{', '{"code":"ERROR_NEW",'))),
    },
  ],
  [
    'a code that is the signature',
    { onRequest: (socket, { body }) => void socket.write(httpAnswer(JSON.stringify({ code: signOf(body) }))) },
  ],
  [
    'half an answer that repeats the request',
    {
      onRequest: (socket, request) => void socket.end(httpAnswer(echo(request), { headers: ['Content-Length: 9999'] })),
    },
  ],
  ['no HTTP but the request itself', { onRequest: (socket, { body }) => void socket.end(body) }],
];

it.each(ENDINGS)('no outcome holds the secret key or a signature: %s', async (_name, behaviour) => {
  const server = await bench.server(behaviour);
  const client = bench.client(server.url, { http: { timeoutMs: 500 } });
  const outcomes = [await client.sendSingleIms(MESSAGE), await client.getImsReport()] as const;
  const printed = JSON.stringify(outcomes) + inspect(outcomes, { depth: null, showHidden: true });
  expect(printed).not.toContain(SECRET_KEY);
  const [, fetched] = outcomes;
  const page =
    fetched?.kind === 'answered' ? fetched.body : fetched?.kind === 'unconfirmed' ? fetched.page?.body : null;
  for (const { body } of server.requests) {
    expect(printed).not.toContain(signOf(body));
    expect(page?.includes(signOf(body)) ?? false).toBe(false);
  }
});

it.each(ENDINGS)('no outcome holds the text of a message, or with it the number: %s', async (_name, behaviour) => {
  const server = await bench.server(behaviour);
  const client = bench.client(server.url, { http: { timeoutMs: 500 } });
  const messages = [MESSAGE, { ...MESSAGE, mobile: '+61422118009', content: 'Your other code is QZXJKV' }];
  const outcomes = [
    await client.sendSingleIms(MESSAGE),
    await client.sendBatchIms(MESSAGE.content, messages),
    await client.sendPersonalityIms(messages),
  ];
  const printed = inspect(outcomes, { depth: null });
  for (const secret of ['你好', 'quoted', 'été', 'other code', 'QZXJKV', '422118000', '422118009']) {
    expect(printed).not.toContain(secret);
  }
});

it('an answer that repeats the request is kept otherwise', async () => {
  const server = await bench.server({
    onRequest: (socket, { body }) => void socket.write(httpAnswer(body, { status: '500 Error' })),
  });
  const outcome = await bench.client(server.url).sendSingleIms(MESSAGE);
  expect(outcome).toMatchObject({
    kind: 'unconfirmed',
    reason: 'HTTP_500',
    rawAnswer: expect.stringContaining(APP_ID),
  });
});

it('no outcome holds the secret key: nobody there', async () => {
  const client = bench.client(`http://127.0.0.1:${await refusedPort()}`);
  expect(inspect(await client.sendSingleIms(MESSAGE), { depth: null })).not.toContain(SECRET_KEY);
});

function signOf(body: Buffer): string {
  return (JSON.parse(body.toString()) as { sign: string }).sign;
}
