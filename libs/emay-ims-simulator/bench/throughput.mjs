import { fork, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * How many batch calls of 300 numbers the simulator answers on one core, and what memory it needs: the command as its users
 * run it, in a process of its own, loaded by another process.
 */
const USAGE = `npm run bench -w emay-ims-simulator -- [options]      (after npm run build)

  --messages <number>      how many, 300 to a call (default 1000000)
  --seconds <number>       how long, instead of how many
  --pull                   fetch the due reports after each batch call
  --log                    with a log file on disk, in the folder for temporary files, deleted afterwards
  --live                   with the live output of the command, read and thrown away
  --connections <number>   kept connections, one call at a time on each (default 16)
  --history-limit, --pending-limit <number>   as the command takes them
  --json                   one line of JSON instead of text
`;
const RECIPIENTS = 300;
const WARM_UP_SECONDS = 2;
const MEBIBYTE = 1024 * 1024;
const COMMAND = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

const text = { type: 'string' };
const flag = { type: 'boolean', default: false };
const { values: flags } = parseArgs({
  options: {
    messages: { type: 'string', default: '1000000' },
    seconds: text,
    pull: flag,
    log: flag,
    live: flag,
    connections: { type: 'string', default: '16' },
    'history-limit': text,
    'pending-limit': text,
    json: flag,
    help: flag,
  },
});
if (flags.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}

const ACCOUNT = { appId: 'EUCP-EMY-SMS0-BENCH', secretKey: 'A1B2C3D4E5F60718' };
const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-c', '0', 'true']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'emay-ims-simulator-bench-'));
const logFile = join(folder, 'gateway.jsonl');

const simulator = startSimulator();
try {
  const url = await simulator.url;
  const cores = canPin
    ? 'one core, the load on the others'
    : 'not pinned to one core: there is no taskset, or one core only';
  if (!flags.json) print(`simulator: ${cores}; ${describeRun()}`);
  const result = await run(url);
  print(flags.json ? JSON.stringify(result) : table(result));
} finally {
  simulator.process.kill();
  await simulator.exited;
  rmSync(folder, { recursive: true });
}

function startSimulator() {
  const args = ['--import', new URL('measure.mjs', import.meta.url).href, COMMAND, '--port', '0'];
  args.push('--app-id', ACCOUNT.appId, '--secret-key', ACCOUNT.secretKey);
  args.push('--report-delay-ms', '0', '--reports-per-second', 'unlimited');
  for (const name of ['history-limit', 'pending-limit']) if (flags[name]) args.push(`--${name}`, flags[name]);
  if (flags.log) args.push('--log-file', logFile);
  if (!flags.live) args.push('--quiet');
  const command = canPin ? ['taskset', '-c', '0', process.execPath] : [process.execPath];
  const started = spawn(command[0], [...command.slice(1), ...args], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const exited = new Promise((resolve) => started.once('exit', resolve));
  const url = new Promise((resolve, reject) => {
    createInterface(started.stdout).on('line', (line) => resolve(/http:\/\/[\w.:]+/.exec(line)?.[0]));
    started.once('exit', () => reject(new Error('the simulator ended: see above')));
  });
  return { process: started, url, exited };
}

async function run(url) {
  const orders = {
    url,
    ...ACCOUNT,
    pull: flags.pull,
    connections: Number(flags.connections),
    warmUpSeconds: WARM_UP_SECONDS,
    messages: Number(flags.messages),
    seconds: flags.seconds && Number(flags.seconds),
  };
  const load = fork(new URL('load.mjs', import.meta.url), [JSON.stringify(orders)]);
  if (canPin) spawnSync('taskset', ['-p', '-c', `1-${availableParallelism() - 1}`, String(load.pid)]);
  const phase = () =>
    new Promise((resolve, reject) => {
      load.once('message', resolve);
      load.once('exit', (code) => reject(new Error(`the load ended with ${code}: see above`)));
    });

  const { requests: warmUpRequests } = await phase();
  const start = await cost();
  const samples = [start];
  const sampling = setInterval(async () => samples.push(await cost()), 1000);
  const { requests } = await phase();
  clearInterval(sampling);
  const end = await cost();
  samples.push(end);
  return summary(requests - warmUpRequests, samples, await counters(url));
}

/** The simulator's memory and processor time at this moment. */
function cost() {
  return new Promise((resolve) => {
    simulator.process.once('message', (message) => resolve({ at: performance.now(), ...message }));
    simulator.process.send('tell');
  });
}

async function counters(url) {
  const response = await fetch(`${url}/_simulator`);
  return (await response.json()).counters;
}

function summary(requests, samples, counted) {
  const [start, end] = [samples[0], samples.at(-1)];
  const seconds = (end.at - start.at) / 1000;
  const cpuSeconds = (end.cpu.user + end.cpu.system - start.cpu.user - start.cpu.system) / 1e6;
  const mebibytes = samples.map(({ rss }) => Math.round(rss / MEBIBYTE));
  return {
    run: describeRun(),
    pinned: canPin,
    requests,
    messages: requests * RECIPIENTS,
    seconds: round(seconds),
    requestsPerSecond: Math.round(requests / seconds),
    messagesPerSecond: Math.round((requests * RECIPIENTS) / seconds),
    requestsPerCpuSecond: Math.round(requests / cpuSeconds),
    cpu: round(cpuSeconds / seconds),
    rssMebibytes: { afterWarmUp: mebibytes[0], max: Math.max(...mebibytes), last: mebibytes.at(-1), each: mebibytes },
    ...(flags.log ? { logMebibytes: Math.round(statSync(logFile).size / MEBIBYTE) } : {}),
    counters: counted,
  };
}

function table(result) {
  const { rssMebibytes: rss } = result;
  const rows = [
    ['batch calls a second', `${result.requestsPerSecond}${flags.pull ? ', each with a report call' : ''}`],
    ['calls a second of processor', result.requestsPerCpuSecond],
    ['messages a second', result.messagesPerSecond],
    ['messages', result.messages],
    ['processor', `${Math.round(result.cpu * 100)} % of a core for ${result.seconds} s`],
    [
      'RSS, MiB',
      `${rss.afterWarmUp} after ${WARM_UP_SECONDS} s of warm-up, at most ${rss.max}, at the end ${rss.last}`,
    ],
    ['RSS each second, MiB', rss.each.join(' ')],
    ...(flags.log ? [['log, MiB', result.logMebibytes]] : []),
    ['counters, warm-up included', JSON.stringify(result.counters)],
  ];
  return rows.map(([name, value]) => `${name.padEnd(28)}${value}`).join('\n');
}

function print(lines) {
  process.stdout.write(`${lines}\n`);
}

function describeRun() {
  const parts = ['batch calls of 300'];
  if (flags.pull) parts.push('with a report call after each');
  if (flags.log) parts.push('log file on');
  if (flags.live) parts.push('live output on');
  return parts.join(', ');
}

function round(number) {
  return Math.round(number * 100) / 100;
}
