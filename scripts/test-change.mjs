/**
 * Runs the suites for what has changed since the branch left `main`, committed or not, by the table `test/suites.json`:
 *
 *   npm run test:change
 *   npm run test:change -- --list            says what it would run
 *   npm run test:change -- --since HEAD~1    what has changed since then
 *   npm run test:change -- --all             also what takes minutes and more: fault runs, mutations, hosts
 *
 * Of the rows that name a changed path those with the longest name count. A path that none names wants all suites.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    since: { type: 'string', default: 'main' },
    list: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
  },
});
const rows = JSON.parse(readFileSync('test/suites.json', 'utf8'));
const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).split('\n').filter(Boolean);

const base = git('merge-base', values.since, 'HEAD')[0];
const changed = new Set([...git('diff', '--name-only', base), ...git('ls-files', '--others', '--exclude-standard')]);
const [specs, servers, also] = [new Set(), new Set(), new Set()];
let wantsEverything = false;
for (const path of changed) take(path);
if (changed.size === 0) console.log(`Nothing has changed since ${values.since}.`);

const commands = [];
if (wantsEverything) commands.push(['test']);
else if (specs.size > 0) commands.push(['test', '--', ...specs]);
// It says itself which server does not answer.
if (servers.size > 0) commands.push(['test:services', '--', ...servers]);
const lengthy = [...also].map((command) => command.split(' '));
if (values.all) commands.push(...lengthy);
else for (const command of lengthy) console.log(`Not run; --all runs it too: npm run ${command.join(' ')}`);
for (const command of commands) {
  console.log(`npm run ${command.join(' ')}`);
  if (values.list) continue;
  const { status } = spawnSync('npm', ['run', '--silent', ...command], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Adds what the change of a path wants. */
function take(path) {
  if (path.endsWith('.spec.ts')) {
    if (!existsSync(path)) return;
    specs.add(path);
    if (asksForDatabases(path)) servers.add(path);
    return;
  }
  const names = rows.flatMap((row) => row.changed).filter((name) => path === name || path.startsWith(`${name}/`));
  const name = names.toSorted((one, other) => other.length - one.length)[0];
  for (const row of rows.filter((each) => each.changed.includes(name))) {
    for (const suite of row.suites) specs.add(suite);
    for (const command of row.also ?? []) also.add(command);
    if (row.servers) for (const suite of row.suites) if (suite.startsWith('test/')) servers.add(suite);
  }
  if (name !== undefined) return;
  // What specs of one folder share.
  const folder = /^(test\/(?!support\/)[\w-]+|libs\/[\w-]+\/test)\//.exec(path)?.[1];
  if (folder) specs.add(folder);
  else if (/\.(ts|js|mjs|json)$/.test(path) && dirname(path) !== '.ci') wantsEverything = true;
}

function asksForDatabases(spec) {
  return /(databases|servers)UnderTest\(/.test(readFileSync(spec, 'utf8'));
}
