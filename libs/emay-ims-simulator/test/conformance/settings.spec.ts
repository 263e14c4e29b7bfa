import { describe, expect, it } from '@jest/globals';
import { GatewayUnderTest } from './gateway-under-test.js';
import { nameOf, reasonToSkip, type Rule } from './rule.js';
import { RULES } from './rules/all-rules.js';
import { readSettings } from './settings.js';
import { overheard } from './altered-gateways.js';

const rules = Object.values(RULES).flat();
const FOREIGN = {
  EMAY_GATEWAY_URL: 'http://192.0.2.1:8899/',
  EMAY_GATEWAY_APP_ID: 'app',
  EMAY_GATEWAY_SECRET_KEY: 'key',
};
const SECURE = { EMAY_GATEWAY_SECURE: 'yes', EMAY_GATEWAY_SECRET_KEY: '0123456789ABCDEF' };
const MAY_SEND = { ...FOREIGN, EMAY_GATEWAY_MAY_SEND: 'yes', EMAY_GATEWAY_MOBILES: '0061422118000, 0061422118001' };
const CLOSED = {
  EMAY_GATEWAY_CLOSED_APP_ID: 'closed',
  EMAY_GATEWAY_CLOSED_SECRET_KEY: 'key',
  EMAY_GATEWAY_CLOSED_ADMITS: '10.1.2.3',
};

const runs = (env: Record<string, string>): Rule[] =>
  rules.filter((rule) => reasonToSkip(rule, readSettings(env)) === undefined);

describe('which rules are checked', () => {
  it('all of them against our own simulator', () => {
    expect(runs({})).toEqual(rules);
  });

  it('those that cost nothing against another gateway', () => {
    expect(runs(FOREIGN)).toEqual(rules.filter(({ needs, secure }) => needs === undefined && !secure));
  });

  it('nothing is sent without the word yes', () => {
    expect(runs({ ...MAY_SEND, EMAY_GATEWAY_MAY_SEND: 'true' })).toEqual(runs(FOREIGN));
  });

  it('those that send with leave to send, and all with a closed account as well', () => {
    expect(runs(MAY_SEND)).toEqual(rules.filter(({ needs, secure }) => needs !== 'closed-account' && !secure));
    expect(runs({ ...MAY_SEND, ...CLOSED, ...SECURE })).toEqual(rules);
  });

  it('the encrypted interface only where the account has it; what sends by it needs leave all the same', () => {
    expect(runs({ ...FOREIGN, ...SECURE })).toEqual(rules.filter(({ needs }) => needs === undefined));
  });

  it('only those known as EMAY_GATEWAY_RULES says', () => {
    expect(runs({ EMAY_GATEWAY_RULES: 'doc' })).toEqual(rules.filter(({ known }) => known === 'doc'));
    expect(runs({ EMAY_GATEWAY_RULES: 'doc,seen' })).toEqual(rules.filter(({ known }) => known !== 'assumed'));
  });
});

it.each([
  [{ EMAY_GATEWAY_URL: 'http://192.0.2.1:8899/inter' }, 'EMAY_GATEWAY_URL: write the gateway without a path'],
  [{ EMAY_GATEWAY_URL: 'http://192.0.2.1:8899' }, 'EMAY_GATEWAY_APP_ID is missing'],
  [{ ...FOREIGN, EMAY_GATEWAY_MAY_SEND: 'yes' }, 'EMAY_GATEWAY_MOBILES: EMAY_GATEWAY_MAY_SEND=yes needs numbers'],
  [{ ...FOREIGN, EMAY_GATEWAY_CLOSED_APP_ID: 'closed' }, 'EMAY_GATEWAY_CLOSED_SECRET_KEY is missing'],
  [
    { ...FOREIGN, EMAY_GATEWAY_SECURE: 'yes' },
    'EMAY_GATEWAY_SECRET_KEY: EMAY_GATEWAY_SECURE=yes needs a key of 16, 24',
  ],
  [{ EMAY_GATEWAY_REPORT_WAIT_MS: '1m' }, 'EMAY_GATEWAY_REPORT_WAIT_MS is "1m"; write milliseconds'],
  [{ EMAY_GATEWAY_RULES: 'docs' }, 'EMAY_GATEWAY_RULES: there is no "docs"; write some of doc,seen,assumed'],
])('says what to write for %j', (env, message) => {
  expect(() => readSettings(env)).toThrow(message);
});

it('names no number that a message could go to, in any rule that needs no leave', async () => {
  const bodies: string[] = [];
  const settings = { ...readSettings({}), mobiles: [] };
  const gateway = await overheard(settings, (body) => bodies.push(body));
  const caller = new GatewayUnderTest(gateway.url, settings);
  for (const rule of rules) if (rule.needs === undefined) await rule.check(caller);
  await gateway.stop();
  expect(bodies.length).toBeGreaterThan(200);
  const good = /"mobile":"(?:00|\+|\s)*[1-9]\d{6,14}\s*"/;
  expect(bodies.filter((body) => good.test(body))).toEqual([]);
});

it('gives every rule a name of its own', () => {
  expect(new Set(rules.map(nameOf)).size).toBe(rules.length);
});
