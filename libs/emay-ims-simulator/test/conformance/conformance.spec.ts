import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { type Simulator, startSimulator } from 'emay-ims-simulator';
import { optionsOf } from './altered-gateways.js';
import { GatewayUnderTest } from './gateway-under-test.js';
import { nameOf, reasonToSkip } from './rule.js';
import { RULES } from './rules/all-rules.js';
import { readSettings } from './settings.js';

const settings = readSettings(process.env);

let simulator: Simulator | undefined;
let gateway: GatewayUnderTest;

beforeAll(async () => {
  let { url } = settings;
  if (url === undefined) {
    simulator = await startSimulator(optionsOf(settings));
    url = simulator.url;
  }
  gateway = new GatewayUnderTest(url, settings);
});
afterAll(() => simulator?.stop());

describe.each(Object.entries(RULES))(`${settings.url ?? 'our own simulator'}: %s`, (_, rules) => {
  for (const rule of rules) {
    const reason = reasonToSkip(rule, settings);
    if (reason === undefined)
      it.each([nameOf(rule)])('%s', () => rule.check(gateway), settings.reportWaitMs * 4 + 60_000);
    else it.skip(`${nameOf(rule)} (${reason})`, () => {});
  }
});
