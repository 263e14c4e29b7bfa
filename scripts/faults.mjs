/**
 * Kills real processes at random and holds what callers were told, what the database has and what the gateway got
 * against each other:
 *
 *   node scripts/faults.mjs --db postgres --mode kill --rounds 30 --seed 1
 *
 * Needs `npm run build`, `tsc --build test/faults`, and the database server. Ends with one line of JSON, and with exit code 1 where anything is
 * wrong; then the database and the logs are kept.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { MODES, runFaults } from '../test/faults/dist/run.js';
import { installPackedWorker } from '../test/hosts/packed-worker.mjs';

const TRANSPORTS = ['plain', 'secure'];
const SOURCES = ['pull', 'push', 'both'];
const KINDS = ['sqlite', 'postgres', 'mariadb', 'mysql'];
const { values } = parseArgs({
  options: {
    db: { type: 'string', default: 'sqlite' },
    mode: { type: 'string', default: 'kill' },
    rounds: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    workers: { type: 'string' },
    transport: { type: 'string', default: 'plain' },
    reports: { type: 'string', default: 'pull' },
    packed: { type: 'boolean', default: false },
    'real-time': { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    quiet: { type: 'boolean', default: false },
  },
});
const wholeNumber = (name, text) => {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--${name} is "${text}"; write a whole number.`);
};

// By way of `exit`, so that what this run started ends with it.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

try {
  if (!KINDS.includes(values.db)) throw new Error(`--db is one of ${KINDS.join(', ')}`);
  if (!MODES.includes(values.mode)) throw new Error(`--mode is one of ${MODES.join(', ')}`);
  if (!TRANSPORTS.includes(values.transport)) throw new Error(`--transport is one of ${TRANSPORTS.join(', ')}`);
  if (!SOURCES.includes(values.reports)) throw new Error(`--reports is one of ${SOURCES.join(', ')}`);
  const seed = wholeNumber('seed', values.seed);
  console.log(
    `${values.mode}${values.packed ? ' of the packed package' : ''} on ${values.db}, transport ${values.transport}, reports ${values.reports}, ${values.rounds} rounds, seed ${seed}`,
  );
  const verdict = await runFaults({
    kind: values.db,
    mode: values.mode,
    rounds: wholeNumber('rounds', values.rounds),
    seed,
    transport: values.transport,
    reports: values.reports,
    workers: values.workers === undefined ? undefined : wholeNumber('workers', values.workers),
    installWorker: values.packed ? installPackedWorker : undefined,
    realTime: values['real-time'],
    keep: values.keep,
    progress: values.quiet ? undefined : (line) => console.log(`  ${line}`),
  });
  for (const [what, numbers] of Object.entries(verdict.numbers)) console.log(`${what}: ${JSON.stringify(numbers)}`);
  for (const note of verdict.notes) console.log(`note: ${note}`);
  for (const violation of verdict.violations) console.log(`VIOLATION ${violation}`);
  if (verdict.folder) console.log(`Kept: ${verdict.folder} and ${verdict.database}`);
  console.log(verdict.violations.length === 0 ? 'Sound.' : 'NOT SOUND.');
  console.log(JSON.stringify({ ...verdict, packed: values.packed }));
  process.exitCode = verdict.violations.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
