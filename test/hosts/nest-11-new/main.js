/** What `nest new` of Nest 11 makes, with nothing configured for this package: its test by jest, then the application. */
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const { createServer } = require('node:net');
const { createInterface } = require('node:readline');
const { setTimeout: pause } = require('node:timers/promises');
const { startSimulator } = require('emay-ims-simulator');

async function freePort() {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function started(application) {
  for await (const line of createInterface({ input: application.stdout })) {
    if (line.includes('successfully started')) return application.stdout.resume();
  }
  throw new Error('The application ended');
}

/** The console of this machine: its page, a file of it, and a message with its evidence. */
async function visitConsole(url) {
  const page = await (await fetch(`${url}/messages/login-1`)).text();
  const [, script] = /src="([^"]+\.js)"/.exec(page) ?? [];
  const { status } = await fetch(new URL(script, `${url}/messages/login-1`));
  const { message, verdict } = await (await fetch(`${url}/api/v1/messages/login-1`)).json();
  if (status !== 200 || message?.state !== 'DELIVERED' || verdict?.id !== 'delivered') {
    throw new Error(`The console: ${script} ${status}, ${JSON.stringify({ message, verdict })}`);
  }
}

async function main() {
  const { status, stderr } = spawnSync(process.execPath, [require.resolve('jest/bin/jest'), '--ci'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);

  const simulator = await startSimulator();
  const port = await freePort();
  const env = { ...process.env, EMAY_BASE_URL: simulator.url, PORT: String(port), NO_COLOR: '1' };
  const application = spawn(process.execPath, ['dist/main'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => application.kill('SIGKILL'));
  await started(application);
  simulator.changeAccount({ push: { url: `http://127.0.0.1:${port}/emay/reports`, everyMs: 50 } });
  const messages = `http://127.0.0.1:${port}/messages`;
  const body = new URLSearchParams({ mobile: '+61422118000', content: 'Hello', customImsId: 'login-1' });
  const answer = await fetch(messages, { method: 'POST', body });
  if (!answer.ok) throw new Error(`POST /messages: ${answer.status} ${await answer.text()}`);
  const giveUpAt = Date.now() + 20_000;
  while ((await (await fetch(`${messages}/login-1`)).json()).state !== 'DELIVERED') {
    if (Date.now() > giveUpAt) throw new Error('Not delivered');
    await pause(50);
  }
  await visitConsole(`http://127.0.0.1:${port}/sms`);
  const ways = new Set(simulator.requests().map(({ transport, call }) => `${transport} ${call}`));
  if (ways.has('secure getIMSReport') || simulator.pushed().length !== 1 || !ways.has('secure sendSingleIMS')) {
    throw new Error(`Sent and reported otherwise than by the encrypted interface and a push: ${[...ways]}`);
  }
  application.kill('SIGTERM');
  const [code, signal] = await once(application, 'exit');
  await simulator.stop();
  if (code !== 0 && signal !== 'SIGTERM') throw new Error(`The application ended with ${code}`);
  console.log(JSON.stringify({ node: process.version, state: 'DELIVERED' }));
}

void main();
