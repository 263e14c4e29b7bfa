import { AssertionError } from 'node:assert';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parrot, type RunningGateway } from './altered-gateways.js';
import { GatewayUnderTest } from './gateway-under-test.js';
import { nameOf, type Rule } from './rule.js';
import { RULES } from './rules/all-rules.js';
import { readSettings } from './settings.js';
import { WRONG_GATEWAYS } from './wrong-gateways.js';

// The suite's own settings, whatever gateway the environment names: nothing here may reach a real one.
const settings = { ...readSettings({}), reportWaitMs: 400 };
const rules = Object.values(RULES).flat();

const running: RunningGateway[] = [];
afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway.stop();
});

async function started(starting: Promise<RunningGateway>): Promise<GatewayUnderTest> {
  const gateway = await starting;
  running.push(gateway);
  return new GatewayUnderTest(gateway.url, settings);
}

/** Whether the rule finds the gateway wrong; another failure than that is thrown. */
async function rejects(rule: Rule, gateway: GatewayUnderTest): Promise<boolean> {
  try {
    await rule.check(gateway);
    return false;
  } catch (error) {
    if (error instanceof AssertionError) return true;
    throw error;
  }
}

it.each(rules.map((rule) => [nameOf(rule), rule] as const))('%s: SUCCESS to everything breaks it', async (_, rule) => {
  expect(await rejects(rule, await started(parrot('{"code":"SUCCESS"}')))).toBe(true);
});

// A web page is a fair answer to a GET.
it.each(rules.filter(({ says }) => !says.startsWith('a GET is never')).map((rule) => [nameOf(rule), rule] as const))(
  '%s: a web page for everything breaks it',
  async (_, rule) => {
    expect(await rejects(rule, await started(parrot('<html></html>')))).toBe(true);
  },
);

describe.each(WRONG_GATEWAYS)('a gateway that $name', ({ start, breaks }) => {
  const broken = breaks.flatMap((part) => rules.filter(({ says }) => says.includes(part)));

  it.each(broken.map((rule) => [nameOf(rule), rule] as const))('breaks: %s', async (_, rule) => {
    expect(await rejects(rule, await started(start(settings)))).toBe(true);
  });

  it('is right otherwise', async () => {
    const gateway = await started(start(settings));
    const harmless = rules.filter((rule) => rule.says.endsWith('an unknown appId is ERROR_APPID'));
    expect(harmless).toHaveLength(4);
    for (const rule of harmless) await rule.check(gateway);
    for (const part of breaks) expect(rules.filter(({ says }) => says.includes(part))).not.toEqual([]);
  });
});
