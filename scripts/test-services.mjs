/**
 * Runs the specs that work on each database with real servers, PostgreSQL, MariaDB and MySQL, or those of them that are named
 * (`npm run test:services -- test/databases`). A server that is missing is a failure in CI, but for MySQL, which may not be had there; on a
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
/** Ask for each database too, and take minutes for what the fault runs and `test:nothing-burnt` show with servers, or no database decides. */
const LEFT_OUT = [
  'test/cli/operator',
  'test/cli/send-batch',
  'test/failpoints/failpoints',
  'test/faults/faults',
  'test/push/killed',
  'test/push/memory',
  'test/push/strangers',
  'test/sending/nothing-burnt',
];
/** In CI, MySQL is asked every statement; what they are used for, MariaDB shows. */
const ON_MYSQL_IN_CI = [
  ...['connections', 'doubt-plans', 'durable-events', 'figure-plans', 'figures', 'message-events', 'message-store'],
  ...['query-plans', 'report-ingestion', 'report-matching', 'retention', 'scheduled', 'start-checks', 'years'],
].map((name) => `test/databases/${name}.spec.ts`);
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
const missing = [];
for (const [name, address] of Object.entries(SERVERS)) {
  if (await isReachable(address)) reachable.push(name);
  else missing.push(name);
}
const mayBeMissing = (name) => !isCi || (name === 'mysql' && process.env.TEST_MYSQL_URL === undefined);
for (const name of missing) {
  console.log(`${mayBeMissing(name) ? 'SKIPPED' : 'MISSING'}: ${name} does not answer; its suites did not run.`);
}
if (!missing.every(mayBeMissing)) process.exit(1);

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
const areNamed = wanted.some((argument) => argument.startsWith('test/'));
const specs = areNamed ? [] : await specsOfDatabases();
// More than cores, as much of the time is waiting; each worker holds some of the servers' connections.
const maxWorkers = Math.min(8, availableParallelism() * 2);

function run(databases, specsThere) {
  if (databases.length === 0) return true;
  const { status } = spawnSync('npm', ['test', '--', `--maxWorkers=${maxWorkers}`, ...specsThere, ...wanted], {
    stdio: 'inherit',
    env: { ...process.env, TEST_DATABASES: databases.join(',') },
  });
  return status === 0;
}

const apart = isCi && !areNamed ? reachable.filter((name) => name === 'mysql') : [];
const others = reachable.filter((name) => !apart.includes(name));
const passed = [run(others, specs), run(apart, ON_MYSQL_IN_CI)];
process.exit(passed.every(Boolean) ? 0 : 1);
