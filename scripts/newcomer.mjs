/**
 * Walks the quick start of the package's README in an empty folder, as somebody would who meets it for the first time,
 * and times each step: `nest new`, installing the packed libraries, the README's own files, start, send, DELIVERED.
 *
 *   npm run build && node scripts/newcomer.mjs [--nest 11]
 *
 * Needs the npm registry. Not a part of CI: `nest new` asks for ranges, so what it installs changes by itself.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { npm } from '../test/hosts/command.mjs';
import { packLibraries } from '../test/hosts/tarballs.mjs';

const README = 'libs/emay-ims/README.md';
const PEERS = ['typeorm', 'axios', 'class-validator', 'class-transformer'];
const GIVE_UP_MS = 30_000;
const { nest } = parseArgs({ options: { nest: { type: 'string', default: '12' } } }).values;

const startedAt = performance.now();
const seconds = (since) => `${((performance.now() - since) / 1_000).toFixed(1)} s`;

async function step(what, work) {
  const since = performance.now();
  const result = await work();
  console.log(`${seconds(since).padStart(8)}  ${what}`);
  return result;
}

/** The README's blocks that begin with the path of their file. */
async function filesOf(readme) {
  const blocks = (await readFile(readme, 'utf8')).matchAll(/^```ts\n\/\/ (src\/\S+)\n([^]*?)^```$/gm);
  return [...blocks].map(([, path, text]) => ({ path, text }));
}

async function lineOf(child, pattern) {
  for await (const line of createInterface({ input: child.stdout })) {
    const found = pattern.exec(line);
    if (found) return found[0];
  }
  throw new Error(`The process ended before it printed ${pattern}`);
}

async function untilDelivered(url) {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  for (;;) {
    const { state } = await (await fetch(url)).json();
    if (state === 'DELIVERED') return state;
    if (performance.now() > giveUpAt) throw new Error(`The message is still ${state}`);
    await pause(200);
  }
}

const root = await mkdtemp(join(tmpdir(), 'emay-ims-newcomer-'));
const shop = join(root, 'shop');
const children = [];
const start = (file, args, env) => {
  const child = spawn(process.execPath, [file, ...args], { cwd: shop, env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
};
try {
  const packed = await packLibraries(root);
  const [library, simulator] = ['nestjs-emay-ims', 'emay-ims-simulator'].map((wanted) =>
    packed.find(({ manifest }) => manifest.name === wanted),
  );
  console.log(`Node ${process.version}`);
  await step('nest new shop', () =>
    npm(
      [
        'exec',
        '--yes',
        `--package=@nestjs/cli@${nest}`,
        '--',
        'nest',
        'new',
        'shop',
        '--skip-install',
        '--skip-git',
      ].concat(['--package-manager', 'npm'], nest === '11' ? [] : ['--no-observe']),
      { cwd: root },
    ),
  );
  await step('npm install', () => npm(['install', '--prefer-offline'], { cwd: shop }));
  await step(`npm install nestjs-emay-ims ${PEERS.join(' ')}`, () =>
    npm(['install', '--prefer-offline', library.path, ...PEERS], { cwd: shop }),
  );
  await step('npm install --save-dev emay-ims-simulator', () =>
    npm(['install', '--prefer-offline', '--save-dev', simulator.path], { cwd: shop }),
  );
  for (const { path, text } of await filesOf(README)) {
    await step(`write ${path}`, async () => {
      await mkdir(dirname(join(shop, path)), { recursive: true });
      await writeFile(join(shop, path), text);
    });
  }
  const baseUrl = await step('npx emay-ims-simulator', () =>
    lineOf(start('node_modules/emay-ims-simulator/dist/cli.js', ['--port', '0']), /http:\/\/127\.0\.0\.1:\d+/),
  );
  await step('npm run build', () => npm(['run', 'build'], { cwd: shop }));
  const env = {
    ...process.env,
    EMAY_BASE_URL: baseUrl,
    EMAY_APP_ID: 'EUCP-EMY-SMS0-SIMUL',
    EMAY_SECRET_KEY: '0123456789ABCDEF',
    PORT: '3217',
    NO_COLOR: '1',
  };
  await step('npm run start:prod', () => lineOf(start('dist/main.js', [], env), /successfully started/));
  const codes = 'http://127.0.0.1:3217/codes';
  const { customImsId, state } = await step('POST /codes', async () => {
    const answer = await fetch(codes, { method: 'POST', body: new URLSearchParams({ mobile: '+61422118000' }) });
    if (!answer.ok) throw new Error(`POST /codes: ${answer.status} ${await answer.text()}`);
    return answer.json();
  });
  console.log(`          {"customImsId":"${customImsId}","state":"${state}"}`);
  await step('GET /codes/… until it is DELIVERED', () => untilDelivered(`${codes}/${customImsId}`));
  console.log(`${seconds(startedAt).padStart(8)}  in all`);
} finally {
  for (const child of children.filter(({ exitCode }) => exitCode === null)) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await rm(root, { recursive: true, force: true });
}
