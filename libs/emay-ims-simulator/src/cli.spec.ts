import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCli } from './command-line/run-cli.js';
import { parsed, until } from './testing/gateway-caller.js';

/** The command in this process, with its output in hand. */
function run(args: readonly string[]) {
  const ending = new AbortController();
  const out: string[] = [];
  const err: string[] = [];
  const code = runCli(args, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    signal: ending.signal,
  });
  return { out, err, code, end: () => ending.abort() };
}

const post = (url: string, body: string) => fetch(`${url}/inter/sendSingleIMS`, { method: 'POST', body });

describe('wrong flags exit with 2 and say what to write', () => {
  it.each([
    [['--port', 'x'], '--port is "x"; write a whole number'],
    [['--port', '70000'], 'port: 70000 does not fit; write a whole number from 0 to 65535.'],
    [['--seed', '-1'], "'--seed' argument is ambiguous"],
    [['--seed', 'x'], '--seed is "x"; write a whole number, such as --seed 1.'],
    [['--report-delay-ms', 'soon'], '--report-delay-ms is "soon"; write milliseconds'],
    [['--report-delay-ms', '9-1'], 'reportDelayMs: write'],
    [['--allowed-ips', 'home'], 'allowedIps: "home" is no address'],
    [['--colour'], "Unknown option '--colour'. Run emay-ims-simulator --help"],
    [['start'], "Unexpected argument 'start'"],
    [['--port'], "'--port <value>' argument missing"],
  ])('%j', async (args, message) => {
    const { code, err, out } = run(args);
    expect(await code).toBe(2);
    expect(err.join('\n')).toContain(message);
    expect(err).toHaveLength(1);
    expect(out).toEqual([]);
  });
});

it('prints its flags for --help', async () => {
  const { code, out } = run(['--help']);
  expect(await code).toBe(0);
  expect(out.join('\n')).toContain('--report-delay-ms');
});

it('says where it listens, then a line for each request with the number masked, until it is ended', async () => {
  const { code, out, end } = run(['--port', '0', '--app-id', 'mine', '--secret-key', 'k']);
  await until(() => out.length === 1);
  const url = /http:\S+/.exec(out[0]!)![0];
  expect(out[0]).toContain('for appId mine');
  await post(url, '{"appId":"nobody","mobile":"0061422118000"}');
  await until(() => out.length === 2);
  expect(out[1]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}sendSingleIMS {2}ERROR_APPID {2}006142\*{4}000, 0 accepted$/);
  await fetch(`${url}/%1b`, { method: 'POST' });
  await until(() => out.length === 3);
  expect(out[2]).toContain('POST "/%1b"  HTTP 404');
  end();
  expect(await code).toBe(0);
});

it('prints JSON lines for --json', async () => {
  const { code, out, end } = run(['--port', '0', '--json']);
  await until(() => out.length === 1);
  const { listening } = parsed<{ listening: string }>(out[0]!);
  await post(listening, '{"appId":"nobody","mobile":"0061422118000"}');
  await until(() => out.length === 2);
  expect(JSON.parse(out[1]!)).toMatchObject({ code: 'ERROR_APPID', firstMobile: '006142****000', finished: true });
  expect(out[1]).not.toContain('0061422118000');
  end();
  expect(await code).toBe(0);
});

it('exits with 1 when the port is taken, and says which to write', async () => {
  const first = run(['--port', '0', '--json']);
  await until(() => first.out.length === 1);
  const { port } = new URL(parsed<{ listening: string }>(first.out[0]!).listening);
  const second = run(['--port', port]);
  expect(await second.code).toBe(1);
  expect(second.err[0]).toContain(`port ${port} is taken; write another one, such as --port ${Number(port) + 1}`);
  first.end();
  expect(await first.code).toBe(0);
});

describe('as a process', () => {
  let folder: string;

  beforeAll(() => {
    // A build of its own, so that the test neither needs nor disturbs dist.
    folder = mkdtempSync(join(tmpdir(), 'emay-ims-simulator-cli-'));
    const typescript = createRequire(import.meta.url).resolve('typescript/bin/tsc');
    const project = fileURLToPath(new URL('..', import.meta.url));
    const build = ['-p', project, '--outDir', folder, '--tsBuildInfoFile', join(folder, 'build')];
    const { status, stdout } = spawnSync(process.execPath, [typescript, ...build], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(['SIGINT', 'SIGTERM'] as const)('serves, and ends cleanly on %s while a call hangs', async (signal) => {
    const child = spawn(process.execPath, [join(folder, 'cli.js'), '--port', '0', '--json']);
    const exit = new Promise((resolve) => child.once('exit', (...result) => resolve(result)));
    const [line] = await new Promise<string[]>((resolve) => {
      createInterface(child.stdout).once('line', (text) => resolve([text]));
    });
    const { listening } = parsed<{ listening: string }>(line!);
    expect(await (await post(listening, '{}')).text()).toBe('{"code":"ERROR_APPID"}');
    child.kill(signal);
    expect(await exit).toEqual([0, null]);
  });

  it('exits with 2 for a wrong flag', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'cli.js'), '--nope'], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toContain("Unknown option '--nope'");
  });
});
