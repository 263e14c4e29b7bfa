import { afterEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Bench, MESSAGE, SECRET_KEY, type ClientSettings } from '../support/client-under-test.js';
import { httpAnswer, type AnswerParts } from '../support/raw-server.js';
import { encryptedGateway, encryptPacked, type EncryptedAnswer } from './support/encrypted-gateway.js';

const bench = new Bench();
afterEach(() => bench.close());

const WRONG_KEY = 'WRONG-CIPHER-KEY';

async function gateway(settings: Parameters<typeof encryptedGateway>[0] = {}) {
  const behaviour = encryptedGateway(settings);
  const server = await bench.server(behaviour);
  const isCanary = ({ fields }: (typeof behaviour.opened)[number]) =>
    fields.imses?.length === 0 || fields.mobile === '';
  return {
    ...server,
    seen: () => behaviour.opened.map((request) => `${isCanary(request) ? 'canary ' : ''}${request.call}`),
  };
}

const clientOf = (baseUrl: string | string[], { protocol, ...settings }: ClientSettings = {}) =>
  bench.client(baseUrl, { transport: 'secure', protocol: { canary: true, ...protocol }, ...settings });

describe('before the first message goes to an address', () => {
  it.each([true, false])(
    'an encrypted batch to nobody tries the way, as large as it looks (packed: %s)',
    async (gzip) => {
      const { url, seen, requests } = await gateway();
      const client = clientOf(url, { protocol: { gzip } });
      await expect(client.sendSingleIms(MESSAGE)).resolves.toMatchObject({ kind: 'accepted' });
      await client.sendSingleIms(MESSAGE);
      expect(seen()).toEqual(['canary sendBatchIMS', 'sendSingleIMS', 'sendSingleIMS']);
      const onWire = requests[0]!.body.length;
      expect(onWire).toBeGreaterThanOrEqual(300 * 240);
      expect(onWire).toBeLessThan(300 * 240 * 1.1);
    },
  );

  it('a request that gzip cannot shorten follows a canary of its size', async () => {
    const { url, requests } = await gateway();
    const messages = Array.from({ length: 300 }, (_, index) => ({
      mobile: `+6142211${8000 + index}`,
      content: randomBytes(370).toString('base64url'),
      customImsId: `id-${index}`,
    }));
    await expect(clientOf(url).sendPersonalityIms(messages)).resolves.toMatchObject({ kind: 'accepted' });
    const [canary, request] = requests.map(({ body }) => body.length);
    expect(canary).toBeGreaterThanOrEqual(Number(request));
  });

  it.each([
    ['ERROR_PARAMS', 2, { kind: 'unsent', reason: 'ERROR_PARAMS' }],
    ['ERROR_ENCRYPTION', 1, { kind: 'refused', code: 'ERROR_ENCRYPTION' }],
  ])('a wrong key, answered with %s, burns no message', async (whereUndecipherable, canaries, outcome) => {
    const { url, requests, seen } = await gateway({ whereUndecipherable });
    const client = clientOf(url, { secretKey: WRONG_KEY });
    await expect(client.sendSingleIms(MESSAGE)).resolves.toEqual(outcome);
    expect(seen()).toEqual([]);
    expect(requests).toHaveLength(canaries);
    await expect(client.proveAddress()).resolves.toEqual(outcome);
  });

  it.each<[string, Parameters<typeof encryptedGateway>[0], string]>([
    ['a clock that is behind', { now: () => Date.now() + 100_000 }, 'ERROR_REQUESTTIME_TIMEOUT'],
    [
      'a period that it does not take',
      { answer: () => ({ code: 'ERROR_REQUESTVALIDPERIOD' }) },
      'ERROR_REQUESTVALIDPERIOD',
    ],
    ['a time that it does not take', { answer: () => ({ code: 'ERROR_REQUESTTIME' }) }, 'ERROR_REQUESTTIME'],
    ['an address that it does not know', { answer: () => ({ code: 'ERROR_CLIENT_IP' }) }, 'ERROR_CLIENT_IP'],
  ])('%s burns none either', async (_name, settings, code) => {
    const { url, requests } = await gateway(settings);
    await expect(clientOf(url).sendSingleIms(MESSAGE)).resolves.toEqual({ kind: 'refused', code });
    expect(requests).toHaveLength(1);
  });

  it.each<[string, EncryptedAnswer, string]>([
    ['SUCCESS without a body', { code: 'SUCCESS' }, 'UNDECIPHERABLE'],
    ['SUCCESS under another key', { code: 'SUCCESS', body: encryptPacked('[]', WRONG_KEY) }, 'UNDECIPHERABLE'],
    ['SUCCESS in the clear', { code: null, body: '{"code":"SUCCESS","data":[]}' }, 'UNDECIPHERABLE'],
    ['a page of somebody else', { code: null, body: '<html></html>' }, 'UNREADABLE'],
    ['nothing', { code: null }, 'UNREADABLE'],
  ])('%s proves nothing', async (_name, answer, reason) => {
    const { url, requests } = await gateway({ answer: () => answer });
    await expect(clientOf(url).sendSingleIms(MESSAGE)).resolves.toEqual({ kind: 'unsent', reason });
    expect(requests).toHaveLength(1);
  });

  it('a server that gives back what it gets proves nothing', async () => {
    const parts: AnswerParts = { headers: ['result: SUCCESS'] };
    const server = await bench.server({ onRequest: (socket, { body }) => void socket.write(httpAnswer(body, parts)) });
    await expect(clientOf(server.url).sendSingleIms(MESSAGE)).resolves.toEqual({
      kind: 'unsent',
      reason: 'UNDECIPHERABLE',
    });
  });

  it('a gateway that takes an empty list is half proven: one message goes first', async () => {
    const { url, seen } = await gateway({
      answer: ({ fields }, own) => (fields.imses?.length === 0 ? { code: 'SUCCESS', data: [] } : own),
    });
    const client = clientOf(url);
    await expect(client.sendBatchIms('Hello', [MESSAGE, { ...MESSAGE, customImsId: 'b' }])).resolves.toEqual({
      kind: 'unsent',
      reason: 'HALF_PROVEN',
    });
    await expect(client.sendSingleIms(MESSAGE)).resolves.toMatchObject({ kind: 'accepted' });
    expect(seen()).toEqual(['canary sendBatchIMS', 'sendSingleIMS']);
  });
});

describe('which transport answers', () => {
  it('a client of either can ask by the other', async () => {
    const { url } = await gateway();
    const secure = clientOf(url);
    await expect(secure.tryTransport('secure', url, 5_000)).resolves.toMatchObject({
      kind: 'proven',
      proof: 'whole',
    });
    // It knows no `/inter/`.
    await expect(secure.tryTransport('plain', url, 5_000)).resolves.toEqual({ kind: 'refused', code: 'ERROR_APPID' });
    expect(secure.canary.isProven).toBe(false);
  });

  it('a plain account whose key is no cipher key cannot', async () => {
    const { url, requests } = await gateway();
    const plain = bench.client(url, { secretKey: SECRET_KEY });
    await expect(plain.tryTransport('secure', url, 5_000)).rejects.toThrow(RangeError);
    expect(requests).toHaveLength(0);
  });
});
