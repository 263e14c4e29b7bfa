import { afterEach, expect, it } from '@jest/globals';
import { tracingChannel } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { REQUEST_CHANNEL } from 'nestjs-emay-ims';
import { Bench, CIPHER_KEY, MESSAGE } from '../support/client-under-test.js';
import { httpAnswer, type RawServerBehaviour } from '../support/raw-server.js';
import { decrypt, encrypt, encryptedGateway } from './support/encrypted-gateway.js';

const bench = new Bench();
afterEach(() => bench.close());

const back = (body: Buffer, status = '200 OK', headers = ['result: SUCCESS']) => httpAnswer(body, { status, headers });
const ENDINGS: [string, RawServerBehaviour][] = [
  ['SUCCESS', encryptedGateway()],
  ['a refusal', encryptedGateway({ answer: () => ({ code: 'ERROR_ENCRYPTION' }) })],
  ['an unlisted code', encryptedGateway({ answer: () => ({ code: 'ERROR_NEW' }) })],
  ['the request, given back', { onRequest: (socket, { body }) => void socket.write(back(body)) }],
  [
    'the request, given back with a status',
    { onRequest: (socket, { body }) => void socket.write(back(body, '500 Error', [])) },
  ],
  [
    'half of the request',
    { onRequest: (socket, { body }) => void socket.end(back(body, '200 OK', ['Content-Length: 9999'])) },
  ],
  [
    'data that repeats the request',
    encryptedGateway({ answer: ({ fields }) => ({ code: 'ERROR_NEW', data: fields }) }),
  ],
  [
    'a page in the clear that repeats the request',
    {
      onRequest: (socket, { body }) =>
        void socket.write(httpAnswer(Buffer.concat([Buffer.from('<p>'), decrypt(body)]), { status: '500 Error' })),
    },
  ],
  [
    'encrypted text that repeats the request',
    {
      onRequest: (socket, { body }) =>
        void socket.write(back(encrypt(Buffer.concat([Buffer.from('[7,'), decrypt(body), Buffer.from(']')])))),
    },
  ],
  ['a reset', { onRequest: (socket) => void socket.resetAndDestroy() }],
];

it.each(ENDINGS)(
  'no outcome and no trace holds the key, a text, or with it the number: %s',
  async (_name, behaviour) => {
    const server = await bench.server(behaviour);
    const channel = tracingChannel(REQUEST_CHANNEL);
    const traced: unknown[] = [];
    const keep = (message: unknown) => void traced.push(structuredClone(message));
    const subscriber = { start: keep, end: keep, asyncStart: keep, asyncEnd: keep, error: keep };
    channel.subscribe(subscriber);
    try {
      const messages = [MESSAGE, { ...MESSAGE, mobile: '+61422118009', content: 'Your other code is QZXJKV' }];
      for (const gzip of [true, false]) {
        const client = bench.client(server.url, { transport: 'secure', protocol: { gzip } });
        const outcomes = [
          await client.sendSingleIms(MESSAGE),
          await client.sendBatchIms(MESSAGE.content, messages),
          await client.sendPersonalityIms(messages),
        ];
        const printed = inspect([outcomes, traced], { depth: null });
        expect(printed).not.toContain(CIPHER_KEY);
        const withoutTaken = printed.replaceAll(/'\+61422118\d+'/g, '');
        for (const secret of ['你好', 'quoted', 'été', 'other code', 'QZXJKV', '422118000', '422118009']) {
          expect(withoutTaken).not.toContain(secret);
        }
        expect(inspect(client, { depth: 3 })).not.toContain(CIPHER_KEY);
      }
    } finally {
      channel.unsubscribe(subscriber);
    }
    expect(traced.length).toBeGreaterThan(0);
  },
);
