import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Bench, dataOf, md5, mobiles } from './testing/gateway-caller.js';
import type { CallName } from './wire/call-name.js';
import { CALL_NAMES } from './wire/call-name.js';
import { DEFAULT_ACCOUNT } from './options.js';

const LONG_ID = 'i'.repeat(33);
const LONG_TEXT = 'x'.repeat(501);
const GOOD = '0061422118000';

/** What a well-formed call carries besides appId, timestamp and sign. */
const valid: Record<CallName, Record<string, unknown>> = {
  sendSingleIMS: { mobile: GOOD, content: 'Hello', customImsId: 'id' },
  sendBatchIMS: { content: 'Hello', imses: [{ mobile: GOOD, customImsId: 'id' }] },
  sendPersonalityIMS: { imses: [{ mobile: GOOD, content: 'Hello', customImsId: 'id' }] },
  getIMSReport: { number: 10 },
};

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.start({
    accounts: [DEFAULT_ACCOUNT, { appId: 'elsewhere', secretKey: 'key', allowedIps: ['10.1.2.3'] }],
    reportsPerSecond: Infinity,
  });
});
afterAll(() => bench.simulator.stop());

describe('the checks common to all calls, in their order', () => {
  // Each row adds one fault to those below it, so the first of them must win.
  const wrongSign = { sign: 'wrong' };
  const wrongTime = { ...wrongSign, timestamp: '20260315' };
  const wrongAddress = { ...wrongTime, appId: 'elsewhere' };
  const wrongAppId = { ...wrongTime, appId: 'nobody' };
  const wrongType = { ...wrongAppId, timestamp: 20260315120000 };

  describe.each(CALL_NAMES)('%s', (call) => {
    const invalid = call === 'getIMSReport' ? {} : { mobile: '', content: '', imses: [] };

    it.each([
      ['ERROR_PARAMS', wrongType],
      ['ERROR_APPID', wrongAppId],
      ['ERROR_CLIENT_IP', wrongAddress],
      ['ERROR_TIMESTAMP', wrongTime],
      ['ERROR_SIGN', wrongSign],
    ])('answers %s', async (code, fields) => {
      expect(await bench.code(call, { ...valid[call], ...invalid, ...fields })).toBe(code);
    });

    it.each([
      ['no JSON', 'appId=1&timestamp=2'],
      ['no object', '[]'],
      ['null', 'null'],
      ['nothing', ''],
    ])('answers ERROR_PARAMS to a body that is %s', async (_, body) => {
      expect((await bench.post(`/inter/${call}`, body)).text).toBe('{"code":"ERROR_PARAMS"}');
    });

    it('answers ERROR_PARAMS to a chunked body, good as it may be', async () => {
      const body = JSON.stringify(bench.signed(valid[call]));
      const answer = await bench.post(`/inter/${call}`, body, { 'Transfer-Encoding': 'chunked' });
      expect(answer.text).toBe('{"code":"ERROR_PARAMS"}');
    });

    it('answers SUCCESS when nothing is wrong', async () => {
      expect(await bench.code(call, valid[call])).toBe('SUCCESS');
    });

    it.each(['appId', 'timestamp', 'sign'])('does not do without %s', async (field) => {
      const code = `ERROR_${field.toUpperCase()}`;
      expect(await bench.code(call, { ...valid[call], [field]: undefined })).toBe(code);
      expect(await bench.code(call, { ...valid[call], [field]: null })).toBe(code);
    });
  });

  it('turns nothing into an accepted message on an error', async () => {
    const before = bench.simulator.accepted().length;
    await bench.code('sendSingleIMS', { ...valid.sendSingleIMS, ...wrongSign });
    expect(bench.simulator.accepted()).toHaveLength(before);
  });
});

describe('the checks of a single send, in their order', () => {
  it.each([
    ['ERROR_MOBILE_EMPTY', { mobile: '', content: '', customImsId: LONG_ID }],
    ['ERROR_MOBILE_EMPTY', { mobile: undefined }],
    ['ERROR_MOBILE_EMPTY', { mobile: '  ' }],
    ['ERROR_MOBILE_ERROR', { mobile: '123', content: '', customImsId: LONG_ID }],
    ['ERROR_MOBILE_ERROR', { mobile: '+61422118000' }],
    ['ERROR_MOBILE_ERROR', { mobile: '0061422118000,0061422118001' }],
    ['ERROR_CONTENT_EMPTY', { content: '', customImsId: LONG_ID }],
    ['ERROR_LONG_CONTENT', { content: LONG_TEXT, customImsId: LONG_ID }],
    ['ERROR_CUSTOM_IMSID', { customImsId: LONG_ID }],
    ['ERROR_PARAMS', { mobile: 61422118000 }],
    ['ERROR_PARAMS', { content: ['Hello'] }],
    ['SUCCESS', { customImsId: 'i'.repeat(32), content: 'x'.repeat(500) }],
    ['SUCCESS', { customImsId: undefined }],
  ])('answers %s to %j', async (code, fields) => {
    expect(await bench.code('sendSingleIMS', { ...valid.sendSingleIMS, ...fields })).toBe(code);
  });

  it('counts UTF-16 units', async () => {
    expect(await bench.code('sendSingleIMS', { mobile: GOOD, content: '😀'.repeat(250) })).toBe('SUCCESS');
    expect(await bench.code('sendSingleIMS', { mobile: GOOD, content: `${'😀'.repeat(250)}x` })).toBe(
      'ERROR_LONG_CONTENT',
    );
  });
});

describe('the checks of a batch, in their order', () => {
  const tooMany = mobiles(301).map((mobile) => ({ mobile: 'bad', customImsId: LONG_ID, unused: mobile }));
  const bad = { mobile: 'bad', customImsId: LONG_ID };

  describe('same text', () => {
    it.each([
      ['ERROR_MOBILE_EMPTY', { imses: [], content: '' }],
      ['ERROR_MOBILE_EMPTY', { imses: undefined }],
      ['ERROR_MOBILE_NUMBER', { imses: tooMany, content: '' }],
      ['ERROR_CONTENT_EMPTY', { imses: [bad], content: '' }],
      ['ERROR_LONG_CONTENT', { imses: [bad], content: LONG_TEXT }],
      ['ERROR_CUSTOM_IMSID', { imses: [{ mobile: 'bad' }, bad] }],
      ['ERROR_MOBILE_ERROR', { imses: [{ mobile: 'bad' }, { mobile: '' }] }],
      ['ERROR_PARAMS', { imses: {} }],
      ['ERROR_PARAMS', { imses: [GOOD] }],
      ['SUCCESS', { imses: mobiles(300).map((mobile) => ({ mobile })) }],
    ])('answers %s', async (code, fields) => {
      expect(await bench.code('sendBatchIMS', { ...valid.sendBatchIMS, ...fields })).toBe(code);
    });
  });

  describe('own texts', () => {
    const good = { mobile: GOOD, content: 'Hello' };
    it.each([
      ['ERROR_MOBILE_EMPTY', []],
      ['ERROR_MOBILE_NUMBER', tooMany],
      ['ERROR_CONTENT_EMPTY', [good, { ...bad, content: '' }]],
      ['ERROR_LONG_CONTENT', [good, { ...bad, content: LONG_TEXT }]],
      ['ERROR_CUSTOM_IMSID', [good, { ...bad, content: 'Hello' }]],
      ['ERROR_MOBILE_ERROR', [{ mobile: 'bad', content: 'Hello' }]],
      ['SUCCESS', [good, { mobile: 'bad', content: 'Hello' }]],
    ])('answers %s', async (code, imses) => {
      expect(await bench.code('sendPersonalityIMS', { imses })).toBe(code);
    });

    it('takes the custom id under either spelling of the document', async () => {
      const answer = await bench.call('sendPersonalityIMS', { imses: [{ ...good, customImId: 'mine' }] });
      expect(dataOf(answer)).toEqual([expect.objectContaining({ customImsId: 'mine' })]);
    });
  });
});

describe('timestamp and sign', () => {
  it.each([
    ['SUCCESS', -600_000],
    ['SUCCESS', 600_000],
    ['ERROR_TIMESTAMP', -601_000],
    ['ERROR_TIMESTAMP', 601_000],
    ['ERROR_TIMESTAMP', -8 * 3_600_000],
  ])('answers %s to a clock that is off by %d ms', async (code, shift) => {
    const timestamp = bench.timestamp(shift);
    const sign = md5(DEFAULT_ACCOUNT.appId + DEFAULT_ACCOUNT.secretKey + timestamp);
    expect(await bench.code('getIMSReport', { timestamp, sign })).toBe(code);
  });

  it.each(['20260230120000', '20260315126000', ' 20260315120000', '2026031512000', ''])(
    'answers ERROR_TIMESTAMP to "%s"',
    async (timestamp) => {
      expect(await bench.code('getIMSReport', { timestamp })).toBe('ERROR_TIMESTAMP');
    },
  );

  it.each([
    ['lower', 'SUCCESS', 'ERROR_SIGN'],
    ['upper', 'ERROR_SIGN', 'SUCCESS'],
    ['any', 'SUCCESS', 'SUCCESS'],
  ] as const)('takes the sign in %s case', async (signCase, forLower, forUpper) => {
    const other = await Bench.start({ signCase });
    const { sign } = other.signed({});
    expect(await other.code('getIMSReport', { sign })).toBe(forLower);
    expect(await other.code('getIMSReport', { sign: String(sign).toUpperCase() })).toBe(forUpper);
    await other.simulator.stop();
  });
});
