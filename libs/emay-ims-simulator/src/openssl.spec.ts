import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { DEFAULT_ACCOUNT } from './options.js';
import { parsed } from './testing/gateway-caller.js';
import type { Simulator } from './simulator.js';
import { startSimulator } from './start-simulator.js';

/** What encrypts and calls here is none of our code. */
const NEEDED = ['bash', 'openssl', 'curl', 'gzip', 'od'];
const missing = NEEDED.filter((name) => spawnSync('which', [name]).status !== 0);

it('CI has what these tests need', () => {
  if (process.env.CI) expect(missing).toEqual([]);
});

const { appId, secretKey } = DEFAULT_ACCOUNT;
let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({
    accounts: [
      DEFAULT_ACCOUNT,
      ...[24, 32].map((bytes) => ({ appId: `aes-${bytes * 8}`, secretKey: 'k'.repeat(bytes) })),
    ],
  });
});
afterEach(() => simulator.stop());

const SCRIPT = `
key() { printf %s "$SECRET_KEY" | od -An -v -tx1 | tr -d ' \\n'; }
cipher() { openssl enc "-aes-$(($(printf %s "$SECRET_KEY" | wc -c) * 8))-ecb" -K "$(key)" "$@"; }
call() {
  printf '{"requestTime":%s000,"requestValidPeriod":60%s}' "$(date +%s)" "$2" | gzip | cipher |
    curl -s -D "$HEAD" -H "appId: $APP_ID" -H 'gzip: on' --data-binary @- "$URL/secure/$1" | cipher -d | gunzip
}
`;

/** Runs lines of a shell, and resolves with what they print. */
const run = async (shell: string, env: Record<string, string> = {}, input?: Buffer): Promise<string> => {
  const child = spawn('bash', ['--norc', '-c', `set -euo pipefail\n${SCRIPT}${shell}`], {
    env: {
      PATH: process.env.PATH,
      APP_ID: appId,
      SECRET_KEY: secretKey,
      URL: simulator.url,
      HEAD: '/dev/null',
      ...env,
    },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
  child.stdin.end(input ?? Buffer.alloc(0));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
};

const test = missing.length > 0 ? it.skip : it;

test('openssl and curl alone make the four calls', async () => {
  const data = async (call: string, fields = '') => parsed<unknown>(await run(`call ${call} '${fields}'`));
  const entry = '{"mobile":"0061422118000","customImsId":"two"}';
  const single = await data('sendSingleIMS', ',"mobile":"0061422118000","content":"Hello, 你好","customImsId":"one"');
  expect(single).toMatchObject({ mobile: '0061422118000', customImsId: 'one' });
  expect(await data('sendBatchIMS', `,"content":"Hello","imses":[${entry}]`)).toMatchObject([{ customImsId: 'two' }]);
  const own = '{"mobile":"0061422118000","content":"Own","customImsId":"three"}';
  expect(await data('sendPersonalityIMS', `,"imses":[${own}]`)).toMatchObject([{ customImsId: 'three' }]);
  simulator.releaseReports();
  expect(await data('getIMSReport', ',"number":500')).toMatchObject([
    { customImsId: 'one', state: 'DELIVRD' },
    { customImsId: 'two' },
    { customImsId: 'three' },
  ]);
  expect(simulator.accepted().map(({ content }) => content)).toEqual(['Hello, 你好', 'Hello', 'Own']);
});

test.each([24, 32])('a key of %d bytes', async (bytes) => {
  const account = { APP_ID: `aes-${bytes * 8}`, SECRET_KEY: 'k'.repeat(bytes) };
  expect(JSON.parse(await run("call getIMSReport ''", account))).toEqual([]);
});

test('the code stands in the header, and an error has no body', async () => {
  const shell = `
    head=$(mktemp)
    printf '{"requestTime":1,"requestValidPeriod":60}' | cipher |
      curl -s -D "$head" -w '%{size_download} ' -H "appId: $APP_ID" --data-binary @- "$URL/secure/sendSingleIMS"
    grep -i '^result:' "$head" | tr -d '\\r\\n'; rm "$head"`;
  expect(await run(shell)).toBe('0 result: ERROR_REQUESTTIME_TIMEOUT');
});

test('openssl opens what is pushed', async () => {
  const pushes: Buffer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      pushes.push(Buffer.concat(chunks));
      response.end('success');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    simulator.changeAccount({ push: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` } }, appId);
    simulator.pushReport(appId, { customImsId: 'one', state: 'DELIVRD', desc: '成功' });
    await simulator.pushDue(appId);
    expect(JSON.parse(await run('cipher -d | gunzip', {}, pushes[0]))).toEqual([
      { appId, customImsId: 'one', state: 'DELIVRD', desc: '成功' },
    ]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
