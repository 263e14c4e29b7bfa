import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Access } from '../src/index.js';
import { CONSOLE_ACTIONS } from '../src/api.js';
import { API_ROUTES } from '../src/routes/api-routes.js';
import { ANN, ConsoleApp } from './support/console-app.js';
import { REQUESTS } from './support/every-route.js';
import { DIGITS, messageWith, NUMBER, pageOf, TEXT } from './support/fake-operations.js';
import { until } from './support/until.js';

let app: ConsoleApp;
afterEach(async () => app.close());

const start = async (more: object) => {
  app = await ConsoleApp.start({ console: { access: () => ({ ...(ANN as object), ...more }) as Access } });
};

/** Everything that the API answers, as text. */
async function everything(): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  for (const { method, path } of API_ROUTES) {
    const name = `${method} ${path}`;
    if (['GET stream', 'POST reveal', 'GET exports/:token'].includes(name)) continue;
    const { route, body } = REQUESTS[name]!;
    const { status, text } = body === undefined ? await app.api(route) : await app.post(route, body);
    expect([name, status]).toEqual([name, 200]);
    answers[name] = text;
  }
  const link = (await app.post('exports', { search: {} })).json as { url: string };
  answers.csv = (await app.get(link.url)).text;
  return answers;
}

const holding = (answers: Record<string, string>, what: RegExp) =>
  Object.keys(answers).filter((name) => what.test(answers[name]!));
/** The subscriber's own digits, however they are written. */
const SUBSCRIBER = /422[^0-9A-Za-z"]{0,3}118[^0-9A-Za-z"]{0,3}000|22118|0422/;

it('shows everything to whoever may see it', async () => {
  await start({});
  const answers = await everything();
  expect(holding(answers, SUBSCRIBER).length).toBeGreaterThan(8);
  expect(holding(answers, /kv8819/).length).toBeGreaterThan(4);
  expect(answers['GET reports']).toContain(DIGITS);
});

it('masks numbers in every answer, the raw batches, the timeline, the audit and the export included', async () => {
  await start({ numbers: 'masked' });
  const answers = await everything();
  expect(holding(answers, SUBSCRIBER)).toEqual([]);
  expect(answers['GET messages']).toContain('+614******00');
  expect(answers['GET audit']).toContain('"mobile":"+614******00"');
  expect(answers.csv).toContain('+614******00');
  expect(answers['GET reports']).toContain('DELIVRD');
  // Of a prefix that one message has, one may guess whose it is.
  expect(answers['GET countries/:iso']).toContain('+61422');
  expect(answers['GET countries/:iso']).not.toContain('+61499');
  expect(holding(answers, /kv/)).toContain('GET messages');
});

it('masks a number that somebody has searched for as if it were an ID', async () => {
  await start({ numbers: 'masked' });
  const whole = `${NUMBER}-1`;
  const filters = [
    { id: NUMBER },
    { search: { id: `00${NUMBER.slice(1)}` } },
    { id: '+61 422 118 000', customImsId: whole, ids: [whole] },
    { id: whole, search: { id: whole } },
    { id: '＋61422118000', state: ['QUEUED'] },
  ];
  app.account.replies.set('audit', () => pageOf(filters.map((filter, at) => ({ id: `x${at}`, filter, reason: null }))));
  const { text, json } = await app.api('audit');
  expect(text.replaceAll(whole, '')).not.toMatch(SUBSCRIBER);
  expect((json as { items: unknown }).items).toMatchObject([
    { filter: { id: '+614******00' } },
    { filter: { search: { id: '+614******00' } } },
    { filter: { id: '+614******00', customImsId: whole, ids: [whole] } },
    { filter: { id: whole, search: { id: whole } } },
    { filter: { id: '+614******00', state: ['QUEUED'] } },
  ]);
});

it('leaves IDs alone that somebody made of numbers: by them messages are found', async () => {
  await start({ numbers: 'masked' });
  const ours = `${NUMBER}-1`;
  const message = messageWith({ customImsId: ours });
  const { account } = app;
  account.replies.set('search', () => pageOf([message]));
  account.replies.set('message', () => ({ message, timeline: [], others: [message], rawAnswer: null }));
  account.replies.set('progress', () => ({ id: 'a1', action: 'resend', state: 'done', changedIds: [ours] }));
  account.replies.set('preview', () => ({ id: 'a1', sample: [message] }));
  account.replies.set('reports', () => pageOf([{ id: 'r1', customImsId: ours, mobile: NUMBER, raw: null }]));
  account.replies.set('events', () => pageOf([{ id: 'e1', customImsId: ours, error: null }]));
  const filter = { customImsId: ours, ids: [ours], search: { id: ours, mobile: NUMBER } };
  account.replies.set('audit', () => pageOf([{ id: 'x1', filter, reason: `asked by ${NUMBER}` }]));
  const answers = await everything();
  const of = [
    ...['GET messages', 'GET messages/:id', 'GET actions/:id', 'POST actions/preview', 'GET reports', 'GET events'],
    ...['GET audit', 'csv'],
  ];
  for (const name of of) {
    const text = answers[name]!;
    expect([name, text.includes(ours), text.replaceAll(ours, '')]).toEqual([
      name,
      true,
      expect.not.stringMatching(SUBSCRIBER),
    ]);
  }
  expect((await app.api(`messages/${encodeURIComponent(ours)}`)).status).toBe(200);
  expect(app.account.asked('message').at(-1)).toEqual([ours]);
});

it('hides texts in every answer', async () => {
  await start({ texts: 'hidden' });
  const answers = await everything();
  expect(holding(answers, /kv88|Parcel/i)).toEqual([]);
  expect(answers['GET messages']).toContain(NUMBER);
  expect(answers['GET reports']).toContain('DELIVRD');
});

it('shows read-only neither', async () => {
  app = await ConsoleApp.start({ console: { access: () => 'read-only' } });
  for (const { method, path, right } of API_ROUTES) {
    if (method !== 'GET' || right !== null || path === 'stream') continue;
    const { status, text } = await app.api(REQUESTS[`GET ${path}`]!.route);
    expect([path, status, SUBSCRIBER.test(text), /kv88|Parcel/i.test(text)]).toEqual([path, 200, false, false]);
  }
});

it('searches by the whole number alone where numbers are masked, and tells no more of it', async () => {
  await start({ numbers: 'masked' });
  for (const query of [
    'mobile=%2B6142',
    'mobile=422118000',
    'mobile=%2B61422118*',
    'mobile=%2561',
    'id=order*',
    'id=%2B614*',
  ]) {
    const { status, json } = await app.api(`messages?${query}`);
    expect([query, status, json]).toMatchObject([query, 400, { error: { field: query.split('=')[0] } }]);
  }
  for (const search of [{ id: 'a*' }, { mobile: '+6142' }]) {
    expect((await app.post('exports', { search })).status).toBe(400);
    expect((await app.post('actions/preview', { action: 'cancel', search })).status).toBe(400);
  }
  expect(app.account.calls).toEqual([]);
  expect((await app.api('messages?mobile=%2B61%20422%20118%20000')).text).not.toMatch(SUBSCRIBER);
  expect(app.account.asked('search')).toEqual([[{ mobile: NUMBER }]]);
});

describe('a reveal', () => {
  it('shows one message, and is written down before', async () => {
    await start({ numbers: 'masked', texts: 'hidden' });
    const { json } = await app.post('reveal', { customImsId: 'order-1', reason: 'ticket 7' });
    expect(json).toEqual({ mobile: NUMBER, content: TEXT });
    expect(app.account.audited).toMatchObject([
      { actor: 'ann', action: 'reveal', filter: { customImsId: 'order-1' }, reason: 'ticket 7' },
    ]);
  });

  it('shows nothing where it cannot be written down', async () => {
    await start({ numbers: 'masked' });
    app.account.replies.set('record', () => Promise.reject(new Error(`cannot write ${NUMBER}`)));
    const { status, text } = await app.post('reveal', { customImsId: 'order-1' });
    expect(status).toBe(500);
    expect(text + app.logs.lines.join('\n')).not.toMatch(SUBSCRIBER);
  });

  it('of one that there is not is written nowhere', async () => {
    await start({});
    app.account.replies.set('message', () => null);
    expect((await app.post('reveal', { customImsId: 'order-9' })).status).toBe(404);
    expect(app.account.audited).toEqual([]);
  });
});

describe('an export', () => {
  const linkFor = async (search: object = {}) => (await app.post('exports', { search })).json as { url: string };

  it('goes on read by read, has one use, and is written down', async () => {
    await start({});
    app.account.replies.set('search', ((query: { after?: string }) =>
      query.after === undefined
        ? pageOf([messageWith()], 'two')
        : pageOf([messageWith({ customImsId: 'order-2' })])) as never);
    const { url } = await linkFor({ states: ['UNCONFIRMED'] });
    const { status, text, headers } = await app.get(url);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(headers['content-disposition']).toMatch(/^attachment; filename="messages-default-[\d-]+\.csv"$/);
    expect(headers['cache-control']).toBe('no-store');
    expect(text.startsWith('\ufeffcustomImsId,imsId,mobile,')).toBe(true);
    expect(text.split('\r\n')).toHaveLength(4);
    expect(text).toContain(`order-2,g-1,${NUMBER},AU,"${TEXT}",UNCONFIRMED`);
    expect((await app.get(url)).status).toBe(404);
    expect(app.account.asked('search').at(-1)).toEqual([{ states: ['UNCONFIRMED'], limit: 500, after: 'two' }]);
    expect(app.account.audited.map(({ action, items, reason }) => [action, items, reason])).toEqual([
      ['export', 0, null],
      ['export-end', 2, null],
    ]);
  });

  it('is nobody else’s, and of no other account', async () => {
    let actor = 'ann';
    app = await ConsoleApp.start({ console: { access: () => ({ ...(ANN as object), actor }) as Access } });
    const { url } = await linkFor();
    actor = 'bob';
    expect((await app.get(url)).status).toBe(404);
    actor = 'ann';
    expect((await app.get(url.replace('account=default', 'account=marketing'))).status).toBe(404);
  });

  it('is let in by its link where keys are shown in a header, as long as the key is good', async () => {
    const keys = new Set(['one']);
    const { UnauthorizedException } = await import('@nestjs/common');
    app = await ConsoleApp.start({
      console: {
        access: ({ headers }) => {
          if (headers['x-blocked']) return 'deny';
          if (!keys.has(String(headers.authorization))) throw new UnauthorizedException();
          return ANN;
        },
      },
    });
    const newLink = async () => {
      const { json } = await app.post('exports', { search: {} }, { authorization: 'one' });
      return (json as { url: string }).url;
    };
    const url = await newLink();
    expect((await app.get(url.replace(/exports\/[\w-]+/, 'exports/none'))).status).toBe(401);
    expect((await app.get(url, { 'x-blocked': '1' })).status).toBe(403);
    expect((await app.get(url.replace('account=default', 'account=marketing'))).status).toBe(404);
    const { status, text } = await app.get(url);
    expect([status, text.split('\r\n').length]).toEqual([200, 3]);
    expect((await app.get(url)).status).toBe(401);
    const late = await newLink();
    keys.clear();
    expect((await app.get(late)).status).toBe(401);
    expect(app.account.asked('search')).toHaveLength(1);
  });

  it('is cut off where it fails: half a file does not look like a whole one', async () => {
    await start({});
    let reads = 0;
    app.account.replies.set('search', () => {
      if (++reads > 1) throw new Error('the database is away');
      return pageOf([messageWith()], 'two');
    });
    const { url } = await linkFor();
    await expect(app.get(url)).rejects.toThrow(/aborted|hang up|ECONNRESET/);
    expect(app.account.audited.at(-1)).toMatchObject({ action: 'export-end', items: 1, reason: 'cut off' });
  });

  it('reads no faster than it is taken, and ends with the connection', async () => {
    await start({});
    let reads = 0;
    const many = Array.from({ length: 500 }, () => messageWith({ content: 'long '.repeat(200) }));
    app.account.replies.set('search', () => pageOf(many, `cursor-${++reads}`));
    const { url } = await linkFor();
    const socket = await unread(`/sms/${url}`);
    // What lies between takes some; a busy machine takes its time.
    let before = -1;
    await until(async () => {
      const stands = reads > 0 && reads === before;
      before = reads;
      await pause(500);
      return stands;
    });
    expect(before).toBeLessThan(60);
    socket.destroy();
    await until(() => app.account.audited.at(-1)?.action === 'export-end');
    expect(app.account.audited.at(-1)).toMatchObject({ reason: 'cut off' });
  });

  it('ends where the one who downloads loses the right', async () => {
    let actions: readonly string[] = CONSOLE_ACTIONS;
    app = await ConsoleApp.start({
      timings: { accessMs: 20 },
      console: { access: () => ({ ...(ANN as object), actions }) as Access },
    });
    let reads = 0;
    app.account.replies.set('search', async () => {
      await pause(30);
      if (++reads === 3) actions = [];
      return pageOf([messageWith()], 'more');
    });
    const { url } = await linkFor();
    await expect(app.get(url)).rejects.toThrow(/aborted|hang up|ECONNRESET/);
  });
});

/** A connection that asks and then does not read. */
async function unread(path: string) {
  const { connect } = await import('node:net');
  const socket = connect(app.port, '127.0.0.1');
  socket.pause();
  socket.on('error', () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${app.port}\r\n\r\n`);
  return socket;
}
