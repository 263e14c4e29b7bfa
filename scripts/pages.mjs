/**
 * Reads pages of delivery reports in any charset, packed in any way, cut anywhere, and pages as no gateway makes them; says what the
 * worst of them do to memory and to the event loop:
 *
 *   node scripts/pages.mjs --count 20000 --seed 1 --bytes 4194304
 *
 * `--bytes` is the length of those pages, and `http.maxResponseBytes`. What counts is the time that the thread had a core, so that a
 * busy machine does not change the verdict, and the memory in use. On SQLite, or on the databases that TEST_DATABASES names. A seed repeats its pages.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    bytes: { type: 'string', default: String(4 * 1024 * 1024) },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
  },
});
for (const [name, text] of Object.entries(values)) {
  if (!/^\d{1,9}$/.test(text)) {
    console.error(`--${name} is "${text}"; write a whole number.`);
    process.exit(2);
  }
}
console.log(`${values.count} pages, seed ${values.seed}`);
const jest = [
  '--experimental-vm-modules',
  '--expose-gc',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
];
// In this one process, so that what is measured is measured where it happens.
const { status } = spawnSync(
  process.execPath,
  [...jest, 'test/reports/pages', '--runInBand', '--testTimeout=7200000'],
  {
    stdio: 'inherit',
    env: { ...process.env, PAGES: values.count, PAGES_SEED: values.seed, PAGE_BYTES: values.bytes },
  },
);
process.exit(status ?? 1);
