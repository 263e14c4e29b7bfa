import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { EmayImsService } from '../emay-ims.service.js';
import {
  EmayImsConflictError,
  EmayImsOptionsError,
  EmayImsUnsentError,
  EmayImsValidationError,
} from '../errors/emay-ims-errors.js';
import { InMemoryEmayImsService } from './in-memory-emay-ims.service.js';

const MESSAGE = { mobile: '+61422118000', content: 'Hello', customImsId: 'one' };
const HOUR = 3_600_000;

Logger.overrideLogger(false);

let now: number;
let ims: InMemoryEmayImsService;
beforeEach(() => {
  now = Date.parse('2030-01-31T00:00:00.500Z');
  ims = new InMemoryEmayImsService({ now: () => now });
});

const states = async () => Object.fromEntries(ims.messages.map(({ customImsId, state }) => [customImsId, state]));
const three = ['one', 'two', 'three'].map((customImsId, index) => ({
  mobile: `+6142211800${index}`,
  content: `Hello ${index}`,
  customImsId,
}));

it('is an EmayImsService for whoever takes one', async () => {
  class Login {
    constructor(private readonly service: EmayImsService) {}
    sendCode = () => this.service.send(MESSAGE);
  }
  expect(await new Login(ims).sendCode()).toMatchObject({ state: 'ACCEPTED', account: 'default' });
});

it('takes a name and a limit, and refuses a wrong one as the module does', async () => {
  const marketing = new InMemoryEmayImsService({ name: 'marketing', maxContentLength: 3 });
  expect(await marketing.send({ ...MESSAGE, content: 'abc' })).toMatchObject({ account: 'marketing' });
  await expect(marketing.send({ ...MESSAGE, content: 'abcd' })).rejects.toThrow('at most 3 UTF-16 units');
  expect(() => new InMemoryEmayImsService({ name: 'no name' })).toThrow(EmayImsOptionsError);
});

it('shows what was accepted, what waits, and the last message to a number', async () => {
  await ims.send(three[0]!);
  await ims.enqueue(three.slice(1));
  await ims.send({ ...three[0]!, customImsId: 'four' });
  const ids = (list: { customImsId: string }[]) => list.map(({ customImsId }) => customImsId);
  expect(ids(ims.messages)).toEqual(['one', 'two', 'three', 'four']);
  expect(ids(ims.accepted)).toEqual(['one', 'four']);
  expect(ids(ims.queued)).toEqual(['two', 'three']);
  expect(ims.lastTo('0061 422 118 000')?.customImsId).toBe('four');
  expect(ims.lastTo('+61 422 118 009')).toBeUndefined();
  expect(() => ims.lastTo('nobody')).toThrow(EmayImsValidationError);
});

it('shows copies', async () => {
  await ims.send(MESSAGE);
  ims.messages[0]!.state = 'DELIVERED';
  ims.lastTo(MESSAGE.mobile)!.content = '';
  expect(ims.messages[0]).toMatchObject({ state: 'ACCEPTED', content: 'Hello' });
});

it('forgets everything between two tests', async () => {
  ims.nextUnconfirmed();
  await expect(ims.send(MESSAGE)).rejects.toThrow('(TIMEOUT)');
  await ims.resolveUnconfirmed('one', { decision: 'give-up', decidedBy: 'me', reason: 'no' });
  ims.nextRefused('ERROR_SIGN');
  ims.reset();
  expect(ims.messages).toEqual([]);
  expect(await ims.resolutions('one')).toEqual([]);
  expect((await ims.status()).circuitOpenFor).toBeNull();
  expect(await ims.send(MESSAGE)).toMatchObject({ state: 'ACCEPTED' });
});

it.each<[string, () => unknown]>([
  ['reset', () => ims.reset()],
  ['purge', () => ims.purge({ olderThanDays: 0 })],
])('an id that is used again after %s is not the one that was enqueued before', async (_, forget) => {
  ims.nextUnsent();
  await expect(ims.send(MESSAGE)).rejects.toThrow(EmayImsUnsentError);
  await ims.enqueue([MESSAGE]);
  await ims.dispatch();
  await ims.report('one', 'DELIVRD');
  await forget();
  expect(ims.messages).toEqual([]);
  ims.nextUnsent();
  await expect(ims.send(MESSAGE)).rejects.toThrow(EmayImsUnsentError);
  expect(ims.messages).toMatchObject([{ state: 'QUEUED', dueAt: null }]);
});

it('stores at once what joins a transaction, which it does not look at', async () => {
  const manager = {} as never;
  await ims.enqueue([MESSAGE], { manager });
  expect(await states()).toEqual({ one: 'QUEUED' });
});

it('two calls of enqueue with one id and two texts at once: one conflicts', async () => {
  const both = await Promise.allSettled([ims.enqueue([MESSAGE]), ims.enqueue([{ ...MESSAGE, content: 'Bye' }])]);
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
});

describe('what comes next', () => {
  it('is met in the order in which it was said, once each', async () => {
    ims.nextRefused('ERROR_MOBILE_ERROR');
    ims.nextUnsent('ENOTFOUND');
    ims.nextUnconfirmed('HTTP_502');
    const reasons = [];
    for (const message of three) reasons.push(await ims.send(message).catch(({ code, reason }) => reason ?? code));
    expect(reasons).toEqual(['ERROR_MOBILE_ERROR', 'ENOTFOUND', 'HTTP_502']);
    expect(await ims.send(three[0]!).catch(({ code }) => code)).toBe('ERROR_MOBILE_ERROR');
    expect(await ims.send({ ...MESSAGE, customImsId: 'four' })).toMatchObject({ state: 'ACCEPTED' });
  });

  it('is for one number, and waits for it', async () => {
    ims.nextRefused('ERROR_MOBILE_ERROR', { mobile: '0061 422 118 001' });
    await ims.send(three[0]!);
    const { accepted, rejected } = await ims.sendPersonalized({ messages: three });
    expect([accepted.length, rejected.length]).toEqual([2, 1]);
    expect(rejected[0]).toMatchObject({ customImsId: 'two', code: 'ERROR_MOBILE_ERROR' });
    expect(await ims.send({ ...three[1]!, customImsId: 'again' })).toMatchObject({ state: 'ACCEPTED' });
  });

  it('happens so many times, or until everything is accepted again', async () => {
    ims.nextUnsent('ECONNREFUSED', { times: 2 });
    for (const message of three.slice(0, 2)) await expect(ims.send(message)).rejects.toThrow('(ECONNREFUSED)');
    await ims.send(three[2]!);
    ims.nextUnsent('ECONNREFUSED', { times: Infinity });
    for (let time = 0; time < 5; time++) await expect(ims.send(three[0]!)).rejects.toThrow('(ECONNREFUSED)');
    ims.acceptEverything();
    expect(await ims.send(three[0]!)).toMatchObject({ state: 'ACCEPTED', attempts: 7 });
  });

  it('happens not once where it is to happen no time', async () => {
    ims.nextUnsent('ECONNREFUSED', { times: 0 });
    expect(await ims.send(MESSAGE)).toMatchObject({ state: 'ACCEPTED' });
  });

  it.each([-1, NaN, 1.5, -Infinity, '2', null])('happens %s times: no number of times', async (times) => {
    expect(() => ims.nextUnsent('ECONNREFUSED', { times: times as number })).toThrow(RangeError);
    expect(await ims.send(MESSAGE)).toMatchObject({ state: 'ACCEPTED' });
  });

  it('refuses the first message of a batch alone, and the batch for what is about the account', async () => {
    ims.nextRefused('ERROR_MOBILE_ERROR');
    await ims.sendPersonalized({ messages: three });
    expect(await states()).toEqual({ one: 'REJECTED', two: 'ACCEPTED', three: 'ACCEPTED' });
    ims.reset();
    ims.nextRefused('ERROR_SIGN');
    await ims.sendPersonalized({ messages: three });
    expect(await states()).toEqual({ one: 'QUEUED', two: 'QUEUED', three: 'QUEUED' });
    expect((await ims.status()).circuitOpenFor).toBe('ERROR_SIGN');
  });

  it('of a refused account ends the call: not one more request of it goes out', async () => {
    ims.nextRefused('ERROR_SIGN');
    const messages = three.map((message) => ({ ...message, mobile: MESSAGE.mobile }));
    const { queued, accepted } = await ims.sendPersonalized({ messages });
    expect([accepted.length, queued.length]).toEqual([0, 3]);
  });

  it('cannot be a refusal by SUCCESS, nor for a number that is none', () => {
    expect(() => ims.nextRefused('SUCCESS')).toThrow(RangeError);
    expect(() => ims.nextUnsent('ECONNREFUSED', { mobile: '12' })).toThrow(EmayImsValidationError);
  });
});

describe('dispatch', () => {
  it('does nothing by itself, and then hands over what is due, the most urgent first', async () => {
    await ims.enqueue([
      { ...MESSAGE, customImsId: 'calm' },
      { ...MESSAGE, customImsId: 'urgent', priority: 9 },
      { ...MESSAGE, customImsId: 'later', priority: 9, sendAt: new Date(now + HOUR) },
    ]);
    expect((await ims.status()).oldestDueAt).toEqual(new Date(now));
    await ims.dispatch();
    const [calm, urgent, later] = ims.messages;
    expect(BigInt(urgent!.imsId!) < BigInt(calm!.imsId!)).toBe(true);
    expect(later).toMatchObject({ state: 'QUEUED' });
    now += HOUR;
    await ims.dispatch();
    expect(await states()).toEqual({ calm: 'ACCEPTED', urgent: 'ACCEPTED', later: 'ACCEPTED' });
  });

  it('ends with the first request that is out of reach, and goes on the next time', async () => {
    await ims.enqueue(three);
    ims.nextUnsent('ECONNREFUSED', { times: 2 });
    for (const state of ['QUEUED', 'QUEUED', 'ACCEPTED']) {
      await ims.dispatch();
      expect((await states()).one).toBe(state);
    }
  });

  it('ends what has expired, and what no report came for', async () => {
    await ims.send(MESSAGE);
    await ims.enqueue([
      { ...MESSAGE, customImsId: 'two', sendAt: new Date(now + HOUR), expiresAt: new Date(now + 2 * HOUR) },
    ]);
    now += 2 * HOUR;
    await ims.dispatch();
    expect(await states()).toEqual({ one: 'ACCEPTED', two: 'EXPIRED' });
    expect(ims.messages[1]).toMatchObject({ dueAt: null, finalAt: new Date(now), attempts: 0 });
    now += 70 * HOUR;
    await ims.dispatch();
    expect(await states()).toEqual({ one: 'UNKNOWN', two: 'EXPIRED' });
    expect(await ims.report('one', 'DELIVRD')).toMatchObject({ state: 'DELIVERED' });
  });
});

describe('report', () => {
  it.each([
    ['DELIVERED', 'DELIVRD'],
    ['UNDELIVERABLE', 'FAIL_RESPONSE'],
    ['REJECTED', 'FAIL_BALANCE'],
    ['UNKNOWN', 'TIMEOUT'],
  ])('of our state %s is one of the vendor’s %s', async (state, reportState) => {
    const { submittedAt } = await ims.send(MESSAGE);
    now += 2_000;
    expect(await ims.report('one', state)).toMatchObject({
      state,
      reportState,
      gatewaySubmitTime: new Date(submittedAt!.getTime() - 500),
      gatewayReceiveTime: new Date(now - 500),
      finalAt: state === 'UNKNOWN' ? null : new Date(now),
    });
  });

  it('puts a message in doubt that was never handed over, and moves no cancelled one', async () => {
    await ims.enqueue(three);
    await ims.cancel('two');
    expect(await ims.report('one', 'DELIVRD')).toMatchObject({ state: 'UNCONFIRMED', code: 'REPORTED_UNSENT' });
    expect(await ims.report('two', 'DELIVRD')).toMatchObject({ state: 'CANCELLED', reportState: 'DELIVRD' });
  });

  it('counts for a message that was withdrawn after a resend, of which send warns meanwhile', async () => {
    ims.nextUnconfirmed();
    await expect(ims.send(MESSAGE)).rejects.toThrow('may or may not have been accepted');
    await ims.resolveUnconfirmed('one', { decision: 'resend', decidedBy: 'ann', reason: 'urgent' });
    await ims.cancel('one');
    await expect(ims.send(MESSAGE)).rejects.toThrow('is CANCELLED, but an earlier attempt may have been sent');
    expect(await ims.report('one', 'DELIVRD')).toMatchObject({ state: 'DELIVERED', finalAt: new Date(now) });
    expect(await ims.send(MESSAGE)).toMatchObject({ state: 'DELIVERED' });
  });

  it('that does not tell how an earlier attempt ended does not take back a resend, also once its attempt has not been sent', async () => {
    ims.nextUnconfirmed();
    await expect(ims.send(MESSAGE)).rejects.toThrow('may or may not have been accepted');
    await ims.resolveUnconfirmed('one', { decision: 'resend', decidedBy: 'ann', reason: 'urgent' });
    ims.nextUnsent();
    await ims.dispatch();
    expect(await ims.report('one', 'TIMEOUT')).toMatchObject({ state: 'QUEUED', reportState: 'TIMEOUT', attempts: 2 });
  });

  it('about nobody says so', async () => {
    await expect(ims.report('nobody', 'DELIVRD')).rejects.toThrow(EmayImsConflictError);
    await expect(ims.report('nobody', 'DELIVRD')).rejects.toThrow('there is no message with this id');
  });
});
