import assert from 'node:assert/strict';
import {
  CALLS,
  type Call,
  type Fields,
  type GatewayUnderTest,
  objectOf,
  type SecureAnswer,
} from '../gateway-under-test.js';
import type { Rule } from '../rule.js';
import { HARMLESS, TEXT } from './asking.js';

/** Refused by every call, so that no report is taken either. */
const EXPIRED: Fields = { requestTime: 1, requestValidPeriod: 1 };

async function mustAnswer(answered: Promise<SecureAnswer>, ...codes: readonly string[]): Promise<void> {
  const { result, bytes } = await answered;
  assert(result !== undefined && codes.includes(result), `the header result is ${result}, not ${codes.join(' or ')}`);
  assert.equal(bytes.length, 0, 'an error has a body');
}

/** The vendor's pages show the single call; the same is assumed of the others. */
const knownOf = (call: Call): Rule['known'] => (call === 'sendSingleIMS' ? 'doc' : 'assumed');

const SENDS = CALLS.filter((call) => call !== 'getIMSReport');

/** The encrypted interface. */
export const SECURE_RULES: readonly Rule[] = [
  ...SENDS.flatMap((call): Rule[] => [
    {
      known: knownOf(call),
      says: `secure ${call}: the code stands in the header result, and an error has no body`,
      secure: true,
      check: (gateway) => mustAnswer(gateway.secure(call, HARMLESS[call]), 'ERROR_MOBILE_ERROR'),
    },
    {
      known: knownOf(call),
      says: `secure ${call}: a body that is not packed is read as well`,
      secure: true,
      check: (gateway) => mustAnswer(gateway.secure(call, HARMLESS[call], { gzip: false }), 'ERROR_MOBILE_ERROR'),
    },
  ]),
  ...CALLS.flatMap((call): Rule[] => [
    {
      known: 'seen',
      says: `secure ${call}: an unknown appId in the header is ERROR_APPID, whatever the body`,
      secure: true,
      async check(gateway) {
        const nobody = { ...gateway.account, appId: 'nobody' };
        await mustAnswer(gateway.secure(call, EXPIRED, { account: nobody }), 'ERROR_APPID');
        await mustAnswer(gateway.sealed(call, Buffer.from('nothing'), { account: nobody }), 'ERROR_APPID');
      },
    },
    {
      known: 'seen',
      says: `secure ${call}: requestTime is looked at before requestValidPeriod, and both before the call's own fields`,
      secure: true,
      async check(gateway) {
        const [requestTime, requestValidPeriod] = [undefined, undefined];
        await mustAnswer(gateway.secure(call, { requestTime, requestValidPeriod }), 'ERROR_REQUESTTIME');
        await mustAnswer(gateway.secure(call, { requestValidPeriod }), 'ERROR_REQUESTVALIDPERIOD');
        await mustAnswer(gateway.secure(call, EXPIRED), 'ERROR_REQUESTTIME_TIMEOUT');
      },
    },
    {
      known: 'seen',
      says: `secure ${call}: a body of another key is ERROR_ENCRYPTION or ERROR_PARAMS`,
      secure: true,
      check: (gateway) => mustAnswer(ofAnotherKey(gateway, call), 'ERROR_ENCRYPTION', 'ERROR_PARAMS'),
    },
    {
      known: 'assumed',
      says: `secure ${call}: what another key has encrypted is ERROR_ENCRYPTION`,
      secure: true,
      check: (gateway) => mustAnswer(ofAnotherKey(gateway, call), 'ERROR_ENCRYPTION'),
    },
    {
      known: 'seen',
      says: `secure ${call}: a body that is no JSON is ERROR_PARAMS`,
      secure: true,
      check: (gateway) => mustAnswer(gateway.sealed(call, gateway.seal('{"appId":')), 'ERROR_PARAMS'),
    },
    {
      known: 'seen',
      says: `secure ${call}: an address that is not on the list is ERROR_CLIENT_IP, before the body is opened`,
      secure: true,
      needs: 'closed-account',
      async check(gateway) {
        const account = gateway.closedAccount;
        await mustAnswer(gateway.sealed(call, Buffer.from('nothing'), { account }), 'ERROR_CLIENT_IP');
      },
    },
  ]),
  {
    known: 'seen',
    says: 'secure: a request is valid while its requestTime and requestValidPeriod are ahead of the clock',
    secure: true,
    async check(gateway) {
      const ask = (ageMs: number, requestValidPeriod: number) => {
        const fields = { ...HARMLESS.sendSingleIMS, requestTime: Date.now() - ageMs, requestValidPeriod };
        return gateway.secure('sendSingleIMS', fields);
      };
      await mustAnswer(ask(3_600_000, 7_200), 'ERROR_MOBILE_ERROR');
      await mustAnswer(ask(7_200_000, 3_600), 'ERROR_REQUESTTIME_TIMEOUT');
    },
  },
  {
    known: 'doc',
    says: 'secure: a SUCCESS brings the data alone, without a code',
    secure: true,
    needs: 'sending',
    async check(gateway) {
      const [mobile, customImsId] = [gateway.mobile(), gateway.freshId()];
      const data = objectOf(await gateway.secureData('sendSingleIMS', { mobile, content: TEXT, customImsId }));
      assert.deepEqual([data.mobile, data.customImsId, data.code], [mobile, customImsId, undefined]);
    },
  },
  {
    known: 'assumed',
    says: 'secure: an answer is packed as its request was, for a report call too',
    secure: true,
    needs: 'sending',
    async check(gateway) {
      for (const gzip of [true, false]) {
        assert(Array.isArray(await gateway.secureData('getIMSReport', { number: 1 }, { gzip })));
      }
    },
  },
];

function ofAnotherKey(gateway: GatewayUnderTest, call: Call): Promise<SecureAnswer> {
  const { appId, secretKey } = gateway.account;
  const other = { appId, secretKey: [...secretKey].reverse().join('') };
  return gateway.sealed(call, gateway.seal(JSON.stringify(EXPIRED), other));
}
