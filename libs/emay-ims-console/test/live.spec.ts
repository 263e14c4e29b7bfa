import { afterEach, describe, expect, it } from '@jest/globals';
import { request as httpRequest, type ClientRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Access } from '../src/index.js';
import { ANN, ConsoleApp, PLATFORMS } from './support/console-app.js';
import { messageWith, NUMBER, pageOf } from './support/fake-operations.js';
import { until } from './support/until.js';

let app: ConsoleApp;
const streams: Stream[] = [];
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.request.destroy();
  await app.close();
});

class Stream {
  text = '';
  status = 0;
  headers: IncomingHttpHeaders = {};
  isOver = false;
  readonly request: ClientRequest;

  constructor(query = '', headers: Record<string, string> = {}) {
    const path = `/sms/api/v1/stream${query}`;
    this.request = httpRequest({ host: '127.0.0.1', port: app.port, path, headers, agent: false }, (response) => {
      this.status = response.statusCode ?? 0;
      this.headers = response.headers;
      response.on('data', (chunk: Buffer) => (this.text += chunk.toString()));
      response.on('error', () => undefined);
      response.on('close', () => (this.isOver = true));
    });
    this.request.on('error', () => (this.isOver = true));
    this.request.end();
    streams.push(this);
  }

  events(name: string): unknown[] {
    return [...this.text.matchAll(/^event: (\w+)\ndata: (.*)$/gm)]
      .filter(([, event]) => event === name)
      .map(([, , data]) => JSON.parse(data ?? '') as unknown);
  }

  async until(isReached: () => boolean): Promise<void> {
    await until(isReached).catch(() => expect(this.text.slice(-500)).toBe('what was waited for'));
  }
}

const FAST = { pollMs: 20, heartbeatMs: 30, accessMs: 40, lifetimeMs: 60_000 };

describe.each(PLATFORMS)('on %s', (platform) => {
  const start = async (access: () => unknown = () => ANN, timings: object = FAST) => {
    app = await ConsoleApp.start({ platform, timings, console: { access: access as () => Access } });
  };

  it('tells pulse, totals, and what is new, with one read for all who watch', async () => {
    await start();
    let state: 'QUEUED' | 'DELIVERED' = 'QUEUED';
    app.account.replies.set('search', () => pageOf([messageWith({ state })]));
    const viewers = [new Stream(), new Stream(), new Stream()];
    for (const viewer of viewers) await viewer.until(() => viewer.events('totals').length > 0);
    const [viewer] = viewers as [Stream];
    expect(viewer.status).toBe(200);
    expect(viewer.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'cache-control': 'no-store, no-transform',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    expect(viewer.events('pulse')[0]).toMatchObject({ account: 'default', polls: true });
    expect(viewer.events('pulse')[0]).not.toHaveProperty('unconfirmed');
    expect(viewer.text).toMatch(/^id: \d{13}\nevent: pulse\n/m);
    await sleep(60);
    expect(viewer.events('message')).toEqual([]);
    state = 'DELIVERED';
    for (const each of viewers) await each.until(() => each.events('message').length > 0);
    expect(viewer.events('message')).toEqual([[{ customImsId: 'order-1', state: 'DELIVERED' }]]);
    await viewer.until(() => /^: $/m.test(viewer.text));
    const before = app.account.asked('search').length;
    await sleep(400);
    expect(app.account.asked('search').length - before).toBeLessThan(25);
    expect(viewer.text).not.toContain(NUMBER);
    for (const each of viewers) each.request.destroy();
    await sleep(80);
    const after = app.account.asked('search').length;
    await sleep(100);
    expect(app.account.asked('search')).toHaveLength(after);
  });

  it('ends when access is lost, or less than it was', async () => {
    let access: unknown = ANN;
    await start(() => access);
    const viewer = new Stream();
    await viewer.until(() => viewer.events('pulse').length > 0);
    access = { ...(ANN as object), numbers: 'masked' };
    await viewer.until(() => viewer.isOver);
    expect(viewer.events('bye')).toEqual([{ reason: 'access' }]);
    access = ANN;
    const next = new Stream();
    await next.until(() => next.events('pulse').length > 0);
    access = undefined;
    await next.until(() => next.isOver);
    expect(next.events('bye')).toEqual([{ reason: 'access' }]);
  });

  it('ends with the application, which waits for nobody', async () => {
    await start();
    const viewer = new Stream();
    await viewer.until(() => viewer.events('pulse').length > 0);
    const began = performance.now();
    await app.app.close();
    expect(performance.now() - began).toBeLessThan(FAST.lifetimeMs / 2);
    await viewer.until(() => viewer.isOver);
    expect(viewer.events('bye')).toEqual([{ reason: 'shutdown' }]);
  });

  it('ends after its time, so that the guards of the host see who watches', async () => {
    await start(() => ANN, { ...FAST, lifetimeMs: 100 });
    const viewer = new Stream();
    await viewer.until(() => viewer.isOver);
    expect(viewer.events('bye')).toEqual([{ reason: 'renew' }]);
  });

  it('cuts off who does not read, and keeps nothing for them', async () => {
    await start();
    let turn = 0;
    // Kernel buffers take the first megabytes.
    const long = 'x'.repeat(20_000);
    app.account.replies.set('search', () => {
      turn++;
      return pageOf(Array.from({ length: 50 }, (_, nth) => messageWith({ customImsId: `${turn}-${nth}-${long}` })));
    });
    const socket = connect(app.port, '127.0.0.1');
    socket.pause();
    socket.on('error', () => undefined);
    socket.write(`GET /sms/api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    // It may be cut off before anybody has looked: that pages were made for it shows that it was there.
    const isCutOff = async () => turn > 0 && (await connectionsOf(app)) === 0;
    for (let nth = 0; nth < 3_000 && !(await isCutOff()); nth++) await sleep(20);
    expect(await isCutOff()).toBe(true);
    expect(turn).toBeLessThan(60);
    socket.destroy();
  });

  it('goes on after a database that was away, and says so once in the log', async () => {
    await start();
    let isAway = true;
    app.account.replies.set('search', () => {
      if (isAway) throw Object.assign(new Error(`cannot read ${NUMBER}`), { code: 'ECONNREFUSED' });
      return pageOf([messageWith()]);
    });
    const viewer = new Stream();
    await viewer.until(() => viewer.events('reading').length > 0);
    const late = new Stream();
    await late.until(() => late.events('reading').length > 0);
    await sleep(150);
    expect(viewer.isOver).toBe(false);
    expect([viewer.events('reading'), late.events('reading')]).toEqual([[{ isAway: true }], [{ isAway: true }]]);
    isAway = false;
    for (const each of [viewer, late]) {
      await each.until(() => each.events('pulse').length > 0);
      expect(each.events('reading')).toEqual([{ isAway: true }, { isAway: false }]);
    }
    const lines = app.logs.lines.filter((line) => line.includes('live view'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('ECONNREFUSED');
    expect(lines[0]).not.toContain(NUMBER);
  });
});

it('has room for ten streams of one caller', async () => {
  app = await ConsoleApp.start({ console: { access: () => ANN } });
  const viewers = Array.from({ length: 11 }, () => new Stream());
  await viewers[10]!.until(() => viewers.every(({ status }) => status !== 0));
  expect(viewers.map(({ status }) => status).sort((one, other) => one - other)).toEqual([
    ...Array<number>(10).fill(200),
    429,
  ]);
});

it('forgets a viewer whose socket is cut off, whoever cuts it', async () => {
  app = await ConsoleApp.start({ timings: FAST, console: { access: () => ANN } });
  for (let round = 0; round < 3; round++) {
    const viewers = Array.from({ length: 10 }, () => new Stream());
    for (const viewer of viewers) await viewer.until(() => viewer.status !== 0);
    expect(new Set(viewers.map(({ status }) => status))).toEqual(new Set([200]));
    for (const [nth, { request }] of viewers.entries()) {
      if (nth % 2 === 0) request.destroy();
      else request.socket?.resetAndDestroy();
    }
    // Each has its place again.
    for (let turn = 0; turn < 300 && (await connectionsOf(app)) > 0; turn++) await sleep(10);
    expect(await connectionsOf(app)).toBe(0);
  }
});

function connectionsOf({ app: host }: ConsoleApp): Promise<number> {
  return new Promise((resolve) =>
    host.getHttpServer().getConnections((_error: unknown, count: number) => resolve(count)),
  );
}

it('tells how far a bulk action has got', async () => {
  app = await ConsoleApp.start({ timings: FAST, console: { access: () => ANN } });
  const progress = (state: string, done: number) => ({
    ...{ id: 'a1', action: 'resend', state, count: 9, done, changedSince: 0, changedIds: [] },
  });
  let finish: (value: unknown) => void = () => undefined;
  app.account.replies.set('apply', () => new Promise((resolve) => (finish = resolve)));
  app.account.replies.set('progress', () => progress('running', 4));
  const viewer = new Stream();
  await viewer.until(() => viewer.events('pulse').length > 0);
  const answer = await app.post('actions/a1/apply', { reason: 'asked' });
  expect(answer.json).toMatchObject({ state: 'running', done: 4 });
  await viewer.until(() => viewer.events('action').length > 1);
  finish(progress('done', 9));
  await viewer.until(() => viewer.events('action').some((event) => (event as { state: string }).state === 'done'));
  const count = viewer.events('action').length;
  await sleep(100);
  expect(viewer.events('action').length).toBeLessThanOrEqual(count + 1);
});
