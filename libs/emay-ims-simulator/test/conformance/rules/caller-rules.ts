import assert from 'node:assert/strict';
import {
  type Call,
  CALLS,
  type Fields,
  type GatewayUnderTest,
  jsonOf,
  md5,
  shanghaiTimestamp,
} from '../gateway-under-test.js';
import type { Rule } from '../rule.js';
import { HARMLESS } from './asking.js';

/** Fields of its own that each call must refuse, so that what is checked before them shows. */
const INVALID: Readonly<Record<Call, Fields>> = {
  sendSingleIMS: { mobile: '', content: '' },
  sendBatchIMS: { content: '', imses: [] },
  sendPersonalityIMS: { imses: [] },
  getIMSReport: {},
};

const rulesOfEachCall = (rules: (call: Call) => readonly Rule[]) => CALLS.flatMap(rules);

/** What a call with right credentials is answered that has nothing good in it: the credentials have passed. */
async function mustPass(gateway: GatewayUnderTest, body: Fields): Promise<void> {
  assert.equal(await gateway.code('sendSingleIMS', { ...HARMLESS.sendSingleIMS, ...body }), 'ERROR_MOBILE_ERROR');
}

async function mustRefuse(gateway: GatewayUnderTest, code: string, body: Fields): Promise<void> {
  assert.equal(await gateway.code('sendSingleIMS', { ...HARMLESS.sendSingleIMS, ...body }), code);
}

function signedAt(gateway: GatewayUnderTest, shiftMs: number): Fields {
  return gateway.signed({}, gateway.account, shanghaiTimestamp(shiftMs));
}

const MINUTE = 60_000;

/** Who calls: account, address, time, sign and pace, and the order in which they are looked at. */
export const CALLER_RULES: readonly Rule[] = [
  ...rulesOfEachCall((call) => [
    {
      known: 'doc',
      section: '3',
      says: `${call}: a body that is no JSON is ERROR_PARAMS`,
      async check(gateway) {
        for (const body of ['', '{"appId":', 'appId=nobody', 'null', '[]', '"text"']) {
          assert.equal(jsonOf(await gateway.post(`/inter/${call}`, body)).code, 'ERROR_PARAMS', body);
        }
      },
    },
    {
      known: 'assumed',
      says: `${call}: a field of another JSON type than the document's is ERROR_PARAMS, before the account`,
      async check(gateway) {
        const body = { ...gateway.signed(HARMLESS[call]), appId: 'nobody' };
        assert.equal(await gateway.code(call, { ...body, timestamp: 20260315120000 }), 'ERROR_PARAMS');
        assert.equal(await gateway.code(call, { ...body, sign: ['wrong'] }), 'ERROR_PARAMS');
        assert.equal(await gateway.code(call, { ...body, appId: 1 }), 'ERROR_PARAMS');
      },
    },
    {
      known: 'doc',
      section: '3',
      says: `${call}: an unknown appId is ERROR_APPID`,
      async check(gateway) {
        const nobody = { ...gateway.account, appId: 'nobody' };
        assert.equal(await gateway.code(call, gateway.signed(HARMLESS[call], nobody)), 'ERROR_APPID');
      },
    },
    {
      known: 'doc',
      section: '3',
      says: `${call}: a wrong sign is ERROR_SIGN`,
      async check(gateway) {
        const body = gateway.signed(HARMLESS[call]);
        assert.equal(await gateway.code(call, { ...body, sign: md5('wrong') }), 'ERROR_SIGN');
        assert.equal(await gateway.code(call, { ...body, sign: 'wrong' }), 'ERROR_SIGN');
      },
    },
    {
      known: 'doc',
      section: '3',
      says: `${call}: a timestamp that is not 14 digits of a date and time is ERROR_TIMESTAMP`,
      async check(gateway) {
        for (const timestamp of ['now', '20260315', '20260230120000', '20260315126000', '2026-03-15 12:00:00']) {
          const body = gateway.signed(HARMLESS[call], gateway.account, timestamp);
          assert.equal(await gateway.code(call, body), 'ERROR_TIMESTAMP', timestamp);
        }
      },
    },
    {
      known: 'assumed',
      says: `${call}: a missing appId, timestamp or sign is a wrong one`,
      async check(gateway) {
        const body = gateway.signed(HARMLESS[call]);
        for (const field of ['appId', 'timestamp', 'sign']) {
          const expected = `ERROR_${field.toUpperCase()}`;
          assert.equal(await gateway.code(call, { ...body, [field]: undefined }), expected);
          assert.equal(await gateway.code(call, { ...body, [field]: null }), expected);
          assert.equal(await gateway.code(call, { ...body, [field]: '' }), expected);
        }
      },
    },
    {
      known: 'seen',
      says: `${call}: the account is looked at before timestamp, sign and the call's own fields`,
      async check(gateway) {
        const body = { ...INVALID[call], appId: 'nobody', timestamp: '1', sign: 'wrong' };
        assert.equal(await gateway.code(call, body), 'ERROR_APPID');
      },
    },
    {
      known: 'seen',
      says: `${call}: an address that is not on the account's list is ERROR_CLIENT_IP, before timestamp and sign`,
      needs: 'closed-account',
      async check(gateway) {
        const { appId } = gateway.closedAccount;
        const body = { ...INVALID[call], appId, timestamp: '1', sign: 'wrong' };
        assert.equal(await gateway.code(call, body), 'ERROR_CLIENT_IP');
      },
    },
    {
      known: 'assumed',
      says: `${call}: the timestamp is looked at before the sign`,
      async check(gateway) {
        const body = { ...INVALID[call], appId: gateway.account.appId, timestamp: '1', sign: 'wrong' };
        assert.equal(await gateway.code(call, body), 'ERROR_TIMESTAMP');
      },
    },
    {
      known: 'seen',
      says: `${call}: the sign is looked at before the call's own fields`,
      async check(gateway) {
        assert.equal(await gateway.code(call, { ...gateway.signed(INVALID[call]), sign: 'wrong' }), 'ERROR_SIGN');
      },
    },
  ]),
  {
    known: 'seen',
    says: 'the first X-Forwarded-For hop is the caller where there is one',
    needs: 'closed-account',
    async check(gateway) {
      const { closedAccount } = gateway;
      const ask = async (headers: Record<string, string>) => {
        const body = gateway.signed(HARMLESS.sendSingleIMS, closedAccount);
        return gateway.code('sendSingleIMS', body, headers);
      };
      const { admits } = closedAccount;
      assert.equal(await ask({}), 'ERROR_CLIENT_IP');
      assert.equal(await ask({ 'X-Forwarded-For': admits }), 'ERROR_MOBILE_ERROR');
      assert.equal(await ask({ 'X-Forwarded-For': `${admits}, 192.0.2.1` }), 'ERROR_MOBILE_ERROR');
      assert.equal(await ask({ 'X-Forwarded-For': `192.0.2.1, ${admits}` }), 'ERROR_CLIENT_IP');
    },
  },
  {
    known: 'seen',
    says: "the clock is Shanghai's: UTC is ERROR_TIMESTAMP",
    async check(gateway) {
      await mustPass(gateway, signedAt(gateway, 0));
      await mustRefuse(gateway, 'ERROR_TIMESTAMP', signedAt(gateway, -8 * 60 * MINUTE));
    },
  },
  {
    known: 'assumed',
    says: 'a timestamp may be ten minutes off, not more',
    async check(gateway) {
      await mustPass(gateway, signedAt(gateway, -9 * MINUTE));
      await mustPass(gateway, signedAt(gateway, 9 * MINUTE));
      await mustRefuse(gateway, 'ERROR_TIMESTAMP', signedAt(gateway, -11 * MINUTE));
      await mustRefuse(gateway, 'ERROR_TIMESTAMP', signedAt(gateway, 11 * MINUTE));
    },
  },
  {
    known: 'doc',
    section: '2.1.1.2',
    says: 'the sign is the md5 of appId, secretKey and timestamp',
    async check(gateway) {
      const body = signedAt(gateway, 0);
      await mustPass(gateway, body);
      await mustRefuse(gateway, 'ERROR_SIGN', { ...body, sign: signedAt(gateway, -MINUTE).sign });
    },
  },
  {
    known: 'seen',
    says: 'the sign is in lower case: upper case is ERROR_SIGN',
    async check(gateway) {
      const body = signedAt(gateway, 0);
      await mustPass(gateway, body);
      await mustRefuse(gateway, 'ERROR_SIGN', { ...body, sign: String(body.sign).toUpperCase() });
    },
  },
  {
    known: 'seen',
    says: 'ten report calls a second pass, more are ERROR_OVER_SPEED, before the sign is looked at',
    async check(gateway) {
      // A wrong sign, so that no report is handed out. Posted past the caller's own pace, all at once.
      for (let calls = 30; ; calls *= 2) {
        await gateway.restReportCalls();
        const body = JSON.stringify({ ...gateway.signed({}), sign: 'wrong' });
        const startedAt = performance.now();
        const answers = await Promise.all(
          Array.from({ length: calls }, () => gateway.post('/inter/getIMSReport', body)),
        );
        const seconds = Math.floor((performance.now() - startedAt) / 1_000) + 1;
        const codes = answers.map((answer) => jsonOf(answer).code);
        const passed = codes.filter((code) => code === 'ERROR_SIGN').length;
        // A slow machine spreads the calls over several seconds: then more of them, or nothing is shown.
        if (calls <= 10 * seconds && calls < 1_000) continue;
        assert.deepEqual(new Set(codes), new Set(['ERROR_SIGN', 'ERROR_OVER_SPEED']));
        assert(passed >= 10 && passed <= 10 * seconds, `${passed} calls passed in ${seconds} s`);
        break;
      }
      await gateway.restReportCalls();
    },
  },
  {
    known: 'assumed',
    says: 'sends have no such pace',
    async check(gateway) {
      const body = JSON.stringify(gateway.signed(HARMLESS.sendSingleIMS));
      const answers = await Promise.all(Array.from({ length: 40 }, () => gateway.post('/inter/sendSingleIMS', body)));
      for (const answer of answers) assert.equal(jsonOf(answer).code, 'ERROR_MOBILE_ERROR');
    },
  },
];
