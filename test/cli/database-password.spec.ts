import { afterEach, expect, it } from '@jest/globals';
import { runProcess } from '../support/processes.js';
import { CommandLine } from './command-line.js';

const MARK = 'qzxjv';
const GATEWAY = { EMAY_IMS_BASE_URL: 'http://127.0.0.1:1', EMAY_IMS_APP_ID: 'app', EMAY_IMS_SECRET_KEY: 'key' };

let cli: CommandLine | null = null;
afterEach(() => cli?.close());

// Nothing listens there, so whatever a driver says of the address is said.
it.each([
  `postgres://user:a@${MARK}@127.0.0.1:1/sms`,
  `postgres://user:1/${MARK}@127.0.0.1:1/sms`,
  `postgres://127.0.0.1:1/sms?password=${MARK}`,
  `mysql://user:密 ${MARK}#@127.0.0.1:1/sms`,
])('no part of the password in %s is printed by a command or by the service', async (url) => {
  const variables = { ...GATEWAY, EMAY_IMS_DATABASE_URL: url };
  cli = await CommandLine.open(variables);
  for (const command of ['doctor', 'status']) {
    const { code, stdout, stderr } = await cli.run([command]);
    expect(stdout + stderr).not.toContain(MARK);
    expect(stdout + stderr).toMatch(/EMAY_IMS_DATABASE_URL|ECONNREFUSED/);
    expect(code).not.toBe(0);
  }
});

it('the service says which database it could not reach, and no part of its password', async () => {
  const url = `mysql://user:a@${MARK}:1@127.0.0.1:1/sms`;
  const service = runProcess('dist/main.js', [], { ...GATEWAY, PORT: '0', EMAY_IMS_DATABASE_URL: url });
  expect(await service.ended()).toBe(1);
  expect(service.output()).toContain('ECONNREFUSED');
  expect(service.output()).not.toContain(MARK);
});
