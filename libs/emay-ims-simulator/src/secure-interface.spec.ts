import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_ACCOUNT, type SimulatorAccount } from './options.js';
import { Bench, type Report } from './testing/gateway-caller.js';
import { encrypted, opened, SecureCaller } from './testing/secure-caller.js';
import { CALL_NAMES, type CallName } from './wire/call-name.js';

const MOBILE = '0061422118000';
const { appId, secretKey } = DEFAULT_ACCOUNT;
const LONG_KEYS: readonly SimulatorAccount[] = [24, 32].map((bytes) => ({
  appId: `key-of-${bytes}`,
  secretKey: 'k'.repeat(bytes),
}));
const ODD_KEY: SimulatorAccount = { appId: 'odd-key', secretKey: 'SECRET-KEY-OF-TESTS' };
const CLOSED: SimulatorAccount = { ...DEFAULT_ACCOUNT, appId: 'closed', allowedIps: ['10.1.2.3'] };

let bench: Bench;
let secure: SecureCaller;
beforeEach(async () => {
  bench = await Bench.start({ accounts: [DEFAULT_ACCOUNT, ...LONG_KEYS, ODD_KEY, CLOSED] });
  secure = new SecureCaller(bench);
});
afterEach(() => bench.simulator.stop());

const single = { mobile: MOBILE, content: 'Hello, 你好', customImsId: 'one' };
const fieldsOf: Record<CallName, Record<string, unknown>> = {
  sendSingleIMS: single,
  sendBatchIMS: { content: 'Hello', imses: [{ mobile: MOBILE, customImsId: 'two' }] },
  sendPersonalityIMS: { imses: [single] },
  getIMSReport: {},
};

describe('the four calls', () => {
  it.each([true, false])('bring the bare data, packed as the request was: %s', async (gzip) => {
    const one = await secure.data('sendSingleIMS', single, { gzip });
    expect(one).toEqual({ mobile: MOBILE, imsId: expect.stringMatching(/^\d{20}$/), customImsId: 'one' });
    const batch = await secure.data('sendBatchIMS', fieldsOf.sendBatchIMS, { gzip });
    expect(batch).toEqual([expect.objectContaining({ mobile: MOBILE, customImsId: 'two' })]);
    expect(await secure.data('sendPersonalityIMS', { imses: [single] }, { gzip })).toHaveLength(1);
    expect(bench.simulator.accepted().map(({ content }) => content)).toEqual(['Hello, 你好', 'Hello', 'Hello, 你好']);
    bench.simulator.releaseReports();
    expect(await secure.data('getIMSReport', { number: 2 }, { gzip })).toHaveLength(2);
    expect(await secure.data('getIMSReport', {}, { gzip })).toEqual([expect.objectContaining({ state: 'DELIVRD' })]);
    expect(await secure.data('getIMSReport', {}, { gzip })).toEqual([]);
  });

  it.each(CALL_NAMES)('%s: the record says by which interface it came', async (call) => {
    await secure.call(call, fieldsOf[call]);
    await bench.call(call, fieldsOf[call]);
    const [first, second] = bench.simulator.requests();
    const recipients = call === 'getIMSReport' ? 0 : 1;
    expect(first).toMatchObject({ call, transport: 'secure', appId, recipients, code: 'SUCCESS' });
    expect(second).toMatchObject({ call, transport: 'plain', appId, recipients, code: 'SUCCESS' });
  });

  it('share accounts, reports and pace with the plain ones', async () => {
    await secure.data('sendSingleIMS', single);
    bench.simulator.releaseReports();
    expect(await bench.pull()).toEqual([expect.objectContaining({ customImsId: 'one' })]);
    for (let call = 2; call <= 10; call++) await secure.data('getIMSReport');
    expect(await bench.code('getIMSReport')).toBe('ERROR_OVER_SPEED');
    expect(await secure.code('getIMSReport')).toBe('ERROR_OVER_SPEED');
  });

  it.each(LONG_KEYS)('take a key of more bytes: $appId', async (account) => {
    expect(await secure.data('sendSingleIMS', single, { account })).toMatchObject({ mobile: MOBILE });
  });

  it('read the text in the charset that `encode` names, and answer in it', async () => {
    const json = { requestTime: bench.now, requestValidPeriod: 60, ...single, customImsId: '编号' };
    const gbk = Buffer.concat([
      Buffer.from(JSON.stringify({ ...json, content: 'X', customImsId: 'Y' }).split('"Y"')[0]!),
      Buffer.from('"'),
      Buffer.from([0xb1, 0xe0, 0xba, 0xc5]),
      Buffer.from('"}'),
    ]);
    const answer = await bench.post('/secure/sendSingleIMS', encrypted(gbk, secretKey), { appId, encode: 'GBK' });
    expect(answer.headers.result).toBe('SUCCESS');
    expect(bench.simulator.accepted()).toEqual([expect.objectContaining({ customImsId: '编号' })]);
    expect(await secure.code('sendSingleIMS', single, { headers: { encode: 'EBCDIC' } })).toBe('ERROR_PARAMS');
  });

  it('take magic numbers, whose outcome is that of the request', async () => {
    expect(await secure.code('sendSingleIMS', { ...single, mobile: '0061429999031' })).toBe('ERROR_SIGN');
    await secure.data('sendSingleIMS', { ...single, mobile: '0061429999003' });
    expect(await secure.data('getIMSReport')).toEqual([expect.objectContaining({ state: 'FAIL_BALANCE' })]);
  });
});

describe('what is checked, in this order', () => {
  const post = (body: Buffer, headers: Record<string, string>) => bench.post('/secure/sendSingleIMS', body, headers);
  const sealed = (text: string) => encrypted(Buffer.from(text), secretKey);

  it('the account, by the header alone', async () => {
    const heads: Record<string, string>[] = [{}, { appId: 'nobody' }];
    for (const headers of heads) {
      const { headers: answered, bytes } = await post(Buffer.from('nothing'), headers);
      expect([answered.result, bytes.length]).toEqual(['ERROR_APPID', 0]);
    }
    expect(await secure.code('sendSingleIMS', { ...single, appId: 'nobody' })).toBe('SUCCESS');
  });

  it('the address, before the body is opened', async () => {
    expect((await post(Buffer.from('nothing'), { appId: 'closed' })).headers.result).toBe('ERROR_CLIENT_IP');
    const headers = { 'X-Forwarded-For': '10.1.2.3' };
    expect(await secure.code('sendSingleIMS', single, { account: CLOSED, headers })).toBe('SUCCESS');
  });

  it.each([
    ['of another key', () => encrypted(Buffer.from('{}'), 'FEDCBA9876543210'), 'ERROR_ENCRYPTION'],
    ['that is no ciphertext', () => Buffer.from('{}'), 'ERROR_ENCRYPTION'],
    ['that is cut', () => sealed('{"mobile":"0061422118000"}').subarray(0, 20), 'ERROR_ENCRYPTION'],
    ['that is empty', () => Buffer.alloc(0), 'ERROR_PARAMS'],
    ['that is no JSON', () => sealed('{"mobile":'), 'ERROR_PARAMS'],
    ['that is no object', () => sealed('[]'), 'ERROR_PARAMS'],
  ])('a body %s', async (_, body, code) => {
    expect((await post(body(), { appId })).headers.result).toBe(code);
    expect(bench.simulator.accepted()).toEqual([]);
  });

  it('a body that is packed otherwise than its header says', async () => {
    expect((await post(sealed('{}'), { appId, gzip: 'on' })).headers.result).toBe('ERROR_ENCRYPTION');
    const packed = encrypted(gzipSync('{}'), secretKey);
    expect((await post(packed, { appId })).headers.result).toBe('ERROR_ENCRYPTION');
    expect((await post(packed, { appId, gzip: 'on' })).headers.result).toBe('ERROR_REQUESTTIME');
  });

  it('a bomb in a body ends where no request is so long', async () => {
    const bomb = encrypted(gzipSync(Buffer.alloc(64 * 1024 ** 2, ' ')), secretKey);
    expect((await post(bomb, { appId, gzip: 'on' })).headers.result).toBe('ERROR_ENCRYPTION');
  });

  it('an account whose key is none for AES', async () => {
    expect((await post(sealed('{}'), { appId: 'odd-key' })).headers.result).toBe('ERROR_ENCRYPTION');
  });

  it('the code of what the key does not open is an option', async () => {
    await bench.simulator.stop();
    bench = await Bench.start({ undecipherable: 'ERROR_PARAMS' });
    expect((await post(Buffer.from('{}'), { appId })).headers.result).toBe('ERROR_PARAMS');
  });

  it.each([
    [{ requestTime: undefined }, 'ERROR_REQUESTTIME'],
    [{ requestTime: '1773547200000', requestValidPeriod: undefined }, 'ERROR_REQUESTTIME'],
    [{ requestTime: 0 }, 'ERROR_REQUESTTIME'],
    [{ requestValidPeriod: undefined, mobile: '' }, 'ERROR_REQUESTVALIDPERIOD'],
    [{ requestValidPeriod: 0.5 }, 'ERROR_REQUESTVALIDPERIOD'],
    [{ requestValidPeriod: -1 }, 'ERROR_REQUESTVALIDPERIOD'],
    [{ mobile: '' }, 'ERROR_MOBILE_EMPTY'],
  ])('%j is %s', async (fields, code) => {
    expect(await secure.code('sendSingleIMS', { ...single, ...fields })).toBe(code);
  });

  it('a request is valid while its time and period are ahead of the clock', async () => {
    const fields = { ...single, requestTime: bench.now, requestValidPeriod: 10 };
    bench.now += 9_999;
    expect(await secure.code('sendSingleIMS', fields)).toBe('SUCCESS');
    bench.now += 1;
    expect(await secure.code('sendSingleIMS', fields)).toBe('ERROR_REQUESTTIME_TIMEOUT');
    bench.simulator.inject({ kind: 'clock-skew', ms: -5_000 });
    expect(await secure.code('sendSingleIMS', fields)).toBe('SUCCESS');
  });

  it('the method, the path and the origin, as everywhere', async () => {
    expect((await bench.post('/secure/sendSingleIMS', '', { appId }, 'GET')).status).toBe(405);
    expect((await bench.post('/secure/sendIMS', '', { appId })).status).toBe(404);
    expect((await bench.post('/secure/sendSingleIMS', '', { appId, Origin: 'http://example.com' })).status).toBe(403);
  });
});

describe('faults', () => {
  const inject = (
    what: 'padding' | 'cut' | 'not-packed' | 'not-encrypted' | 'envelope' | 'empty' | 'no-result' | 'other-key',
  ) => bench.simulator.inject({ kind: 'wrongly-sealed', what });
  const sendDue = async () => {
    await secure.data('sendSingleIMS', single);
    bench.simulator.releaseReports();
  };

  it('wrongly-sealed lets the plain interface pass, and what is no SUCCESS', async () => {
    inject('other-key');
    expect(await bench.code('sendSingleIMS', single)).toBe('SUCCESS');
    expect(await secure.code('sendSingleIMS', { ...single, mobile: '1' })).toBe('ERROR_MOBILE_ERROR');
    expect(bench.simulator.faults()).toEqual([]);
  });

  it('other-key: it cannot be opened, and what it says is done', async () => {
    inject('other-key');
    const answer = await secure.call('sendSingleIMS', single);
    expect(answer.headers.result).toBe('SUCCESS');
    expect(answer.bytes.length % 16).toBe(0);
    expect(() => opened(answer)).toThrow(/decrypt|header check/);
    expect(bench.simulator.accepted()).toHaveLength(1);
    await sendDue();
    inject('other-key');
    await secure.call('getIMSReport');
    expect(bench.simulator.handedOut()).toEqual([
      expect.objectContaining({ finished: true, whole: false }),
      expect.objectContaining({ finished: true, whole: false }),
    ]);
  });

  it('padding: the last block does not end as PKCS5 says, all else can be read', async () => {
    await sendDue();
    inject('padding');
    const answer = await secure.call('getIMSReport');
    expect(answer.bytes.length % 16).toBe(0);
    expect(() => opened(answer)).toThrow(/decrypt|padding/i);
    expect(bench.simulator.handedOut()).toMatchObject([{ whole: true }]);
  });

  it('cut: no whole blocks, in a complete answer', async () => {
    await sendDue();
    inject('cut');
    const answer = await secure.call('getIMSReport', {}, { gzip: false });
    expect(answer.headers['content-length']).toBe(String(answer.bytes.length));
    expect(answer.bytes.length % 16).not.toBe(0);
    expect(() => opened(answer, { gzip: false })).toThrow('block length');
    expect(bench.simulator.handedOut()).toMatchObject([{ finished: true, whole: false }]);
  });

  it('not-packed: encrypted alone', async () => {
    inject('not-packed');
    const answer = await secure.call('sendSingleIMS', single);
    expect(() => opened(answer)).toThrow('header check');
    expect(opened(answer, { gzip: false })).toMatchObject({ customImsId: 'one' });
  });

  it('not-encrypted, envelope, empty and no-result', async () => {
    inject('not-encrypted');
    expect(JSON.parse((await secure.call('sendSingleIMS', single)).text)).toMatchObject({ customImsId: 'one' });
    inject('envelope');
    const data = expect.objectContaining({ customImsId: 'one' });
    expect(await secure.data('sendSingleIMS', single)).toEqual({ code: 'SUCCESS', data });
    inject('empty');
    expect(await secure.call('sendSingleIMS', single)).toMatchObject({ text: '', headers: { result: 'SUCCESS' } });
    inject('no-result');
    const answer = await secure.call('sendSingleIMS', single);
    expect(answer.headers).not.toHaveProperty('result');
    expect(opened(answer)).toMatchObject({ customImsId: 'one' });
    expect(bench.simulator.accepted()).toHaveLength(4);
  });

  it('of both interfaces write within the encryption what they spoil', async () => {
    bench.simulator.inject({ kind: 'numeric-ids' });
    const numeric = await secure.data('sendSingleIMS', single);
    expect(typeof (numeric as { imsId: unknown }).imsId).toBe('number');
    bench.simulator.inject({ kind: 'stranger-entries' });
    expect(await secure.data('sendPersonalityIMS', { imses: [single] })).toHaveLength(2);
    bench.simulator.inject({ kind: 'code', code: 'ERROR_PARAMS', accept: true });
    expect(await secure.code('sendSingleIMS', single)).toBe('ERROR_PARAMS');
    bench.simulator.inject({ kind: 'html' });
    expect((await secure.call('sendSingleIMS', single)).headers).not.toHaveProperty('result');
    bench.simulator.inject({ kind: 'oversize', bytes: 100_000 });
    expect(await secure.data('sendSingleIMS', single, { gzip: false })).toMatchObject({
      padding: 'x'.repeat(100_000),
    });
    bench.simulator.inject({ kind: 'compressed-bomb', bytes: 1_000_000 });
    const bomb = await secure.call('sendPersonalityIMS', { imses: [single] });
    expect(bomb.bytes.length).toBeLessThan(10_000);
    expect(opened(bomb)).toEqual([expect.objectContaining({ customImsId: 'one' }), 'x'.repeat(1_000_000)]);
    bench.simulator.inject({ kind: 'absurd-page', size: 3 });
    bench.simulator.releaseReports();
    const page = (await secure.data('getIMSReport')) as Report[];
    expect(page.slice(-3)).toEqual([null, 0, '']);
    bench.simulator.inject({ kind: 'drip', intervalMs: 0 });
    expect(await secure.data('sendSingleIMS', single)).toMatchObject({ customImsId: 'one' });
    bench.simulator.inject({ kind: 'truncate', breaks: 'body', percent: 50 });
    expect((await secure.call('sendSingleIMS', single)).headers.result).toBe('SUCCESS');
  });

  it('truncate: the oracle knows which reports the whole blocks of a cut page hold', async () => {
    const imses = Array.from({ length: 20 }, (_, index) => ({ mobile: MOBILE, customImsId: `id-${index}` }));
    for (const gzip of [true, false]) {
      await secure.data('sendBatchIMS', { content: 'Hello', imses });
      bench.simulator.releaseReports();
      bench.simulator.inject({ kind: 'truncate', breaks: 'body', percent: gzip ? 85 : 50 });
      await secure.call('getIMSReport', {}, { gzip });
      const whole = bench.simulator.handedOut().map((report) => report.whole);
      expect(whole).toHaveLength(20);
      expect(whole.filter(Boolean).length).toBeGreaterThan(gzip ? 0 : 8);
      expect(whole.filter(Boolean).length).toBeLessThan(20);
      expect(whole).toEqual(whole.toSorted((left, right) => Number(right) - Number(left)));
      bench.simulator.reset();
    }
  });

  it('counted ones let a try of the way pass, encrypted as it may be', async () => {
    bench.simulator.inject({ kind: 'reset-after' });
    expect(await secure.code('sendBatchIMS', { content: 'Hello', imses: [] })).toBe('ERROR_MOBILE_EMPTY');
    await expect(secure.call('sendSingleIMS', single)).rejects.toThrow('ECONNRESET');
  });
});
