import { expect, it } from '@jest/globals';
import { ControlCaller, errorOf } from './testing/control-caller.js';
import { mobiles, parsed } from './testing/gateway-caller.js';

const appId = 'EUCP-EMY-SMS0-SIMUL';
const control = new ControlCaller();

it('a report of a message, with any state: the next pull gets it', async () => {
  const { imsId } = await control.bench.single('0061422118000', { customImsId: 'mine' });
  const { status, text } = await control.post('/_simulator/reports', { imsId, state: 'FAIL_BLACK_DICT' });
  const report = { imsId, customImsId: 'mine', state: 'FAIL_BLACK_DICT', desc: '黑字典失败' };
  expect([status, parsed(text)]).toMatchObject([201, { report }]);
  expect(await control.bench.pull()).toMatchObject([report]);
});

it.each([[null], [7], ['DELIVRD'], [[]], [{ mobile: { nested: true } }]])(
  'a report of any shape: %j',
  async (report) => {
    expect((await control.post('/_simulator/reports', { appId, report })).status).toBe(201);
    expect(await control.bench.pull()).toEqual([report]);
  },
);

it.each<[number, unknown]>([
  [400, {}],
  [400, []],
  [400, { appId }],
  [400, { imsId: '1', state: '' }],
  [400, { imsId: '1', state: 7 }],
  [400, { imsId: '1', state: 'DELIVRD', report: {} }],
  [404, { imsId: '1', state: 'DELIVRD' }],
  [404, { appId: 'stranger', report: {} }],
])('%i answers %j, and nothing is queued', async (status, order) => {
  const answer = errorOf(await control.post('/_simulator/reports', order));
  expect(answer).toEqual([status, expect.stringMatching(status === 400 ? /^Write \{ "appId"/ : /name one/)]);
  expect(control.bench.simulator.pendingReports()).toEqual([]);
});

it('reports are released, of one account or of all', async () => {
  await control.bench.batch(mobiles(3).map((mobile) => ({ mobile })));
  expect(await control.bench.pull()).toEqual([]);
  expect(await control.post('/_simulator/reports/release', { appId })).toMatchObject({
    status: 200,
    text: '{"released":3}',
  });
  expect(await control.bench.pull()).toHaveLength(3);
  await control.bench.single('0061422118000');
  expect((await control.postText('/_simulator/reports/release', '')).text).toBe('{"released":1}');
});

it.each<[number, unknown]>([
  [404, { appId: 'stranger' }],
  [400, { appId: 7 }],
  [400, { account: 'EUCP-EMY-SMS0-SIMUL' }],
])('%i answers %j, and nothing is released', async (status, order) => {
  await control.bench.single('0061422118000');
  expect((await control.post('/_simulator/reports/release', order)).status).toBe(status);
  expect(await control.bench.pull()).toEqual([]);
});

it('a report of a message that another system sent', async () => {
  const order = { appId, mobile: '0061422118000', customImsId: 'ours', state: 'FAIL_MOBILE' };
  expect((await control.post('/_simulator/reports', order)).status).toBe(201);
  expect((await control.post('/_simulator/reports', { appId, mobile: '0061422118001' })).status).toBe(201);
  expect(await control.bench.pull()).toEqual([
    expect.objectContaining({
      mobile: '0061422118000',
      customImsId: 'ours',
      state: 'FAIL_MOBILE',
      desc: '手机号错误',
    }),
    expect.not.objectContaining({ customImsId: expect.anything() }),
  ]);
  expect(control.bench.simulator.accepted()).toEqual([]);
  expect((await control.post('/_simulator/reports', { ...order, imsId: '1' })).status).toBe(400);
  expect((await control.post('/_simulator/reports', { ...order, appId: 'nobody' })).status).toBe(404);
});
