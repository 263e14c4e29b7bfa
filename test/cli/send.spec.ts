import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ACCOUNT } from '../support/gateway-app.js';
import { CommandLine, GatewayProcess } from './command-line.js';

interface SendAnswer {
  customImsId: string;
  state: string;
  error?: { code: string; message: string; retryable: boolean };
}

const GOOD = '+61422118000';
const REFUSED = '+61429999026';
const RESET_AFTER_ACCEPTANCE = '+61429999042';
const RESET_BEFORE = '+61429999041';

/** Some steps are processes that start. */
jest.setTimeout(120_000);

describe('send', () => {
  let gateway: GatewayProcess;
  let cli: CommandLine;
  beforeAll(async () => {
    gateway = await GatewayProcess.start();
    cli = await CommandLine.open(gateway.variables);
  });
  afterAll(async () => {
    await cli.close();
    await gateway.stop();
  });

  it('says that the gateway has accepted the message, with its number masked', async () => {
    const { code, stdout, stderr } = await cli.run([
      'send',
      '--to',
      '+61 422-118-000',
      '--text',
      'Nobody may log this',
    ]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^state +ACCEPTED$/m);
    expect(stdout).toContain('+614******00');
    expect(stdout).not.toContain('Nobody may log this');
    expect(code).toBe(0);
  });

  it('waits for the delivery report when it is told to', async () => {
    const { code, stdout } = await cli.run(['send', '--to', GOOD, '--text', 'Hello', '--wait', '20', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'DELIVERED', reportState: 'DELIVRD' });
    expect(code).toBe(0);
  });

  it('ends with 1 when the message was not delivered', async () => {
    const { code, stdout } = await cli.run(['send', '--to', '+61429999008', '--text', 'Hello', '--wait', '20']);
    expect(stdout).toMatch(/^state +UNDELIVERABLE$/m);
    expect(code).toBe(1);
  });

  it('ends with 1, and says so, when no report comes in time', async () => {
    const { code, stdout, stderr } = await cli.run(['send', '--to', '+61429999011', '--text', 'Hello', '--wait', '1']);
    expect(stdout).toMatch(/^state +ACCEPTED$/m);
    expect(stderr).toContain('no delivery report within 1 s');
    expect(code).toBe(1);
  });

  it('sends once for an id, and refuses the id for another text', async () => {
    const before = await gateway.accepted();
    const first = await cli.json<SendAnswer>('send', '--to', GOOD, '--text', 'Hello', '--id', 'order-1');
    const again = await cli.json<SendAnswer>('send', '--to', GOOD, '--text', 'Hello', '--id', 'order-1');
    expect([first.customImsId, again.customImsId]).toEqual(['order-1', 'order-1']);
    expect(await gateway.accepted()).toHaveLength(before.length + 1);
    const { code, stderr } = await cli.run(['send', '--to', GOOD, '--text', 'Another', '--id', 'order-1']);
    expect(stderr).toContain('EMAY_IMS_CONFLICT: customImsId order-1: already used');
    expect(code).toBe(1);
  });

  it('tells a refusal with its code and what to do', async () => {
    const { code, stdout, stderr } = await cli.run(['send', '--to', REFUSED, '--text', 'Hello']);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/ERROR_MOBILE_ERROR: Message .* was not accepted: .* Correct the mobile/);
    expect(code).toBe(1);
  });

  it('says of a doubtful end that it must not be repeated, also as JSON', async () => {
    const { code, stdout, stderr } = await cli.run(['send', '--to', RESET_BEFORE, '--text', 'Hello', '--json']);
    expect(stderr).toContain('Do not send it again');
    expect((JSON.parse(stdout) as SendAnswer).error).toMatchObject({ code: 'EMAY_IMS_UNCONFIRMED', retryable: false });
    expect(code).toBe(1);
  });

  it('sees a doubt settled by the report when it waits', async () => {
    const { code, stdout } = await cli.run(['send', '--to', RESET_AFTER_ACCEPTANCE, '--text', 'Hello', '--wait', '20']);
    expect(stdout).toMatch(/^state +DELIVERED$/m);
    expect(code).toBe(0);
  });

  it('ends with 2 where the input is wrong, and sends nothing', async () => {
    const before = await gateway.accepted();
    const { code, stderr } = await cli.run(['send', '--to', '12', '--text', 'Hello']);
    expect(stderr).toContain('mobile: must be an international number');
    expect(code).toBe(2);
    expect((await cli.run(['send', '--to', GOOD])).code).toBe(2);
    expect(await gateway.accepted()).toEqual(before);
  });

  it('sends no text of a terminal that is not in UTF-8', async () => {
    const before = await gateway.accepted();
    const { code, stderr } = await cli.run(['send', '--to', GOOD, '--text', Buffer.from('c4fabac3', 'hex').toString()]);
    expect(stderr).toContain('WRONG_USAGE: --text holds U+FFFD');
    expect(code).toBe(2);
    expect(await gateway.accepted()).toEqual(before);
  });

  it('tells that a gateway out of reach has got nothing, and never the key', async () => {
    const away = await CommandLine.open({ ...gateway.variables, EMAY_IMS_BASE_URL: 'http://127.0.0.1:1' });
    const { code, stdout, stderr } = await away.run(['send', '--to', GOOD, '--text', 'Hello']);
    await away.close();
    expect(stderr).toMatch(/EMAY_IMS_UNSENT: .*ECONNREFUSED.*Call send again with the same customImsId/);
    expect(stdout + stderr).not.toContain(ACCOUNT.secretKey);
    expect(code).toBe(1);
  });
});
