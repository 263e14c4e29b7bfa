/**
 * Runs the specs that work on each database with real servers, PostgreSQL and MariaDB, or those of them that are named
 * (`npm run test:services -- test/databases`). A server that is missing is a failure in CI; on a
 * laptop its suites are skipped, and it is said so.
 */
import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const SERVERS = {
  postgres: process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres',
  mariadb: process.env.TEST_MARIADB_URL ?? 'mysql://root@127.0.0.1:3306/test',
  mysql: process.env.TEST_MYSQL_URL ?? 'mysql://root@127.0.0.1:3308/mysql',
};
/** Ask for each database too, and take minutes for what the fault runs and `test:nothing-burnt` show with servers. */
const LEFT_OUT = [
  'test/cli/operator',
  'test/cli/send-batch',
  'test/failpoints/failpoints',
  'test/sending/nothing-burnt',
];
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

const reachable = [];
for (const [name, address] of Object.entries(SERVERS)) {
  if (await isReachable(address)) reachable.push(name);
  else console.log(`${isCi ? 'MISSING' : 'SKIPPED'}: ${name} does not answer; its suites did not run.`);
}
if (isCi && reachable.length < Object.keys(SERVERS).length) process.exit(1);
if (reachable.length === 0) process.exit(0);

/** The specs that ask which databases they run on; all others have passed with `npm test`. */
async function specsOfDatabases() {
  const specs = [];
  for (const path of await readdir('test', { recursive: true })) {
    const spec = join('test', path);
    if (!spec.endsWith('.spec.ts') || LEFT_OUT.some((name) => spec.startsWith(name))) continue;
    if (/(databases|servers)UnderTest\(/.test(await readFile(spec, 'utf8'))) specs.push(spec);
  }
  return specs;
}

const wanted = process.argv.slice(2);
const specs = wanted.some((argument) => argument.startsWith('test/')) ? [] : await specsOfDatabases();
// Much of the time is waiting for the servers' disks; each worker holds some of their connections.
const maxWorkers = Math.min(8, availableParallelism() * 3);
const { status } = spawnSync('npm', ['test', '--', `--maxWorkers=${maxWorkers}`, ...specs, ...wanted], {
  stdio: 'inherit',
  env: { ...process.env, TEST_DATABASES: reachable.join(',') },
});
process.exit(status ?? 1);
