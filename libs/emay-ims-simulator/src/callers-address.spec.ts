import { afterEach, expect, it } from '@jest/globals';
import { Bench } from './testing/gateway-caller.js';
import { DEFAULT_ACCOUNT } from './options.js';

let bench: Bench;
afterEach(() => bench.simulator.stop());

it.each([
  ['SUCCESS', [], undefined],
  ['SUCCESS', ['127.0.0.1'], undefined],
  ['SUCCESS', ['10.0.0.1', '127.0.*'], undefined],
  ['ERROR_CLIENT_IP', ['127.0.0.2'], undefined],
  ['ERROR_CLIENT_IP', ['10.*'], undefined],
  ['ERROR_CLIENT_IP', ['127.0.0.1'], '10.1.2.3'],
  ['SUCCESS', ['10.1.2.3'], '10.1.2.3'],
  ['SUCCESS', ['10.1.*'], '10.1.2.3, 127.0.0.1'],
  ['ERROR_CLIENT_IP', ['127.0.0.1'], '10.1.2.3, 127.0.0.1'],
  // The dot belongs to the entry: 10.1.* is not 10.12.
  ['ERROR_CLIENT_IP', ['10.1.*'], '10.12.0.1'],
  ['SUCCESS', ['127.0.0.1'], ' '],
])('answers %s with the list %j to a call forwarded for %j', async (code, allowedIps, forwardedFor) => {
  bench = await Bench.start({ accounts: [{ ...DEFAULT_ACCOUNT, allowedIps }] });
  const headers = forwardedFor === undefined ? undefined : { 'X-Forwarded-For': forwardedFor };
  expect(await bench.code('sendSingleIMS', { mobile: '0061422118000', content: 'Hello' }, headers)).toBe(code);
});
