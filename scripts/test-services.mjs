/**
 * Runs the suites that talk to real servers: PostgreSQL and MariaDB. A server that is missing is a failure in CI; on a
 * laptop its suites are skipped, and it is said so.
 */
import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';

const SERVERS = {
  postgres: process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres',
  mariadb: process.env.TEST_MARIADB_URL ?? 'mysql://root@127.0.0.1:3306/test',
};
const SUITES = [
  'test/databases',
  'test/e2e',
  'test/module',
  'test/observability',
  'test/faults',
  'test/failpoints/durable-events',
  'test/cli/doctor',
  'test/docs/run-transactions',
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

const { status } = spawnSync('npm', ['test', '--', ...SUITES, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, TEST_DATABASES: reachable.join(',') },
});
process.exit(status ?? 1);
