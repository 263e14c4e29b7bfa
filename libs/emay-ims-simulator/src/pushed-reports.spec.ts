import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PushSettings } from './circumstances/push-settings.js';
import { DEFAULT_ACCOUNT } from './options.js';
import { Bench, parsed, until } from './testing/gateway-caller.js';
import { decrypted } from './testing/secure-caller.js';

const MOBILE = '0061422118000';
const { appId, secretKey } = DEFAULT_ACCOUNT;

interface Push {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly complete: boolean;
}

type Item = Record<string, unknown>;

/** The customer: keeps every push, and answers as the test says. */
class Customer {
  readonly pushes: Push[] = [];
  answer: { status?: number; body?: string; headers?: Record<string, string> } = {};
  /** Holds every answer back until it resolves. */
  until: Promise<void> | undefined;

  readonly url: string;

  private constructor(private readonly server: Server) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/push?secret=s3cret`;
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      const keep = (complete: boolean) =>
        this.pushes.push({ url: request.url!, headers: request.headers, body: Buffer.concat(chunks), complete });
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('error', () => keep(false));
      request.on('end', () => {
        keep(true);
        const { status = 200, body = 'success', headers = {} } = this.answer;
        void (this.until ?? Promise.resolve()).then(() => response.writeHead(status, headers).end(body));
      });
    });
  }

  static async open(): Promise<Customer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Customer(server);
  }

  /** The reports of each push, opened as the vendor says. */
  reports(): Item[][] {
    return this.pushes.map(({ body }) => parsed<Item[]>(gunzipSync(decrypted(body, secretKey)).toString('utf8')));
  }

  ids(): unknown[][] {
    return this.reports().map((reports) => reports.map(({ customImsId }) => customImsId));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

let folder: string;
let bench: Bench;
let customer: Customer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'emay-ims-simulator-'));
  customer = await Customer.open();
  bench = await Bench.start({ reportsPerSecond: Infinity, logFile: join(folder, 'gateway.jsonl') });
});
afterEach(async () => {
  await bench.simulator.stop();
  await customer.close();
  rmSync(folder, { recursive: true });
});

const NEVER = 2_000_000_000;
/** Only when a test says so: nothing here depends on when a timer comes. */
const pushTo = (push: Partial<PushSettings> = {}) =>
  bench.simulator.changeAccount({ push: { url: customer.url, everyMs: NEVER, ...push } }, appId);
const sendDue = async (...ids: string[]) => {
  for (const customImsId of ids) await bench.single(MOBILE, { customImsId });
  bench.simulator.releaseReports();
};
const sendAndPush = async (...ids: string[]) => {
  await sendDue(...ids);
  await bench.simulator.pushDue();
};
const events = () =>
  readFileSync(join(folder, 'gateway.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => parsed<Record<string, unknown>>(line));

describe('what is pushed', () => {
  it('encrypted: the header names the account, the body is an array packed and encrypted with its key', async () => {
    pushTo();
    await sendAndPush('one');
    const [message] = bench.simulator.accepted();
    expect(customer.pushes).toMatchObject([{ url: '/push?secret=s3cret', headers: { appid: appId } }]);
    expect(customer.pushes[0]!.headers['content-length']).toBe(String(customer.pushes[0]!.body.length));
    expect(customer.reports()).toEqual([
      [
        {
          appId,
          imsId: message!.imsId,
          customImsId: 'one',
          state: 'DELIVRD',
          desc: '成功',
          mobile: MOBILE,
          receiveTime: '2026-03-15 12:00:00',
          submitTime: '2026-03-15 12:00:00',
        },
      ],
    ]);
  });

  it('plain: the field `reports` of a form', async () => {
    pushTo({ form: 'plain', numbers: 'without-00' });
    await sendAndPush('编号 & one');
    const [{ headers, body }] = customer.pushes as [Push];
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded;charset=utf-8');
    expect(headers).not.toHaveProperty('appid');
    const form = new URLSearchParams(body.toString('utf8'));
    expect([...form.keys()]).toEqual(['reports']);
    expect(parsed<Item[]>(form.get('reports')!)).toMatchObject([
      { appId, customImsId: '编号 & one', mobile: '61422118000' },
    ]);
  });

  it('and what was pushed is told as it was, whatever is switched later', async () => {
    pushTo({ numbers: 'without-00' });
    await sendAndPush('one');
    const asPushed = customer.reports().flat();
    bench.simulator.changeAccount({ push: null });
    pushTo({ numbers: 'as-sent' });
    expect(bench.simulator.pushed().map(({ report }) => report)).toEqual(asPushed);
    bench.simulator.changeAccount({ push: null });
    expect(bench.simulator.pushed().map(({ report }) => report)).toEqual(asPushed);
  });

  it('in the order in which it falls due, in batches', async () => {
    pushTo({ batchSize: 2 });
    await sendAndPush('a', 'b', 'c', 'd', 'e');
    expect(customer.ids()).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    const imses = Array.from({ length: 300 }, (_, index) => ({ mobile: MOBILE, customImsId: String(index) }));
    pushTo();
    for (let call = 0; call < 2; call++) await bench.batch(imses);
    await sendAndPush();
    expect(
      customer
        .ids()
        .slice(3)
        .map(({ length }) => length),
    ).toEqual([500, 100]);
  });

  it('only once it is due, whatever a test put into the queue too', async () => {
    pushTo();
    await bench.single(MOBILE, { customImsId: 'later' });
    bench.simulator.pushReport(appId, { state: 'ODD' });
    bench.simulator.pushReport(appId, 'no report');
    await bench.simulator.pushDue();
    expect(customer.reports()).toEqual([[{ appId, state: 'ODD' }, 'no report']]);
    bench.now += 300;
    await bench.simulator.pushDue(appId);
    expect(customer.ids()).toEqual([[undefined, undefined], ['later']]);
  });

  it('by itself as time goes by', async () => {
    pushTo({ everyMs: 1 });
    await sendDue('one');
    await until(() => customer.pushes.length === 1);
  });
});

describe('what is not answered success', () => {
  const answers = [
    { status: 500 },
    { status: 200, body: 'SUCCESS' },
    { status: 201 },
    { status: 200, body: '{"code":"success"}' },
    { status: 302, headers: { Location: '/elsewhere' } },
    { status: 200, body: '' },
    { status: 200, body: `success${' '.repeat(5_000)}x` },
  ];

  it.each(answers.map((answer) => [JSON.stringify(answer).slice(0, 60), answer] as const))(
    '%s is pushed again after 10 s, 1 min and 10 min, then given up',
    async (_, answer) => {
      pushTo();
      customer.answer = answer;
      await sendAndPush('one');
      for (const [index, wait] of [10_000, 60_000, 600_000].entries()) {
        bench.now += wait - 1;
        await bench.simulator.pushDue();
        expect(customer.pushes).toHaveLength(index + 1);
        bench.now += 1;
        await bench.simulator.pushDue();
        expect(customer.pushes).toHaveLength(index + 2);
      }
      expect(new Set(customer.pushes.map(({ body }) => body.toString('hex'))).size).toBe(1);
      expect(bench.simulator.pushed()).toMatchObject([{ customImsId: 'one', end: 'given-up' }]);
      expect(bench.simulator.counters()).toMatchObject({ acknowledged: 0, givenUp: 1, pending: 0 });
      bench.now += 6_000_000;
      await bench.simulator.pushDue();
      expect(customer.pushes).toHaveLength(4);
    },
  );

  it('holds up what is due behind it, and waits with it', async () => {
    pushTo({ retryAfterMs: [5_000] });
    customer.answer = { status: 503, body: 'down' };
    await sendAndPush('one');
    await sendAndPush('two');
    expect(customer.ids()).toEqual([['one']]);
    expect(bench.simulator.pendingReports().map(({ customImsId }) => customImsId)).toEqual(['one', 'two']);
    expect(bench.simulator.counters()).toMatchObject({ acknowledged: 0, pending: 2 });
    customer.answer = { body: ' success\r\n' };
    bench.now += 5_000;
    await bench.simulator.pushDue();
    expect(customer.ids()).toEqual([['one'], ['one'], ['two']]);
    expect(bench.simulator.counters()).toMatchObject({ acknowledged: 2, givenUp: 0, pending: 0, handedOut: 0 });
  });

  it('is on record with every attempt, in memory and in the log', async () => {
    pushTo({ retryAfterMs: [5_000] });
    customer.answer = { status: 503, body: 'down' };
    await sendAndPush('one');
    const at = bench.now;
    customer.answer = {};
    bench.now += 5_000;
    await bench.simulator.pushDue();
    const [pushed] = bench.simulator.pushed();
    expect(pushed).toMatchObject({ appId, customImsId: 'one', mobile: MOBILE, state: 'DELIVRD', end: 'acknowledged' });
    expect(pushed!.attempts).toEqual([
      { at, status: 503, answer: 'down' },
      { at: at + 5_000, status: 200, answer: 'success' },
    ]);
    const { pushId } = pushed!;
    expect(events().filter(({ event }) => String(event).startsWith('push'))).toEqual([
      expect.objectContaining({ event: 'pushing', pushId, customImsId: 'one', state: 'DELIVRD' }),
      expect.objectContaining({ event: 'push-attempted', pushId, attempt: 1, status: 503, answer: 'down', reports: 1 }),
      expect.objectContaining({ event: 'push-attempted', pushId, attempt: 2, status: 200, error: null }),
      expect.objectContaining({ event: 'push-ended', pushId, end: 'acknowledged' }),
    ]);
    expect(readFileSync(join(folder, 'gateway.jsonl'), 'utf8')).not.toContain('s3cret');
  });

  it('nobody there, and nobody who answers in time', async () => {
    const { url } = customer;
    await customer.close();
    pushTo({ url, retryAfterMs: [] });
    await sendAndPush('one');
    customer = await Customer.open();
    let answer = () => {};
    customer.until = new Promise((resolve) => (answer = resolve));
    pushTo({ timeoutMs: 20, retryAfterMs: [] });
    await sendAndPush('two');
    answer();
    expect(bench.simulator.pushed().map(({ attempts }) => attempts)).toEqual([
      [{ at: bench.now, error: 'ECONNREFUSED' }],
      [{ at: bench.now, error: 'ETIMEDOUT' }],
    ]);
  });
});

describe('an account that pushes', () => {
  it('answers every pull with [], unless it is said to be pulled as well', async () => {
    pushTo({ retryAfterMs: [] });
    await sendDue('one');
    expect(await bench.pull()).toEqual([]);
    pushTo({ retryAfterMs: [], pullBesidePush: true });
    expect(await bench.pull()).toMatchObject([{ customImsId: 'one' }]);
    customer.answer = { status: 500 };
    await sendAndPush('two');
    expect(bench.simulator.counters()).toMatchObject({ givenUp: 1, pending: 1 });
    expect(await bench.pull()).toMatchObject([{ customImsId: 'two' }]);
    expect(bench.simulator.pendingReports()).toEqual([]);
  });

  it('never hands out by a pull what is being pushed', async () => {
    pushTo({ pullBesidePush: true });
    customer.answer = { status: 500 };
    await sendAndPush('one');
    expect(await bench.pull()).toEqual([]);
  });

  it('holds its reports back while they are held', async () => {
    pushTo();
    bench.simulator.changeAccount({ reports: 'held' });
    await sendAndPush('one');
    expect(await bench.pull()).toEqual([]);
    expect(customer.pushes).toEqual([]);
    bench.simulator.changeAccount({ reports: 'pulled' });
    await bench.simulator.pushDue();
    expect(customer.ids()).toEqual([['one']]);
  });

  it('hands out by pulls what waits once it pushes no more', async () => {
    pushTo();
    customer.answer = { status: 500 };
    await sendAndPush('one');
    await sendDue('two');
    bench.simulator.changeAccount({ push: null }, appId);
    await bench.simulator.pushDue();
    expect((await bench.pull()).map(({ customImsId }) => customImsId)).toEqual(['one', 'two']);
    expect(bench.simulator.pushed()).toMatchObject([{ end: 'withdrawn' }]);
  });

  it('pushes all but the report that it fails at', async () => {
    bench.simulator.changeAccount({ poisoned: true });
    pushTo();
    await sendAndPush('one');
    expect(customer.ids()).toEqual([['one']]);
  });

  it('forgets all of it at a reset, a push that is under way too', async () => {
    pushTo();
    let answer = () => {};
    customer.until = new Promise((resolve) => (answer = resolve));
    await sendDue('one');
    const pushing = bench.simulator.pushDue();
    await until(() => customer.pushes.length === 1);
    bench.simulator.reset();
    await pushing;
    answer();
    expect(bench.simulator.pushed()).toEqual([]);
    expect(bench.simulator.accountSettings(appId).push).toBeNull();
    expect(bench.simulator.counters()).toMatchObject({ acknowledged: 0, givenUp: 0, pending: 0 });
  });

  it('ends with the simulator, however long the customer takes', async () => {
    pushTo({ everyMs: 1 });
    customer.until = new Promise(() => {});
    await sendDue('one');
    await until(() => customer.pushes.length === 1);
    await bench.simulator.stop();
    expect(bench.simulator.pushed()).toMatchObject([{ end: 'waiting' }]);
  });

  it('one of several: each has its own address and its own order', async () => {
    await bench.simulator.stop();
    const other = { appId: 'other', secretKey: 'k'.repeat(32), push: { url: customer.url, everyMs: NEVER } };
    bench = await Bench.start({ accounts: [DEFAULT_ACCOUNT, other] });
    bench.simulator.pushReport(appId, { state: 'MINE' });
    bench.simulator.pushReport('other', { state: 'THEIRS' });
    await bench.simulator.pushDue();
    expect(customer.pushes.map(({ headers }) => headers.appid)).toEqual(['other']);
    expect(await bench.pull()).toEqual([{ state: 'MINE' }]);
    await expect(bench.simulator.pushDue('nobody')).rejects.toThrow('There is no account nobody');
  });
});

describe('faults', () => {
  const inject = (how: 'twice' | 'dead-address' | 'reset' | 'unheard' | 'cut' | 'other-key') =>
    bench.simulator.inject({ kind: 'wrongly-pushed', how });

  it('meet pushes alone, and are spent by them', async () => {
    pushTo();
    inject('twice');
    await sendAndPush('one');
    await sendAndPush('two');
    expect(customer.ids()).toEqual([['one'], ['one'], ['two']]);
    expect(customer.pushes[0]!.body).toEqual(customer.pushes[1]!.body);
    expect(bench.simulator.pushed()).toMatchObject([{ attempts: [{ fault: 'wrongly-pushed' }] }, { attempts: [{}] }]);
    expect(bench.simulator.counters()).toMatchObject({ acknowledged: 2 });
    expect(bench.simulator.faults()).toEqual([]);
  });

  it.each(['dead-address', 'reset', 'unheard', 'cut', 'other-key'] as const)(
    '%s: it comes whole the next time',
    async (how) => {
      pushTo();
      inject(how);
      if (how === 'cut' || how === 'other-key') customer.answer = { status: 400 };
      await sendAndPush('one');
      await until(() => customer.pushes.length === (how === 'dead-address' ? 0 : 1));
      const arrived = { 'dead-address': [], reset: [false], unheard: [true], cut: [true], 'other-key': [true] }[how];
      expect(customer.pushes.map(({ complete }) => complete)).toEqual(arrived);
      const [first] = customer.pushes.splice(0);
      customer.answer = {};
      bench.now += 10_000;
      await bench.simulator.pushDue();
      expect(customer.ids()).toEqual([['one']]);
      if (first && how !== 'unheard') expect(first.body).not.toEqual(customer.pushes[0]!.body);
      expect(bench.simulator.counters()).toMatchObject({ acknowledged: 1, givenUp: 0 });
    },
  );

  it('early-reports: what is pushed comes before the answer to its send', async () => {
    pushTo();
    bench.simulator.inject({ kind: 'early-reports', answerAfterMs: 0 });
    let answer = () => {};
    customer.until = new Promise((resolve) => (answer = resolve));
    let isAnswered = false;
    const sending = bench.single(MOBILE, { customImsId: 'one' }).then(() => (isAnswered = true));
    await until(() => customer.pushes.length === 1);
    expect(isAnswered).toBe(false);
    answer();
    await sending;
    expect(customer.ids()).toEqual([['one']]);
  });
});

describe('wrong settings', () => {
  it.each([
    [{ url: 'here' }, 'push: url: write an address such as http://127.0.0.1:3000/push.'],
    [{}, 'push: url: write an address'],
    [{ url: 'ftp://127.0.0.1/' }, 'push: url: write an address'],
    [{ url: 'http://a', form: 'json' }, 'push: form is "json": write one of: encrypted, plain.'],
    [{ url: 'http://a', batchSize: 501 }, 'push: batchSize is 501: write a whole number from 1 to 500.'],
    [{ url: 'http://a', retryAfterMs: [-1] }, 'push: retryAfterMs is [-1]: write milliseconds'],
    [{ url: 'http://a', everyMs: 0 }, 'push: everyMs is 0: write a whole number from 1'],
    [{ url: 'http://a', pullBesidePush: 1 }, 'push: pullBesidePush is 1: write true or false.'],
    [{ url: 'http://a', to: 1 }, 'push: there is no "to"; write some of: url, form,'],
    ['http://a', 'push: write { "url": "http://127.0.0.1:3000/push" }'],
  ])('%j is refused', (push, message) => {
    expect(() => bench.simulator.changeAccount({ push: push as PushSettings })).toThrow(message);
  });

  it('an account whose key is none for AES cannot push encrypted', async () => {
    await bench.simulator.stop();
    const account = { appId: 'odd', secretKey: 'SECRET-KEY-OF-TESTS' };
    const push = { url: customer.url };
    await expect(Bench.start({ accounts: [{ ...account, push }] })).rejects.toThrow(
      'push: the secretKey of odd has 19 bytes',
    );
    bench = await Bench.start({ accounts: [{ ...account, push: { ...push, form: 'plain' } }] });
    expect(() => bench.simulator.changeAccount({ push })).toThrow('push: the secretKey of odd');
  });
});
