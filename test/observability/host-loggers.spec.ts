import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { startSimulator } from 'emay-ims-simulator';
import { createTestDatabase } from '../support/databases.js';
import { ACCOUNT } from '../support/gateway-app.js';
import { runProcess } from '../support/processes.js';

const HOST = fileURLToPath(new URL('logging-host.mjs', import.meta.url));
const DIAGNOSTICS = fileURLToPath(new URL('../../libs/emay-ims/dist/diagnostics/index.js', import.meta.url));

/** The module's own lines of what a host prints. */
async function printed(way: string, account: object = {}): Promise<string[]> {
  const host = runProcess(HOST, [way, DIAGNOSTICS, JSON.stringify(account)]);
  expect([await host.ended(), host.output()]).toEqual([0, expect.any(String)]);
  return host
    .output()
    .split('\n')
    .filter((line) => line.includes('EmayIms:default'));
}

describe.each(['pino', 'winston'])('a host that logs by nestjs-%s', (way) => {
  it('prints each line once, with its fields, and no number, text or key', async () => {
    const simulator = await startSimulator({ accounts: [ACCOUNT] });
    const database = await createTestDatabase('sqlite');
    simulator.inject({ kind: 'code', code: 'ERROR_SIGN' });
    const account = {
      baseUrl: simulator.url,
      ...ACCOUNT,
      database: database.moduleOptions,
      protocol: { canary: false },
    };
    const lines = await printed(way, account).finally(async () => {
      await simulator.stop();
      await database.drop();
    });

    const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const sentences = records.map(({ text, message }) => text ?? message);
    expect(new Set(sentences).size).toBe(sentences.length);
    expect(records).toContainEqual(
      expect.objectContaining({ context: 'EmayIms:default', account: 'default', code: 'ERROR_SIGN' }),
    );
    expect(sentences).toContainEqual(expect.stringContaining('refused with ERROR_SIGN'));
    expect(lines.join('\n')).not.toMatch(new RegExp(`422118000|The text of the message|${ACCOUNT.secretKey}`));
  });
});

describe("a host's own logger around nestjs-pino", () => {
  it('is called as Nest calls one, not as nestjs-pino is', async () => {
    const records = (await printed('own-around-pino')).map((line) => JSON.parse(line) as object);
    const fields = { account: 'default', code: 'ERROR_SIGN' };
    expect(records).toEqual([
      expect.objectContaining({ level: 40, text: 'The gateway refused a request.', fields }),
      expect.objectContaining({ level: 50, text: 'The gateway refused a request for good.', fields }),
      expect.objectContaining({ level: 50, text: 'A handler failed with Error' }),
    ]);
  });
});

describe('the ConsoleLogger of Nest 11', () => {
  it.each(['nest-11-text', 'nest-11-logger'])('prints a line as one line of text (%s)', async (way) => {
    const lines = await printed(way);
    expect(lines).toEqual([
      expect.stringMatching(
        /WARN \[EmayIms:default\] The gateway refused a request\. \{ account: 'default', code: 'ERROR_SIGN' \}$/,
      ),
      expect.stringMatching(
        /ERROR \[EmayIms:default\] The gateway refused a request for good\. \{ account: 'default', code: 'ERROR_SIGN' \}$/,
      ),
      expect.stringMatching(/ERROR \[EmayIms:default\] A handler failed with Error$/),
    ]);
  });

  it('prints it as one object of JSON, fields and all', async () => {
    const records = (await printed('nest-11-json')).map((line) => JSON.parse(line) as object);
    const fields = { account: 'default', code: 'ERROR_SIGN' };
    expect(records).toEqual([
      expect.objectContaining({ level: 'warn', message: { message: 'The gateway refused a request.', ...fields } }),
      expect.objectContaining({
        level: 'error',
        message: { message: 'The gateway refused a request for good.', ...fields },
      }),
      expect.objectContaining({
        level: 'error',
        message: 'A handler failed with Error',
        stack: expect.stringContaining('orders.js'),
      }),
    ]);
  });
});
