import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Simulator, startSimulator } from 'emay-ims-simulator';

const FOLDER = new URL('../../examples/', import.meta.url);

/** The examples, and what runs each. */
const EXAMPLES = [
  { file: 'send.sh', needs: ['bash', 'curl'], transport: 'plain', wrongKey: 'ERROR_SIGN' },
  { file: 'send.py', needs: ['python3'], transport: 'plain', wrongKey: 'ERROR_SIGN' },
  { file: 'send.php', needs: ['php'], transport: 'plain', wrongKey: 'ERROR_SIGN' },
  { file: 'Send.java', needs: ['java'], transport: 'plain', wrongKey: 'ERROR_SIGN' },
  { file: 'send-secure.sh', needs: ['bash', 'curl', 'openssl'], transport: 'secure', wrongKey: 'ERROR_ENCRYPTION' },
  { file: 'send_secure.py', needs: ['python3', 'openssl'], transport: 'secure', wrongKey: 'ERROR_ENCRYPTION' },
  { file: 'send-secure.php', needs: ['php'], transport: 'secure', wrongKey: 'ERROR_ENCRYPTION' },
  { file: 'SendSecure.java', needs: ['java'], transport: 'secure', wrongKey: 'ERROR_ENCRYPTION' },
];

const isHere = (program: string): boolean => spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ accounts: [{ appId: 'EUCP-EMY-SMS0-TESTS', secretKey: 'SECRETKEYOFTESTS' }] });
});
afterEach(() => simulator.stop());

/** Runs one where the local time is not Shanghai's, with the simulator's account unless told otherwise. */
const run = async (program: string, file: string, env: Record<string, string> = {}) => {
  const [account] = simulator.accounts;
  const child = spawn(program, [fileURLToPath(new URL(file, FOLDER))], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TZ: 'America/New_York',
      EMAY_URL: simulator.url,
      EMAY_APP_ID: account!.appId,
      EMAY_SECRET_KEY: account!.secretKey,
      ...env,
    },
    timeout: 60_000,
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, err, lines: out.trimEnd().split('\n') };
};

const jsonAfter = (title: string, line: string | undefined): unknown => {
  expect(line).toMatch(new RegExp(`^${title}: `));
  return JSON.parse(line!.slice(title.length + 2));
};

describe.each(EXAMPLES)('$file', ({ file, needs, transport, wrongKey }) => {
  it('is short, and starts with the defaults of the simulator', () => {
    const text = readFileSync(new URL(file, FOLDER), 'utf8');
    expect(text.split('\n').length).toBeLessThanOrEqual(60);
    for (const part of ['http://127.0.0.1:8899', 'EUCP-EMY-SMS0-SIMUL', '0123456789ABCDEF', '0061422118000']) {
      expect(text).toContain(part);
    }
  });

  const missing = needs.filter((program) => !isHere(program));
  if (missing.length > 0) {
    it.skip(`runs (skipped: ${missing.join(', ')} is not installed)`, () => {});
    return;
  }

  it('sends a message and prints its answer and its report', async () => {
    const { code, err, lines } = await run(needs[0]!, file);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(lines).toHaveLength(2);
    expect(new Set(simulator.requests().map((request) => request.transport))).toEqual(new Set([transport]));
    const [message] = simulator.accepted();
    expect(simulator.accepted()).toHaveLength(1);
    expect(message).toMatchObject({ mobile: '0061422118000', content: 'Hello, 你好' });
    const { imsId, customImsId } = message!;
    expect(customImsId).toMatch(/^[0-9a-f]{1,32}$/);
    expect(jsonAfter('answer', lines[0])).toEqual({
      code: 'SUCCESS',
      data: { mobile: '0061422118000', imsId, customImsId },
    });
    expect(jsonAfter('report', lines[1])).toMatchObject({ imsId, customImsId, state: 'DELIVRD', desc: '成功' });
  });

  it('shows another report for another number', async () => {
    const { lines } = await run(needs[0]!, file, { EMAY_MOBILE: '0061429999003' });
    expect(jsonAfter('report', lines[1])).toMatchObject({ mobile: '0061429999003', state: 'FAIL_BALANCE' });
  });

  it('ends with 1 when it is refused', async () => {
    const { code, lines } = await run(needs[0]!, file, { EMAY_SECRET_KEY: 'WRONGKEYOFTESTS!' });
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    expect(jsonAfter('answer', lines[0])).toEqual({ code: wrongKey });
  });
});
