import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { startSimulator } from 'emay-ims-simulator';
import { EmayImsUnsentError } from 'nestjs-emay-ims';
import { databasesUnderTest } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { ACCOUNT, mobiles, QUIET, startGatewayApp, type GatewayApp } from '../support/gateway-app.js';
import { Proxy, type AnswerMood, type ProxyMood } from './proxies.js';

/** More of them by `npm run test:nothing-burnt`. */
const MESSAGES = Number(process.env.TEST_MESSAGES ?? 1_000);
/** Of which one request has some 450 kB. */
const LARGE = 300;
const ONE = { mobile: '+61499000001', content: 'Hello', customImsId: 'one' };
/** Nothing waits for it but where somebody hangs: a busy machine must not look like a silent gateway. */
const TIMEOUT_MS = 20_000;
const patientWith = (mood: ProxyMood) => ({ module: { http: { timeoutMs: mood === 'hangs' ? 6_000 : TIMEOUT_MS } } });
/** `dispatch.concurrency`, by default. */
const UNDER_WAY = 4;
const LONG_BACKOFF = { minBackoffMs: 60_000, maxBackoffMs: 60_000 };
const IMPATIENT = { enabled: true, intervalMs: 20, minBackoffMs: 20, maxBackoffMs: 100 };

jest.setTimeout(120_000);

describe.each(databasesUnderTest())('a way that is not in order, on %s', (kind) => {
  let app: GatewayApp;
  let proxy: Proxy;
  const others: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    await app.close();
    await proxy.close();
    for (const other of others.splice(0)) await other.stop();
  });

  /** The application finds the gateway behind a proxy, whose address is known only once the simulator stands. */
  const start = async ({
    simulator = {},
    module = {},
    elsewhere = [],
  }: Parameters<typeof startGatewayApp>[1] & { elsewhere?: string[] } = {}) => {
    proxy = new Proxy();
    await proxy.start();
    app = await startGatewayApp(kind, {
      simulator,
      module: {
        ...QUIET,
        dispatch: IMPATIENT,
        ...module,
        baseUrl: [proxy.url, ...elsewhere],
        protocol: { canary: true, ...module.protocol },
        http: { timeoutMs: TIMEOUT_MS, ...module.http },
      },
    });
    proxy.target = app.simulator.url;
  };

  const enqueue = (count = MESSAGES) => app.ims.enqueue(mobiles(count).map((mobile) => ({ mobile, content: 'Hello' })));

  const circuitOpens = (reason: string | RegExp) =>
    eventually(
      () => app.ims.status(),
      ({ circuitOpenFor }) => circuitOpenFor !== null && new RegExp(reason).test(circuitOpenFor),
    );

  /** Several rounds of trying the way. */
  const triesFor = async (requests: number) => {
    const before = proxy.requests;
    await eventually(
      async () => proxy.requests,
      (now) => now >= before + requests,
    );
  };

  const acceptsAtLeast = (count: number) =>
    eventually(
      async () => app.simulator.accepted().length,
      (accepted) => accepted >= count,
      60_000,
    );

  const allOut = async (count = MESSAGES) => {
    await eventually(
      () => app.ims.stats(),
      ({ ACCEPTED }) => ACCEPTED === count,
      60_000,
    );
    expect(app.simulator.accepted()).toHaveLength(count);
    expect(new Set(app.simulator.accepted().map(({ customImsId }) => customImsId)).size).toBe(count);
  };

  const nothingBurnt = async () => {
    expect(app.simulator.accepted()).toHaveLength(0);
    const { QUEUED, SUBMITTING, ...stats } = await app.ims.stats();
    expect(stats).toMatchObject({ UNCONFIRMED: 0, REJECTED: 0 });
    // One may be trying the way just now.
    expect(SUBMITTING).toBeLessThanOrEqual(1);
    expect(QUEUED + SUBMITTING).toBe(MESSAGES);
  };

  it.each<[ProxyMood, string]>([
    ['chunks', 'ERROR_PARAMS'],
    ['strips', 'ERROR_PARAMS'],
    ['cuts', 'ERROR_PARAMS'],
    ['html', 'UNREADABLE'],
    ['portal', 'HTTP_302'],
    ['not-found', 'HTTP_404'],
    ['hangs', 'TIMEOUT'],
  ])('a proxy that %s burns no message, and all go once it is put right', async (mood, reason) => {
    await start(patientWith(mood));
    proxy.mood = mood;
    await enqueue();
    await circuitOpens(`^${reason}$`);
    await triesFor(3);
    await nothingBurnt();
    proxy.mood = 'honest';
    await allOut();
  });

  it.each<ProxyMood>(['chunks', 'strips', 'cuts', 'html', 'not-found', 'hangs'])(
    'a proxy that %s large requests alone burns no message: they go in smaller ones, and in large ones where it is honest',
    async (mood) => {
      await start(patientWith(mood));
      proxy.spoilsAbove = 100_000;
      proxy.mood = mood;
      const content = (index: number) => `${index} ${'好'.repeat(490)}`;
      await app.ims.enqueue(mobiles(LARGE).map((mobile, index) => ({ mobile, content: content(index) })));
      await allOut(LARGE);
      expect(await app.ims.stats()).toMatchObject({ UNCONFIRMED: 0, REJECTED: 0 });
      const sizes = app.simulator.requests().map(({ taken }) => taken);
      expect(Math.max(...sizes)).toBeLessThan(LARGE / 2);
    },
  );

  it('as large as what it goes before is a canary, and one is enough for all requests of that size', async () => {
    await start({ module: { dispatch: { ...IMPATIENT, concurrency: 1 } } });
    const personalised = mobiles(900).map((mobile, index) => ({ mobile, content: `${index} ${'好'.repeat(490)}` }));
    await app.ims.enqueue(personalised);
    await allOut(900);
    expect(app.simulator.requests().map(({ taken }) => taken)).toEqual([0, 0, 300, 300, 300]);
  });

  it('a wrong key burns no message, at one small request for each try, and all go once it is right', async () => {
    await start({ module: { secretKey: 'ANOTHER-KEY' } });
    await enqueue();
    await circuitOpens('^ERROR_SIGN$');
    await triesFor(3);
    await nothingBurnt();
    await app.simulator.stop();
    app.simulator = await startSimulator({ accounts: [{ ...ACCOUNT, secretKey: 'ANOTHER-KEY' }] });
    proxy.target = app.simulator.url;
    await allOut();
  });

  it('a wrong key burns no message without a canary either', async () => {
    await start({ module: { secretKey: 'ANOTHER-KEY', protocol: { canary: false } } });
    await enqueue();
    await circuitOpens('^ERROR_SIGN$');
    await triesFor(3);
    await nothingBurnt();
  });

  it('a key that is changed while messages go burns none, and the rest goes once it is right again', async () => {
    await start({ module: { dispatch: { ...IMPATIENT, maxBatchSize: 20, concurrency: 2 } } });
    const rotated = await startSimulator({ accounts: [{ ...ACCOUNT, secretKey: 'ROTATED-KEY' }] });
    others.push(rotated);
    await enqueue();
    for (const part of [1 / 4, 1 / 2, 3 / 4]) {
      await acceptsAtLeast(MESSAGES * part);
      proxy.target = rotated.url;
      await circuitOpens('^ERROR_SIGN$');
      await triesFor(3);
      expect(await app.ims.stats()).toMatchObject({ UNCONFIRMED: 0, REJECTED: 0 });
      proxy.target = app.simulator.url;
    }
    await allOut();
    expect(rotated.accepted()).toEqual([]);
  });

  it("a gateway whose clock is off burns no message, and all go once it isn't", async () => {
    await start();
    const fault = app.simulator.inject({ kind: 'clock-skew', times: Infinity });
    await enqueue();
    await circuitOpens('^ERROR_TIMESTAMP$');
    await triesFor(3);
    await nothingBurnt();
    fault.remove();
    await allOut();
  });

  it('a proxy that begins to chunk while messages go burns what is under way, and no more', async () => {
    await start({ module: { dispatch: { ...IMPATIENT, maxBatchSize: 20, concurrency: 2 } } });
    await enqueue();
    await acceptsAtLeast(MESSAGES / 4);
    proxy.mood = 'chunks';
    await circuitOpens('^ERROR_PARAMS$');
    await triesFor(3);
    const { UNCONFIRMED: burnt, ACCEPTED: before } = await app.ims.stats();
    expect(burnt).toBeLessThanOrEqual(2 * 20);
    await triesFor(5);
    expect(await app.ims.stats()).toMatchObject({ UNCONFIRMED: burnt, ACCEPTED: before, REJECTED: 0 });
    proxy.mood = 'honest';
    await eventually(
      () => app.ims.stats(),
      ({ ACCEPTED }) => ACCEPTED === MESSAGES - burnt,
      60_000,
    );
    expect(new Set(app.simulator.accepted().map(({ customImsId }) => customImsId)).size).toBe(MESSAGES - burnt);
  });

  it.each<[ProxyMood, number]>([
    ['html', 0],
    ['portal', 0],
    ['not-found', 0],
    ['accepts-all', 1],
  ])('a second address where %s is met gets at most so many messages at a time: %d', async (mood, most) => {
    const foreign = await new Proxy().start();
    foreign.mood = mood;
    others.push({ stop: () => foreign.close() });
    await start({ module: { dispatch: { ...IMPATIENT, maxBatchSize: 20 } }, elsewhere: [foreign.url] });
    await enqueue();
    await acceptsAtLeast(20);
    await proxy.close();
    await eventually(
      async () => [foreign.requests, foreign.messages],
      ([requests = 0, messages = 0]) => requests > 1 && messages >= most,
    );
    const { UNCONFIRMED, REJECTED } = await app.ims.stats();
    // What the first address had under way as it went is in doubt, whoever answers at the second.
    expect(UNCONFIRMED).toBeLessThanOrEqual(UNDER_WAY * 20 + foreign.messages);
    expect([REJECTED, foreign.most]).toEqual([0, most]);
  });

  it.each(['body', 'header'] as const)(
    'an account without balance (told in the %s) waits, and sends once it has one',
    async (where) => {
      await start();
      if (where === 'header') app.simulator.inject({ kind: 'result-header', times: Infinity });
      app.simulator.changeAccount({ outOfBalance: true });
      await enqueue();
      await circuitOpens('^ERROR_BALANCE$');
      await triesFor(3);
      await nothingBurnt();
      expect(await app.ims.send(ONE).catch((error: unknown) => error)).toMatchObject({
        code: 'ERROR_BALANCE',
        retryable: true,
      });
      app.simulator.changeAccount({ outOfBalance: false });
      await allOut();
    },
  );

  it.each(['list-first', 'content-first', 'params'] as const)(
    'needs one more request than it takes where an empty batch is judged %s',
    async (emptyBatch) => {
      await start({ simulator: { emptyBatch }, module: { dispatch: { ...IMPATIENT, concurrency: 1 } } });
      await enqueue(900);
      await allOut(900);
      const requests = app.simulator.requests();
      const sizes = requests.map(({ taken }) => taken);
      // Where the batch call proves nothing, the single call does, and one message goes first.
      expect(sizes).toEqual(emptyBatch === 'params' ? [0, 0, 1, 300, 300, 299] : [0, 300, 300, 300]);
    },
  );

  it('an application that closes while a canary is under way has claimed nothing', async () => {
    await start({ module: { http: { timeoutMs: 1_000 } } });
    proxy.mood = 'hangs';
    await enqueue(10);
    await triesFor(1);
    proxy.mood = 'honest';
    await app.module.close();
    const source = await app.database.open();
    const rows = await source.query('SELECT DISTINCT state, attempts FROM emay_ims_message');
    await source.destroy();
    expect(rows).toEqual([{ state: 'QUEUED', attempts: 0 }]);
    expect(app.simulator.requests()).toEqual([]);
  });

  it('calls nobody while there is nothing to send, and once for however many begin together', async () => {
    await start();
    await pause(200);
    expect(proxy.requests).toBe(0);
    const sent = await Promise.all(mobiles(8).map((mobile) => app.ims.send({ mobile, content: 'Hello' })));
    expect(sent.map(({ state }) => state)).toEqual(Array(8).fill('ACCEPTED'));
    expect(proxy.requests).toBe(9);
  });

  it.each<[ProxyMood, string]>([
    ['chunks', 'ERROR_PARAMS'],
    ['html', 'UNREADABLE'],
  ])('direct sends through a proxy that %s are unsent, and stay for their callers', async (mood, reason) => {
    await start({ module: { dispatch: { ...IMPATIENT, enabled: false } } });
    proxy.mood = mood;
    const sent = await app.ims.send(ONE).catch((error: unknown) => error);
    expect(sent).toBeInstanceOf(EmayImsUnsentError);
    expect(sent).toMatchObject({ reason, retryable: true });
    const batch = await app.ims.sendBatch({
      content: 'Hello',
      recipients: mobiles(700, 422_000_000).map((mobile) => ({ mobile })),
    });
    expect([batch.queued.length, batch.unconfirmed.length, batch.rejected.length]).toEqual([700, 0, 0]);
    expect(app.simulator.accepted()).toHaveLength(0);
    proxy.mood = 'honest';
    expect(await app.ims.send(ONE)).toMatchObject({ state: 'ACCEPTED' });
  });

  it('a gateway that accepts everything and names nothing costs one message for each try', async () => {
    await start({ module: { dispatch: { ...IMPATIENT, ...LONG_BACKOFF } } });
    proxy.mood = 'accepts-all';
    await enqueue();
    await circuitOpens('^MISSING_ENTRY$');
    expect(await app.ims.stats()).toMatchObject({ QUEUED: MESSAGES - 1, UNCONFIRMED: 1 });
  });

  describe('a way that large answers do not come through', () => {
    /** The answer to some 35 messages. */
    const LONG = 4_096;
    const oneAtATime = { module: { dispatch: { ...IMPATIENT, maxBatchSize: 300, concurrency: 1 } } };
    /** Resolves to how many are UNCONFIRMED once all are out, each of them once. */
    const burntOf = async (count: number) => {
      const { UNCONFIRMED } = await eventually(
        () => app.ims.stats(),
        ({ ACCEPTED, UNCONFIRMED: burnt }) => ACCEPTED + burnt === count,
      );
      expect(app.simulator.accepted()).toHaveLength(count);
      expect(new Set(app.simulator.accepted().map(({ customImsId }) => customImsId)).size).toBe(count);
      return UNCONFIRMED;
    };

    it.each<AnswerMood>(['packs', 'replaces', 'loses', 'gives-up', 'names-one', 'names-nobody'])(
      'for a proxy that %s them burns one large request, and then small ones, ever more seldom',
      async (mood) => {
        await start(oneAtATime);
        proxy.answers = { mood, above: LONG };
        await enqueue();
        expect(await burntOf(MESSAGES)).toBeLessThanOrEqual(300 + 64 * Math.log2(MESSAGES / 16));
        const sizes = app.simulator.requests().map(({ taken }) => taken);
        expect(sizes.filter((size) => size > 64)).toEqual([300]);
      },
    );

    it('burns no more large requests than are under way together', async () => {
      await start();
      proxy.answers = { mood: 'replaces', above: LONG };
      await enqueue(2_000);
      const burnt = await burntOf(2_000);
      const sizes = app.simulator.requests().map(({ taken }) => taken);
      expect(sizes.filter((size) => size > 64).length).toBeLessThanOrEqual(UNDER_WAY);
      expect(burnt).toBeLessThanOrEqual(UNDER_WAY * 300 + 64 * Math.log2(2_000 / 16));
    });

    it('and none that names several messages: nearly all go one by one', async () => {
      await start(oneAtATime);
      proxy.answers = { mood: 'names-nobody', above: 200 };
      await enqueue(400);
      expect(await burntOf(400)).toBeLessThanOrEqual(300 + 2 * Math.log2(400));
    });

    it('lets sendBatch burn what is under way, and the rest waits in the queue', async () => {
      await start({ module: { dispatch: { ...IMPATIENT, enabled: false, concurrency: 2, ...LONG_BACKOFF } } });
      proxy.answers = { mood: 'replaces', above: LONG };
      const recipients = mobiles(MESSAGES).map((mobile) => ({ mobile }));
      const batch = await app.ims.sendBatch({ content: 'Hello', recipients });
      expect(batch.unconfirmed.length).toBeLessThanOrEqual(2 * 300);
      expect(batch.queued.length + batch.unconfirmed.length).toBe(MESSAGES);
      expect(batch.queued.length).toBeGreaterThan(0);
    });
  });

  describe('after ERROR_PARAMS in answer to messages that were taken', () => {
    const takenAndDenied = { kind: 'code', code: 'ERROR_PARAMS', accept: true, times: 1 } as const;
    const DOUBLING = [1, 2, 4, 8, 16, 32, 64, 128, 256];

    it.each([
      ['list-first', true, [300, 0, ...DOUBLING, 189]],
      ['params', true, [0, 0, 1, 300, 0, 0, ...DOUBLING, 188]],
      ['list-first', false, [300, ...DOUBLING, 189]],
    ] as const)(
      'nothing is sent twice, and what follows doubles while it succeeds (%s, canary: %s)',
      async (emptyBatch, canary, sizes) => {
        await start({
          simulator: { emptyBatch },
          module: { dispatch: { ...IMPATIENT, concurrency: 1 }, protocol: { canary } },
        });
        // What tries the way is not counted. Where it proves but half of it, a single message goes first.
        app.simulator.inject({ ...takenAndDenied, skip: emptyBatch === 'params' ? 1 : 0 });
        await enqueue(1_000);
        await eventually(
          () => app.ims.stats(),
          ({ ACCEPTED, UNCONFIRMED }) => ACCEPTED === 700 && UNCONFIRMED === 300,
        );
        expect(app.simulator.requests().map(({ taken }) => taken)).toEqual(
          canary && emptyBatch === 'list-first' ? [0, ...sizes] : sizes,
        );
        expect(new Set(app.simulator.accepted().map(({ customImsId }) => customImsId)).size).toBe(1_000);
        expect(app.simulator.accepted()).toHaveLength(1_000);
      },
    );
  });
});
