import { afterEach, describe, expect, it } from '@jest/globals';
import { tracingChannel } from 'node:diagnostics_channel';
import { REQUEST_CHANNEL, type EmayImsProtocolOptions, type ImsRequestTrace } from 'nestjs-emay-ims';
import { APP_ID, Bench, MESSAGE } from './support/client-under-test.js';
import { answering, httpAnswer, refusedPort, type AnswerParts, type RawRequest } from './support/raw-server.js';

const bench = new Bench();
afterEach(() => bench.close());

const PARAMS = '{"code":"ERROR_PARAMS"}';
const EMPTY = '{"code":"ERROR_MOBILE_EMPTY"}';
const TAKEN = JSON.stringify({ code: 'SUCCESS', data: [{ customImsId: MESSAGE.customImsId, imsId: '1' }] });
const ACCEPTED = { kind: 'accepted' };
const none = () => undefined;

const callOf = ({ head }: RawRequest) => /\/inter\/(\w+)/.exec(head)?.[1];
const bodyOf = ({ body }: RawRequest) =>
  JSON.parse(body.toString()) as { content: string; imses?: unknown[]; mobile?: string };
const isCanary = (request: RawRequest) => bodyOf(request).imses?.length === 0 || bodyOf(request).mobile === '';

/** Answers canaries as told, by the call, and takes messages. */
async function gateway(batch: string, single = batch, delayMs = 0, parts: AnswerParts = {}) {
  const server = await bench.server({
    onRequest: (socket, request) => {
      const canary = callOf(request) === 'sendBatchIMS' ? batch : single;
      setTimeout(() => socket.write(httpAnswer(isCanary(request) ? canary : TAKEN, parts)), delayMs);
    },
  });
  const seen = () => server.requests.map((request) => `${isCanary(request) ? 'canary ' : ''}${callOf(request)}`);
  return { ...server, seen };
}

const clientOf = (baseUrl: string | string[], protocol: EmayImsProtocolOptions = {}) =>
  bench.client(baseUrl, { protocol: { canary: true, ...protocol } });

describe('before the first message goes to an address', () => {
  it('a batch to nobody tries the way, as large as a full request, and once for all', async () => {
    const { url, seen, requests } = await gateway(EMPTY, EMPTY, 20);
    const client = clientOf(url);
    await expect(Promise.all([1, 2, 3].map(() => client.sendSingleIms(MESSAGE)))).resolves.toMatchObject([
      ACCEPTED,
      ACCEPTED,
      ACCEPTED,
    ]);
    await client.sendSingleIms(MESSAGE);
    expect(seen()).toEqual(['canary sendBatchIMS', ...Array(4).fill('sendSingleIMS')]);
    const [canary] = requests as [RawRequest];
    expect(bodyOf(canary)).toMatchObject({ appId: APP_ID, imses: [], content: expect.any(String) });
    // 300 messages with their numbers and ids, and a text of one part each.
    expect(canary.body.length).toBeGreaterThan(64 * 1024);
    expect(canary.body.length).toBeLessThan(100 * 1024);
  });

  it.each([
    'ERROR_MOBILE_EMPTY',
    'ERROR_LONG_CONTENT',
    'ERROR_CONTENT_EMPTY',
    'ERROR_MOBILE_NUMBER',
    'ERROR_MOBILE_ERROR',
  ])('%s proves path, account and signature', async (code) => {
    const { url } = await gateway(JSON.stringify({ code }));
    const client = clientOf(url);
    await expect(client.proveAddress()).resolves.toBeNull();
    expect([client.canary.isProven, client.canary.isHalfProven]).toEqual([true, false]);
  });

  it('a header that always says SUCCESS does not hold messages back', async () => {
    const { url, seen } = await gateway(EMPTY, EMPTY, 0, { headers: ['result: SUCCESS'] });
    await expect(clientOf(url).sendSingleIms(MESSAGE)).resolves.toMatchObject(ACCEPTED);
    expect(seen()).toEqual(['canary sendBatchIMS', 'sendSingleIMS']);
  });

  it.each(['ERROR_SIGN', 'ERROR_APPID', 'ERROR_BALANCE', 'ERROR_OVER_SPEED'])(
    '%s refuses the message, unsent',
    async (code) => {
      const { url, seen } = await gateway(JSON.stringify({ code }));
      await expect(clientOf(url).sendSingleIms(MESSAGE)).resolves.toEqual({ kind: 'refused', code });
      expect(seen()).toEqual(['canary sendBatchIMS']);
    },
  );

  it.each([
    ['HTML', '<html>', 'UNREADABLE'],
    ['nothing', '', 'UNREADABLE'],
    ['a list', '[]', 'UNREADABLE'],
  ])('%s says that nobody is there who could take it', async (_name, body, reason) => {
    const { url, seen } = await gateway(body);
    await expect(clientOf(url).sendSingleIms(MESSAGE)).resolves.toEqual({ kind: 'unsent', reason });
    expect(seen()).toEqual(['canary sendBatchIMS']);
  });

  it.each([
    ['ERROR_PARAMS', EMPTY],
    ['ERROR_SOMETHING_NEW', EMPTY],
    ['ERROR_PARAMS', '{"code":"SUCCESS"}'],
  ])('where a batch to nobody is %s, a single message to nobody decides', async (code, single) => {
    const { url, seen } = await gateway(JSON.stringify({ code }), single);
    const client = clientOf(url);
    await client.proveAddress();
    expect(client.canary.isHalfProven).toBe(true);
    await expect(client.sendSingleIms(MESSAGE)).resolves.toMatchObject(ACCEPTED);
    expect(seen()).toEqual(['canary sendBatchIMS', 'canary sendSingleIMS', 'sendSingleIMS']);
    expect(client.canary.isHalfProven).toBe(false);
  });

  it('ERROR_PARAMS to both keeps the message', async () => {
    const { url, seen } = await gateway(PARAMS);
    await expect(clientOf(url).sendSingleIms(MESSAGE)).resolves.toEqual({ kind: 'unsent', reason: 'ERROR_PARAMS' });
    expect(seen()).toEqual(['canary sendBatchIMS', 'canary sendSingleIMS']);
  });

  it('a code means what Emay has told its customer', async () => {
    const { url } = await gateway('{"code":"ERROR_SOMETHING_NEW"}');
    const refused = clientOf(url, { answerCodes: { ERROR_SOMETHING_NEW: 'refused' } });
    await expect(refused.sendSingleIms(MESSAGE)).resolves.toMatchObject(ACCEPTED);
    const held = clientOf(url, { answerCodes: { ERROR_SOMETHING_NEW: 'hold' } });
    await expect(held.sendSingleIms(MESSAGE)).resolves.toEqual({ kind: 'refused', code: 'ERROR_SOMETHING_NEW' });
  });

  it('the next address is tried where none comes through, and has a canary of its own', async () => {
    const foreign = await gateway('<html>');
    const real = await gateway(EMPTY);
    const client = clientOf([`http://127.0.0.1:${await refusedPort()}`, foreign.url, real.url]);
    await expect(client.sendSingleIms(MESSAGE)).resolves.toMatchObject(ACCEPTED);
    expect([foreign.seen(), real.seen()]).toEqual([['canary sendBatchIMS'], ['canary sendBatchIMS', 'sendSingleIMS']]);
  });

  describe('the next address, where somebody takes anything', () => {
    const TWO = [
      { mobile: '+61422118000', customImsId: 'one' },
      { mobile: '+61422118001', customImsId: 'two' },
    ];
    /** Whoever connects again finds nobody. */
    const NOT_KEPT = { headers: ['Connection:close'] };
    const HALF_PROVEN = { kind: 'unsent', reason: 'HALF_PROVEN' };

    it('gets no request with many messages because the first is gone', async () => {
      const [first, foreign] = [
        await gateway(EMPTY, EMPTY, 0, NOT_KEPT),
        await gateway('{"code":"SUCCESS","data":[]}'),
      ];
      const client = clientOf([first.url, foreign.url]);
      await client.sendSingleIms(MESSAGE);
      await first.close();
      await expect(client.sendBatchIms('Hello', TWO)).resolves.toEqual(HALF_PROVEN);
      expect(foreign.seen()).toEqual(['canary sendBatchIMS']);
    });

    it('is not proven by what the first has taken', async () => {
      const [first, foreign] = [
        await gateway(PARAMS, EMPTY, 0, NOT_KEPT),
        await gateway('{"code":"SUCCESS","data":[]}'),
      ];
      const client = clientOf([first.url, foreign.url]);
      await client.proveAddress();
      await client.canary.prove(foreign.url, 1_000);
      expect(client.canary.isHalfProven).toBe(true);
      await client.sendSingleIms(MESSAGE);
      expect(client.canary.isHalfProven).toBe(false);
      await first.close();
      await expect(client.sendBatchIms('Hello', TWO)).resolves.toEqual(HALF_PROVEN);
      expect(foreign.seen()).toEqual(['canary sendBatchIMS']);
    });

    it('gets none of many messages that were put together before it was found out', async () => {
      const foreign = await gateway('{"code":"SUCCESS","data":[]}');
      const client = clientOf(foreign.url);
      await client.proveAddress();
      await expect(client.sendBatchIms('Hello', TWO, () => null, false)).resolves.toEqual(HALF_PROVEN);
      expect(foreign.seen()).toEqual(['canary sendBatchIMS']);
    });

    it('gets none of many messages where what its canary has proven is in doubt again', async () => {
      const foreign = await gateway('{"code":"SUCCESS","data":[]}');
      const client = clientOf(foreign.url);
      void client.canary.prove(foreign.url, 10_000)?.then(() => client.canary.invalidate());
      await expect(client.sendBatchIms('Hello', TWO, () => null, false)).resolves.toEqual(HALF_PROVEN);
      expect(foreign.seen()).toEqual(['canary sendBatchIMS']);
    });

    it('an answer that names nobody proves nothing', async () => {
      const foreign = await bench.server(answering('{"code":"SUCCESS","data":[]}'));
      const client = clientOf(foreign.url);
      await client.sendSingleIms(MESSAGE);
      expect(client.canary.isHalfProven).toBe(true);
    });
  });

  it('the next address is not tried where the account is refused', async () => {
    const [one, two] = [await gateway('{"code":"ERROR_SIGN"}'), await gateway(EMPTY)];
    await expect(clientOf([one.url, two.url]).proveAddress()).resolves.toEqual({ kind: 'refused', code: 'ERROR_SIGN' });
    expect(two.seen()).toEqual([]);
  });

  it('none flies without messages, none for reports, none where it is switched off, and another once the way is doubted', async () => {
    const { url, seen } = await gateway(EMPTY);
    const off = clientOf(url, { canary: false });
    await off.sendSingleIms(MESSAGE);
    expect(seen()).toEqual(['sendSingleIMS']);
    const client = clientOf(url);
    await client.proveAddress();
    await client.proveAddress();
    client.canary.invalidate();
    await client.proveAddress();
    expect(seen().slice(1)).toEqual(['canary sendBatchIMS', 'canary sendBatchIMS']);
  });
});

it('a canary is told on the channel of requests, as a call of size 0 that is no failure', async () => {
  const heard: Partial<ImsRequestTrace>[] = [];
  const hear = {
    asyncEnd: ({ call, size, outcome, code }: ImsRequestTrace) => heard.push({ call, size, outcome, code }),
  };
  const channel = tracingChannel<unknown, ImsRequestTrace>(REQUEST_CHANNEL);
  const subscribers = { start: none, end: none, asyncStart: none, error: none, ...hear };
  channel.subscribe(subscribers);
  await clientOf((await gateway(EMPTY)).url).sendSingleIms(MESSAGE);
  await clientOf((await gateway('{"code":"ERROR_SIGN"}')).url).proveAddress();
  channel.unsubscribe(subscribers);
  expect(heard).toEqual([
    { call: 'sendBatchIMS', size: 0, outcome: 'answered', code: null },
    { call: 'sendSingleIMS', size: 1, outcome: 'accepted', code: 'SUCCESS' },
    { call: 'sendBatchIMS', size: 0, outcome: 'refused', code: 'ERROR_SIGN' },
  ]);
});

it('a report call goes without a canary', async () => {
  const server = await bench.server(answering('{"code":"SUCCESS","data":[]}'));
  await clientOf(server.url).getImsReport();
  expect(server.requests.map(callOf)).toEqual(['getIMSReport']);
});
