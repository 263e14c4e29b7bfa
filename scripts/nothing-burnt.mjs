/**
 * Queues messages by the thousand for a gateway that cannot be reached as it should: a wrong key, an account without balance, proxies
 * that spoil requests, somebody else at its address. None may be lost, in doubt or rejected, and all go once it is put right:
 *
 *   npm run test:nothing-burnt -- --messages 10000
 *
 * On SQLite, PostgreSQL and MariaDB, or on those that TEST_DATABASES names.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { messages: { type: 'string', default: '10000' } } });
if (!/^\d{4,6}$/.test(values.messages)) {
  console.error(`--messages is "${values.messages}"; write a whole number from 1000 to 999999.`);
  process.exit(2);
}
const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
const { status } = spawnSync(process.execPath, [...jest, 'test/sending/nothing-burnt', '--runInBand', '--verbose'], {
  stdio: 'inherit',
  env: { TEST_DATABASES: 'sqlite,postgres,mariadb', ...process.env, TEST_MESSAGES: values.messages },
});
process.exit(status ?? 1);
