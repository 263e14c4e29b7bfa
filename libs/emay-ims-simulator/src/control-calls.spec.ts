import { beforeEach, describe, expect, it } from '@jest/globals';
import { FAULT_KINDS } from './faults/catalogue.js';
import { ControlCaller, errorOf } from './testing/control-caller.js';
import { mobiles, parsed } from './testing/gateway-caller.js';

const control = new ControlCaller();

describe('GET /_simulator', () => {
  it('tells all at once, and no key', async () => {
    await control.restart({
      seed: 7,
      accounts: [
        { appId: 'first', secretKey: 'key-of-the-first', outOfBalance: true },
        { appId: 'second', secretKey: 'key-of-the-second', allowedIps: ['10.1.*'] },
      ],
    });
    const startedAt = control.bench.now;
    control.bench.simulator.pushReport('second', { state: 'DELIVRD' });
    control.bench.simulator.inject({ kind: 'hang', times: Infinity, on: 'sendBatchIMS' });
    control.bench.now += 5_000;
    const { text } = await control.get('/_simulator');
    expect(parsed(text)).toEqual({
      url: control.bench.simulator.url,
      startedAt,
      now: control.bench.now,
      seed: 7,
      accounts: [
        {
          appId: 'first',
          allowedIps: [],
          pending: 0,
          outOfBalance: true,
          reports: 'pulled',
          poisoned: false,
          push: null,
        },
        {
          appId: 'second',
          allowedIps: ['10.1.*'],
          pending: 1,
          outOfBalance: false,
          reports: 'pulled',
          poisoned: false,
          push: null,
        },
      ],
      counters: {
        requests: 0,
        accepted: 0,
        handedOut: 0,
        pushedElsewhere: 0,
        pushed: 0,
        acknowledged: 0,
        givenUp: 0,
        pending: 1,
        dropped: 0,
      },
      faults: [
        {
          id: '1',
          order: { kind: 'hang', times: 'Infinity', on: 'sendBatchIMS' },
          remaining: 'Infinity',
          met: 0,
        },
      ],
    });
    expect(text).not.toContain('key-of');
  });
});

it('GET /_simulator/catalogue: what can be chosen', async () => {
  const catalogue = await control.read<{ faults: { kind: string }[] }>('/_simulator/catalogue');
  expect(catalogue.faults.map(({ kind }) => kind)).toEqual(FAULT_KINDS);
  expect(catalogue).toMatchObject({
    magicNumbers: expect.arrayContaining([{ ending: '9999003', meaning: 'FAIL_BALANCE' }]),
    answerCodes: { ERROR_SIGN: '签名错误' },
    reportStates: { DELIVRD: '成功' },
  });
  expect(catalogue.faults).toContainEqual({
    kind: 'malformed-reports',
    meaning: 'the report batch with its first `count` reports malformed',
    accepts: 'yes',
    calls: ['getIMSReport'],
    meets: 'request',
    fields: expect.objectContaining({ count: { type: 'integer', min: 1, max: 500, default: 1, meaning: 'how many' } }),
  });
  expect(catalogue.faults).toContainEqual(expect.objectContaining({ kind: 'refuse', calls: [], meets: 'port' }));
});

describe('the lists', () => {
  const numbers = mobiles(5);

  beforeEach(async () => {
    for (const mobile of numbers) await control.bench.single(mobile);
  });

  it('are newest first, and as long as asked', async () => {
    const newestFirst = numbers.toReversed();
    expect((await control.items('/_simulator/accepted')).map(({ mobile }) => mobile)).toEqual(newestFirst);
    expect((await control.items('/_simulator/accepted?limit=2')).map(({ mobile }) => mobile)).toEqual(
      newestFirst.slice(0, 2),
    );
    expect((await control.items('/_simulator/requests?limit=2')).map(({ firstMobile }) => firstMobile)).toEqual(
      newestFirst.slice(0, 2),
    );
    control.bench.simulator.releaseReports();
    await control.bench.pull();
    expect((await control.items('/_simulator/handed-out?limit=2')).map(({ mobile }) => mobile)).toEqual(
      newestFirst.slice(0, 2),
    );
  });

  it('tell all that the simulator does', async () => {
    expect(await control.items('/_simulator/accepted')).toEqual(control.bench.simulator.accepted().reverse());
    expect(await control.items('/_simulator/pending-reports')).toEqual(control.bench.simulator.pendingReports());
  });

  it.each(['0', '1001', '-1', '1.5', 'all', ''])('refuse the limit %j', async (limit) => {
    expect(errorOf(await control.get(`/_simulator/accepted?limit=${limit}`))).toEqual([
      400,
      `limit is "${limit}"; write a whole number from 1 to 1000.`,
    ]);
  });
});

it('GET /_simulator/pending-reports: next due first, whichever account it is for', async () => {
  await control.restart({ accounts: ['a', 'b', 'c'].map((appId) => ({ appId, secretKey: 'key' })) });
  for (const appId of ['b', 'a', 'c']) {
    control.bench.simulator.pushReport(appId, {});
    control.bench.now += 1_000;
  }
  expect((await control.items('/_simulator/pending-reports?limit=2')).map(({ appId }) => appId)).toEqual(['b', 'a']);
});

describe('faults', () => {
  it('are injected, seen and removed', async () => {
    const { status, text } = await control.post('/_simulator/faults', {
      kind: 'status',
      status: 500,
      times: 'Infinity',
    });
    expect([status, parsed(text)]).toEqual([
      201,
      { id: '1', order: { kind: 'status', status: 500, times: 'Infinity' }, remaining: 'Infinity', met: 0 },
    ]);
    expect(control.bench.simulator.faults()).toMatchObject([{ order: { kind: 'status', times: Infinity } }]);
    for (const expected of [500, 500]) expect((await control.bench.call('getIMSReport')).status).toBe(expected);
    expect(await control.read('/_simulator')).toMatchObject({ faults: [{ id: '1', remaining: 'Infinity', met: 2 }] });

    expect(await control.remove('/_simulator/faults/1')).toMatchObject({ status: 204, text: '' });
    expect((await control.bench.call('getIMSReport')).status).toBe(200);
    expect(errorOf(await control.remove('/_simulator/faults/1'))).toEqual([
      404,
      'There is no fault 1 now; name one that GET /_simulator lists.',
    ]);
  });

  it('may last for ever', async () => {
    await control.post('/_simulator/faults', { kind: 'hang', forMs: 'Infinity', afterMs: 1 });
    expect(control.bench.simulator.faults()).toMatchObject([{ order: { forMs: Infinity } }]);
  });

  it('are all cleared at once', async () => {
    await control.post('/_simulator/faults', { kind: 'hang' });
    await control.post('/_simulator/scenario', { steps: [{ pass: 1 }] });
    expect((await control.remove('/_simulator/faults')).status).toBe(204);
    expect(control.bench.simulator.faults()).toEqual([]);
  });

  it.each([
    [{ kind: 'earthquake' }, /there is no kind "earthquake"; write one of: refuse, /],
    [{ kind: 'hang', skip: 'Infinity' }, /skip is Infinity; write a whole number/],
    [{ kind: 'delay' }, /delay needs ms/],
    [[], /\[\] is not an order/],
    [null, /null is not an order/],
    [{}, /there is no kind undefined/],
  ])('refuses %j', async (order, sentence) => {
    const [status, error] = errorOf(await control.post('/_simulator/faults', order));
    expect([status, error]).toEqual([400, expect.stringMatching(sentence)]);
    expect(control.bench.simulator.faults()).toEqual([]);
  });

  it.each(['__proto__', 'constructor', 'toString'])('knows no field and no kind named %s', async (name) => {
    const body = (json: string) => control.postText('/_simulator/faults', json);
    expect((await body(`{"kind":"hang","${name}":{"accept":true}}`)).status).toBe(400);
    expect((await body(`{"kind":"${name}"}`)).status).toBe(400);
    expect({}).not.toHaveProperty('accept');
    expect(control.bench.simulator.faults()).toEqual([]);
  });
});

describe('scenarios', () => {
  it('are played', async () => {
    const { status, text } = await control.post('/_simulator/scenario', {
      steps: [{ pass: 1 }, { kind: 'status', status: 503, times: 'Infinity' }],
    });
    expect([status, parsed(text)]).toMatchObject([201, { id: '1', remaining: 2 }]);
    const statuses = [];
    for (let call = 0; call < 3; call++) statuses.push((await control.bench.call('getIMSReport')).status);
    expect(statuses).toEqual([200, 503, 503]);
  });

  it.each([
    [{}, 'scenario: write { "steps": [{ "pass": 2 }, { "kind": "hang" }] }, with at least one step.'],
    [{ steps: [{ pass: 1 }, { kind: 'delay' }] }, 'scenario: step 2: fault: delay needs ms.'],
    [{ steps: [{ pass: 'Infinity' }] }, 'scenario: step 1: pass is Infinity; write a whole number from 1.'],
    [7, 'scenario: write { "steps": [{ "pass": 2 }, { "kind": "hang" }] }, with at least one step.'],
  ])('refuses %j', async (scenario, sentence) => {
    expect(errorOf(await control.post('/_simulator/scenario', scenario))).toEqual([400, sentence]);
  });
});

describe('accounts', () => {
  const appId = 'EUCP-EMY-SMS0-SIMUL';

  it('POST /_simulator/accounts: pushes, and tells no more of the address than its host', async () => {
    const push = { url: 'http://127.0.0.1:1/push?secret=s3cret', form: 'plain', everyMs: 2_000_000_000 };
    const { status, text } = await control.post('/_simulator/accounts', { appId, push });
    expect([status, parsed(text)]).toMatchObject([
      200,
      { accounts: [{ push: { url: 'http://127.0.0.1:1', form: 'plain', batchSize: 500, pullBesidePush: false } }] },
    ]);
    expect((await control.get('/_simulator')).text).not.toContain('s3cret');
    control.bench.simulator.pushReport(appId, { imsId: '1' });
    await control.bench.simulator.pushDue();
    const { items } = parsed<{ items: object[] }>((await control.get('/_simulator/pushed')).text);
    expect(items).toMatchObject([{ appId, imsId: '1', attempts: [{ error: 'ECONNREFUSED' }], end: 'waiting' }]);
    await control.post('/_simulator/accounts', { push: null });
    expect(control.bench.simulator.accountSettings(appId).push).toBeNull();
    expect(await control.post('/_simulator/accounts', { push: { url: 1 } })).toMatchObject({ status: 400 });
  });

  it('POST /_simulator/accounts: switches something at one, or at all', async () => {
    const { status, text } = await control.post('/_simulator/accounts', { appId, outOfBalance: true });
    expect([status, parsed(text)]).toEqual([
      200,
      { accounts: [{ appId, outOfBalance: true, reports: 'pulled', poisoned: false, push: null }] },
    ]);
    expect(await control.bench.code('sendSingleIMS', { mobile: '0061422118000', content: 'x' })).toBe('ERROR_BALANCE');
    await control.post('/_simulator/accounts', { outOfBalance: false, poisoned: true });
    expect(control.bench.simulator.accountSettings(appId)).toMatchObject({ outOfBalance: false, poisoned: true });
    expect(await control.bench.code('getIMSReport')).toBe('ERROR_PARAMS');
  });

  it.each<[unknown, number, string]>([
    [{ appId: 'nobody', poisoned: true }, 404, 'There is no account nobody'],
    [{ appId: 7 }, 400, 'appId is a text'],
    [{ reports: 'off' }, 400, 'account: reports is "off"; write one of: pulled, held, pushed.'],
    [{ balance: 1 }, 400, 'account: there is no "balance"'],
    [[], 400, 'Write { "appId": "…", "outOfBalance": true }.'],
  ])('%j is refused', async (order, status, message) => {
    const [given, error] = errorOf(await control.post('/_simulator/accounts', order));
    expect(given).toBe(status);
    expect(error).toContain(message);
  });
});

it('POST /_simulator/reset: forgets all', async () => {
  await control.bench.single('0061422118000');
  control.bench.simulator.inject({ kind: 'hang' });
  expect(await control.post('/_simulator/reset', {})).toMatchObject({ status: 204, text: '' });
  expect(control.bench.simulator.counters()).toEqual({
    requests: 0,
    accepted: 0,
    handedOut: 0,
    pending: 0,
    pushedElsewhere: 0,
    pushed: 0,
    acknowledged: 0,
    givenUp: 0,
    dropped: 0,
  });
  expect(control.bench.simulator.faults()).toEqual([]);
});
