import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { startDtoApp } from './dto-app.js';

const MESSAGE = { mobile: '+61422118000', content: 'Hello' };
const BATCH = { content: 'Hello', recipients: [{ mobile: '+61422118000' }, { mobile: '+61422118001' }] };
/** What is refused at once takes some 10 ms, on a busy machine a second. */
const FAR_TOO_LONG_MS = 20_000;
const TOO_BIG = 'x'.repeat(5_000_000);
const TIME = '2030-01-31T08:00:00+08:00';

interface Answer {
  status: number;
  message?: string[];
  type?: string;
  entry?: string;
  dates?: string[];
  body?: Record<string, unknown>;
}
const read = async (response: Response): Promise<Answer> => ({
  status: response.status,
  ...((await response.json()) as object),
});

const shown = (body: object) => JSON.stringify(body).slice(0, 90);

describe.each([
  ['as documented', {}],
  ['with implicit conversion', { transformOptions: { enableImplicitConversion: true } }],
  ['with groups', { groups: ['any'] }],
])('a ValidationPipe %s', (kind, options) => {
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    ({ app, url } = await startDtoApp(options));
  });
  afterAll(() => app.close());

  const post = async (path: string, body: unknown) =>
    read(
      await fetch(`${url}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );
  const find = async (query: string) => read(await fetch(`${url}/find?${query}`));

  it.each([
    ['send', 'SendImsDto', undefined, MESSAGE],
    ['send', 'SendImsDto', undefined, { ...MESSAGE, customImsId: null, priority: null, sendAt: null, expiresAt: null }],
    ['send', 'SendImsDto', undefined, { ...MESSAGE, customImsId: 'order-1', priority: 9 }],
    ['batch', 'SendImsBatchDto', 'ImsRecipientDto', BATCH],
    ['batch', 'SendImsBatchDto', 'ImsRecipientDto', { ...BATCH, priority: 1, sendAt: TIME }],
    ['personalized', 'SendPersonalizedImsDto', 'SendImsDto', { messages: [MESSAGE] }],
  ])('takes %s as %s of %s: %j', async (path, type, entry, body) => {
    const answer = await post(path, body);
    expect(answer).toMatchObject({ status: 201, type });
    expect(answer.entry).toBe(entry);
  });

  it.each([
    ['2030-01-31T08:00:00+08:00', '2030-01-31T00:00:00.000Z'],
    ['2030-01-31T08:00:00Z', '2030-01-31T08:00:00.000Z'],
    ['2030-01-31T08:00:00.123Z', '2030-01-31T08:00:00.123Z'],
    ['2030-01-31T08:00-0500', '2030-01-31T13:00:00.000Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ])('makes a Date of %s', async (text, instant) => {
    const answer = await post('send', { ...MESSAGE, sendAt: text });
    expect(answer).toMatchObject({ status: 201, dates: ['sendAt'], body: { sendAt: instant } });
  });

  const wrongTimes = [
    '', 'tomorrow', 'foo 1', '2030', '2030-01-31', '2030-01-31T08:00:00', '31/01/2030', '2030-02-31T00:00:00Z',
    '2030-13-01T00:00:00Z', '2030-01-31T25:00:00Z', '1900000000000', 1_900_000_000_000, true, [TIME], {}, TOO_BIG,
  ]; // prettier-ignore
  const wrong: [string, object, string][] = [
    ['send', { content: 'x' }, 'mobile must be an international number'],
    ...[null, '', '12', '422118000', '+61', 'call me', {}, [MESSAGE.mobile], TOO_BIG].map(
      (mobile): [string, object, string] => ['send', { ...MESSAGE, mobile }, 'mobile must be an international number'],
    ),
    ['send', { mobile: MESSAGE.mobile }, 'content must be a string'],
    ['send', { ...MESSAGE, content: '' }, 'content must not be blank'],
    ['send', { ...MESSAGE, content: ' \n' }, 'content must not be blank'],
    ['send', { ...MESSAGE, content: 'x'.repeat(501) }, 'content must be at most 500'],
    ['send', { ...MESSAGE, content: TOO_BIG }, 'content must be at most 500'],
    ['send', { ...MESSAGE, content: 'a\0b' }, 'content must not contain NUL'],
    ['send', { ...MESSAGE, content: 'a\ud800' }, 'content must be well-formed'],
    ['send', { ...MESSAGE, customImsId: '' }, 'customImsId must not be empty'],
    ['send', { ...MESSAGE, customImsId: 'x'.repeat(33) }, 'customImsId must be at most 32'],
    ['send', { ...MESSAGE, customImsId: 'a b' }, 'customImsId must be printable ASCII'],
    ['send', { ...MESSAGE, customImsId: TOO_BIG }, 'customImsId must be at most 32'],
    ['send', { ...MESSAGE, priority: -1 }, 'priority must not be less than 0'],
    ['send', { ...MESSAGE, priority: 10 }, 'priority must not be greater than 9'],
    ['send', { ...MESSAGE, priority: 1.5 }, 'priority must be an integer'],
    ['send', { ...MESSAGE, priority: 'high' }, 'priority must be an integer'],
    ...wrongTimes.flatMap((time): [string, object, string][] => [
      ['send', { ...MESSAGE, sendAt: time }, 'sendAt must be a Date, or a time as text with its zone'],
      ['batch', { ...BATCH, expiresAt: time }, 'expiresAt must be a Date, or a time as text with its zone'],
    ]),
    ['send', { ...MESSAGE, sendAt: TIME, expiresAt: TIME }, 'expiresAt must be after sendAt'],
    ['batch', { ...BATCH, sendAt: TIME, expiresAt: '2030-01-30T00:00:00Z' }, 'expiresAt must be after sendAt'],
    ['send', { ...MESSAGE, attempts: 5 }, 'property attempts should not exist'],
    ['batch', { ...BATCH, content: undefined }, 'content must be a string'],
    ['batch', { content: 'x' }, 'recipients must be an array'],
    ...[null, {}, 'x', 5].map((recipients): [string, object, string] => [
      'batch',
      { ...BATCH, recipients },
      'recipients must be an array',
    ]),
    ['batch', { ...BATCH, recipients: [] }, 'recipients should not be empty'],
    ...[null, 'x', 5, []].map((entry): [string, object, string] => [
      'batch',
      { ...BATCH, recipients: [entry] },
      'each value in recipients must be an object',
    ]),
    [
      'batch',
      { ...BATCH, recipients: [{ mobile: '+61422118000' }, {}] },
      'recipients.1.mobile must be an international',
    ],
    ['batch', { ...BATCH, recipients: [{ mobile: TOO_BIG }] }, 'recipients.0.mobile must be an international number'],
    [
      'batch',
      { ...BATCH, recipients: [{ mobile: '+61422118000', content: 'x' }] },
      'recipients.0.property content should not exist',
    ],
    [
      'batch',
      { ...BATCH, recipients: BATCH.recipients.map((one) => ({ ...one, customImsId: 'same' })) },
      'recipients must not use a customImsId twice',
    ],
    ['personalized', {}, 'messages must be an array'],
    ['personalized', { messages: [] }, 'messages should not be empty'],
    ['personalized', { messages: [[]] }, 'each value in messages must be an object'],
    ['personalized', { messages: [MESSAGE, { ...MESSAGE, content: ' ' }] }, 'messages.1.content must not be blank'],
    ['personalized', { messages: [{ ...MESSAGE, sendAt: 'soon' }] }, 'messages.0.sendAt must be a Date, or a time'],
    [
      'personalized',
      { messages: [MESSAGE, MESSAGE].map((one) => ({ ...one, customImsId: 'same' })) },
      'messages must not use a customImsId twice',
    ],
  ];

  it.each(wrong.map(([path, body, sentence]) => [path, shown(body), sentence, body] as const))(
    'refuses %s of %s: %s',
    async (path, _, sentence, body) => {
      if (kind === 'with implicit conversion' && !isRefusedAfterConversion(body)) return;
      const start = performance.now();
      const answer = await post(path, body);
      expect(answer.status).toBe(400);
      expect(answer.message?.filter((message) => message.startsWith(sentence))).toHaveLength(1);
      // What is too big costs its parsing, not more; nor is it repeated.
      expect(performance.now() - start).toBeLessThan(FAR_TOO_LONG_MS);
      expect(JSON.stringify(answer).length).toBeLessThan(2_000);
    },
  );

  it('takes a list of 10,000', async () => {
    const recipients = Array.from({ length: 10_000 }, (_, index) => ({ mobile: `+${61_422_000_000 + index}` }));
    expect(await post('batch', { content: 'Hello', recipients })).toMatchObject({ status: 201 });
  });

  it.each([
    ['', {}],
    ['state=QUEUED', { state: ['QUEUED'] }],
    ['state=QUEUED,ACCEPTED', { state: ['QUEUED', 'ACCEPTED'] }],
    ['state=QUEUED&state=ACCEPTED', { state: ['QUEUED', 'ACCEPTED'] }],
    ['limit=1000', { limit: 1_000 }],
    ['mobile=%2B61422118000', { mobile: '+61422118000' }],
    [`createdFrom=${encodeURIComponent(TIME)}`, { createdFrom: '2030-01-31T00:00:00.000Z' }],
    ['cursor=abc', { cursor: 'abc' }],
  ])('finds by ?%s', async (query, body) => {
    expect(await find(query)).toMatchObject({ status: 200, type: 'FindImsDto', body });
  });

  it.each([
    ['state=SENT', 'state must be one of the following values'],
    ['state=', 'each value in state must be one of the following values'],
    ['limit=0', 'limit must not be less than 1'],
    ['limit=1001', 'limit must not be greater than 1000'],
    ['limit=many', 'limit must'],
    ['mobile=12', 'mobile must be an international number'],
    ['createdFrom=yesterday', 'createdFrom must be a Date, or a time as text'],
    ['createdBefore=1900000000000', 'createdBefore must be a Date, or a time as text'],
    [`cursor=${'x'.repeat(129)}`, 'cursor must be shorter than or equal to 128'],
    ['offset=5', 'property offset should not exist'],
  ])('does not find by ?%s', async (query, sentence) => {
    const answer = await find(query);
    expect(answer.status).toBe(400);
    expect(answer.message?.join('\n')).toContain(sentence.replace('each value in ', ''));
  });

  it.each([
    ['no state', { state: [] }],
    ['millions of states', { state: 'QUEUED,'.repeat(1_000_000) }],
    ['a mobile of 5 MB', { mobile: TOO_BIG }],
    ['a cursor of 5 MB', { cursor: TOO_BIG }],
  ])('refuses fast to find by %s', async (_, body) => {
    const start = performance.now();
    expect(await post('find', body)).toMatchObject({ status: 400 });
    expect(performance.now() - start).toBeLessThan(FAR_TOO_LONG_MS);
  });
});

/** Implicit conversion makes strings of what should be one before any rule of ours sees it. */
function isRefusedAfterConversion(body: object): boolean {
  const strings = ['mobile', 'content', 'customImsId'] as const;
  const given = body as Record<string, unknown>;
  return strings.every((key) => !(key in given) || typeof given[key] === 'string');
}
