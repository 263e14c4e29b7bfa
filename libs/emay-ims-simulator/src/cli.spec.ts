import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { runCli } from './command-line/run-cli.js';
import { COUNTERS_EVERY_MS, TICK_MS } from './command-line/live-output.js';
import { FakeTerminal } from './testing/fake-terminal.js';
import { parsed, until } from './testing/gateway-caller.js';

const terminals: FakeTerminal[] = [];
afterEach(() => {
  // A test that failed on its way leaves its command running.
  for (const terminal of terminals.splice(0)) terminal.end();
});

/** The command in this process, with its terminal in hand. */
function run(...args: string[]) {
  const terminal = new FakeTerminal();
  terminals.push(terminal);
  return { terminal, code: runCli(['--port', '0', ...args], terminal) };
}

/** Waits until the command listens. */
async function running(...args: string[]) {
  const started = run(...args);
  await until(() => started.terminal.lines.length > 0);
  const url = /http:\/\/[\w.]+:\d+/.exec(started.terminal.text)![0];
  return { ...started, url };
}

const post = (url: string, body = '{"appId":"nobody","mobile":"0061422118000"}') =>
  fetch(`${url}/inter/sendSingleIMS`, { method: 'POST', body });

describe('wrong flags exit with 2 and say what to write', () => {
  it.each([
    [['--port', 'x'], '--port is "x"; write a whole number'],
    [['--port', '70000'], 'port: 70000 does not fit; write a whole number from 0 to 65535.'],
    [['--seed', '-1'], "'--seed' argument is ambiguous"],
    [['--seed', 'x'], '--seed is "x"; write a whole number, such as --seed 1.'],
    [['--report-delay-ms', 'soon'], '--report-delay-ms is "soon"; write milliseconds'],
    [['--report-delay-ms', '9-1'], 'reportDelayMs: write'],
    [['--allowed-ips', 'home'], 'allowedIps: "home" is not an address'],
    [['--reports-per-second', '0'], 'reportsPerSecond: 0 does not fit; write a whole number from 1'],
    [['--reports-per-second', 'all'], '--reports-per-second is "all"; write a whole number'],
    [['--sign-case', 'title'], 'signCase: write "lower", "upper" or "any".'],
    [['--time-zone-offset', 'CST'], 'timeZoneOffset: write an offset such as "+08:00".'],
    [['--pending-limit', '0'], 'pendingLimit: 0 does not fit'],
    [['--fault', 'explode'], '--fault "explode": fault: there is no kind "explode"'],
    [['--scenario', 'no-such-file'], '--scenario: no-such-file cannot be read'],
    [['--config', 'no-such-file'], '--config: no-such-file cannot be read'],
    [['--json', '--quiet'], '--json and --quiet exclude each other'],
    [['--colour'], "Unknown option '--colour'. Run emay-ims-simulator --help"],
    [['start'], "Unexpected argument 'start'"],
    [['--host'], "'--host <value>' argument missing"],
  ])('%j', async (args, message) => {
    const { code, terminal } = run(...args);
    expect(await code).toBe(2);
    expect(terminal.errors.join('\n')).toContain(message);
    expect(terminal.errors).toHaveLength(1);
    expect(terminal.text).toBe('');
  });
});

it.each([
  ['--help', '--report-delay-ms'],
  ['--list-faults', 'reset-before '],
  ['--list-magic-numbers', '...9999001 '],
])('prints for %s and ends', async (flag, text) => {
  const { code, terminal } = run(flag);
  expect(await code).toBe(0);
  expect(terminal.text).toContain(text);
});

describe('at the start', () => {
  const started = async (...args: string[]) => {
    const { terminal, code } = await running(...args);
    const { lines, errors } = terminal;
    terminal.end();
    expect(await code).toBe(0);
    expect(terminal.running).toBe(0);
    return { lines, errors };
  };

  it('says where it listens, for whom, and where the page is', async () => {
    const { lines, errors } = await started('--app-id', 'mine', '--secret-key', 'TOP-SECRET');
    expect(lines[0]).toMatch(/^Emay IMS simulator listens on (http:\/\/127\.0\.0\.1:\d+) for appId mine\. Page: \1\/$/);
    expect(lines.join('\n')).not.toContain('TOP-SECRET');
    expect(errors).toEqual([]);
  });

  it('shows the public account so that it can be pasted into a shell', async () => {
    expect((await started()).lines[1]).toBe('  app_id=EUCP-EMY-SMS0-SIMUL secret_key=0123456789ABCDEF');
  });

  it("shows nobody else's key", async () => {
    const { lines } = await started('--secret-key', 'TOP-SECRET');
    expect(lines.join('\n')).not.toMatch(/secret_key|TOP-SECRET/);
  });

  it('names no page without control', async () => {
    expect((await started('--no-control')).lines[0]).not.toContain('page');
  });

  it.each([
    ['0.0.0.0', [], 1],
    ['0.0.0.0', ['--no-control'], 0],
    ['127.0.0.2', [], 0],
    ['localhost', [], 0],
  ])('on %s %j warns of other machines %d times', async (host, args, times) => {
    const { errors } = await started('--host', host, ...args);
    expect(errors).toHaveLength(times);
    for (const error of errors) expect(error).toContain('add --no-control');
  });

  it('injects the faults it was given', async () => {
    const { terminal, code, url } = await running('--fault', 'code,code=ODD,times=2', '--fault', 'hang,skip=5');
    expect(terminal.text).toContain('fault 1 waits: code,code=ODD,times=2\nfault 2 waits: hang,skip=5\n');
    expect(await (await post(url)).text()).toBe('{"code":"ODD"}');
    terminal.end();
    expect(await code).toBe(0);
  });
});

it('prints a line for each request with the number masked, until it is ended', async () => {
  const { terminal, code, url } = await running();
  terminal.take();
  await post(url);
  await until(() => terminal.lines.length === 1);
  expect(terminal.take()).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} {2}sendSingleIMS {2}ERROR_APPID {2}006142\*{4}000, 0 accepted\n$/,
  );
  await fetch(`${url}/%1b`, { method: 'POST' });
  await until(() => terminal.lines.length === 1);
  expect(terminal.take()).toContain('POST "/%1b"  HTTP 404');
  terminal.pass(10_000 + TICK_MS);
  expect(terminal.text).toContain('requests 2 (0/s)');
  terminal.end();
  expect(await code).toBe(0);
});

it('prints JSON lines for --json', async () => {
  const { terminal, code, url } = await running('--json');
  expect(JSON.parse(terminal.take())).toEqual({ listening: url, appIds: ['EUCP-EMY-SMS0-SIMUL'], page: `${url}/` });
  await post(url);
  await until(() => terminal.lines.length === 1);
  expect(JSON.parse(terminal.text)).toMatchObject({
    code: 'ERROR_APPID',
    firstMobile: '006142****000',
    finished: true,
  });
  expect(terminal.take()).not.toContain('0061422118000');
  terminal.pass(10_000);
  expect(JSON.parse(terminal.text)).toMatchObject({ counters: { requests: 1 } });
  terminal.end();
  expect(await code).toBe(0);
});

it('prints no requests for --quiet', async () => {
  const { terminal, code, url } = await running('--quiet');
  terminal.take();
  await post(url);
  terminal.pass(10_000);
  terminal.end();
  expect(await code).toBe(0);
  expect(terminal.text).toBe('');
});

it('exits with 1 when the port is taken, and says which to write', async () => {
  const first = await running();
  const { port } = new URL(first.url);
  const second = run('--port', port);
  expect(await second.code).toBe(1);
  expect(second.terminal.errors[0]).toContain(
    `port ${port} is taken; write another one, such as --port ${Number(port) + 1}`,
  );
  first.terminal.end();
  expect(await first.code).toBe(0);
});

describe('as a process', () => {
  let folder: string;
  let command: string;
  const children: ChildProcess[] = [];

  beforeAll(() => {
    // A build of its own, so that the test neither needs nor disturbs dist.
    folder = mkdtempSync(join(tmpdir(), 'emay-ims-simulator-cli-'));
    const typescript = createRequire(import.meta.url).resolve('typescript/bin/tsc');
    const project = fileURLToPath(new URL('..', import.meta.url));
    const build = ['-p', project, '--outDir', join(folder, 'dist'), '--tsBuildInfoFile', join(folder, 'build')];
    const { status, stdout } = spawnSync(process.execPath, [typescript, ...build], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    copyFileSync(join(project, 'package.json'), join(folder, 'package.json'));
    command = join(folder, 'dist/cli.js');
  }, 60_000);
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function start(...args: string[]) {
    const child = spawn(process.execPath, [command, '--port', '0', '--json', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const exit = new Promise((resolve) => child.once('exit', (...result) => resolve(result)));
    const first = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))));
    child.stdout.pause();
    return { child, exit, url: parsed<{ listening: string }>(first.split('\n', 1)[0]!).listening };
  }

  /** More lines than a pipe holds. */
  async function flood(url: string): Promise<number> {
    const path = `${url}/${'x'.repeat(1000)}`;
    for (let round = 0; round < 150; round++) {
      await Promise.all(Array.from({ length: 10 }, () => fetch(path, { method: 'POST' })));
    }
    return 1500;
  }

  it.each(['SIGINT', 'SIGTERM'] as const)('serves, and ends cleanly on %s while a call hangs', async (signal) => {
    const { child, exit, url } = await start('--fault', 'hang,skip=1');
    expect(await (await post(url, '{}')).text()).toBe('{"code":"ERROR_APPID"}');
    const hanging = post(url, '{}').catch(() => 'cut off');
    await until(() => child.stdout.readableLength > 0);
    child.kill(signal);
    expect(await exit).toEqual([0, null]);
    expect(await hanging).toBe('cut off');
  });

  it('exits with 2 for a wrong flag', () => {
    const { status, stderr } = spawnSync(process.execPath, [command, '--nope'], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toContain("Unknown option '--nope'");
  });

  it('knows its version', () => {
    const { status, stdout } = spawnSync(process.execPath, [command, '--version'], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it('ends quietly when its reader goes, as behind | head', async () => {
    const { child, exit, url } = await start();
    child.stdout.destroy();
    await post(url).catch(() => {});
    await post(url).catch(() => {});
    expect(await exit).toEqual([0, null]);
  });

  it('serves on while nobody reads, then says how much was left out', async () => {
    const began = performance.now();
    const { child, exit, url } = await start();
    let requests = await flood(url);
    const lines: string[] = [];
    createInterface(child.stdout).on('line', (line) => lines.push(line));
    await until(() => lines.some((line) => line.includes('skippedLines')));
    await post(url);
    requests++;
    await until(() => lines.some((line) => line.includes('ERROR_APPID')));
    const skipped = lines.map((line) => parsed<{ skippedLines?: number }>(line).skippedLines ?? 0);
    const told = skipped.filter((count) => count > 0);
    const sum = told.reduce((total, count) => total + count, 0);
    expect(sum).toBeGreaterThan(0);
    const shown = lines.filter((line) => line.includes('"requestId"')).length;
    // The counters, which come every ten seconds, may have been left out as well.
    const counters = Math.floor((performance.now() - began) / COUNTERS_EVERY_MS);
    expect(shown + sum).toBeGreaterThanOrEqual(requests);
    expect(shown + sum).toBeLessThanOrEqual(requests + counters);
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });

  it('ends within seconds though nobody reads what it has still to say', async () => {
    const { child, exit, url } = await start();
    await flood(url);
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });
});
