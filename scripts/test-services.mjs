/**
 * Runs the specs that work on each database with real servers, PostgreSQL and MariaDB, or those of them that are named
 * (`npm run test:services -- test/databases`). A server that is missing is a failure in CI; on a
 * laptop its suites are skipped, and it is said so.
 *
 *   npm run test:services -- --everything   all specs in one run, those of databases on SQLite as well; lengthy ones on it alone
 */
import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const SERVERS = {
  postgres: process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres',
  mariadb: process.env.TEST_MARIADB_URL ?? 'mysql://root@127.0.0.1:3306/test',
};
const EVERYTHING = '--everything';
const isCi = process.env.CI === 'true';

const isReachable = (address) =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(address);
    const socket = connect({ host: hostname, port: Number(port), timeout: 3_000 });
    const answer = (reachable) => () => {
      socket.destroy();
      resolve(reachable);
    };
    socket.once('connect', answer(true)).once('error', answer(false)).once('timeout', answer(false));
  });

const wanted = process.argv.slice(2).filter((argument) => argument !== EVERYTHING);
const isEverything = process.argv.includes(EVERYTHING);
const databases = isEverything ? ['sqlite'] : [];
for (const [name, address] of Object.entries(SERVERS)) {
  if (await isReachable(address)) databases.push(name);
  else {
    console.log(`${isCi ? 'MISSING' : 'SKIPPED'}: ${name} does not answer; its suites did not run.`);
    if (isCi) process.exit(1);
  }
}
if (databases.length === 0) process.exit(0);

/** The specs that ask which databases they run on, but for the lengthy ones; all others have passed with `npm test`. */
async function specsOfDatabases() {
  const specs = [];
  for (const path of await readdir('test', { recursive: true })) {
    const spec = join('test', path);
    if (spec.endsWith('.spec.ts') && (await readFile(spec, 'utf8')).includes('databasesUnderTest()')) specs.push(spec);
  }
  return specs;
}

const isNamed = isEverything || wanted.some((argument) => argument.startsWith('test/'));
const specs = isNamed ? [] : await specsOfDatabases();
// More than elsewhere: they wait for the servers' disks as well.
const maxWorkers = availableParallelism() * (isEverything ? 3 : 2);
const { status } = spawnSync('npm', ['test', '--', `--maxWorkers=${maxWorkers}`, ...specs, ...wanted], {
  stdio: 'inherit',
  env: {
    ...process.env,
    TEST_DATABASES: databases.join(','),
    ...(isEverything && { TEST_LENGTHY_ON: 'sqlite' }),
  },
});
process.exit(status ?? 1);
