/**
 * Installs both libraries, packed, into applications outside this repository, and has each of them send a message until
 * it is delivered:
 *
 *   node scripts/hosts.mjs                      # the small matrix: what CI runs
 *   node scripts/hosts.mjs --only nest-11-commonjs --node 22
 *   node scripts/hosts.mjs --only nest-11-new --manager 'yarn 4'
 *   node scripts/hosts.mjs --all                # every host on every Node, by every package manager it names
 *   node scripts/hosts.mjs --list
 *
 * Needs `npm run build` and, alone of all scripts, the npm registry. A server or a Node that is not there is "skipped"
 * or "not run" on a laptop, and a failure in CI.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isReachable } from '../test/hosts/databases.mjs';
import { groupByDependencies, installGroup, prepareHost } from '../test/hosts/installation.mjs';
import { selectRuns } from '../test/hosts/matrix.mjs';
import { nodeBinary } from '../test/hosts/node-binaries.mjs';
import { isRedisReachable } from '../test/hosts/redis.mjs';
import { runHost } from '../test/hosts/run-host.mjs';
import { formatTable } from '../test/hosts/table.mjs';
import { packedLibraries } from '../test/hosts/tarballs.mjs';

/** Installing waits for the network and the disk as much as for a core. */
const INSTALLS_AT_A_TIME = 2;
const isCi = process.env.CI === 'true';
const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    node: { type: 'string' },
    manager: { type: 'string' },
    all: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});

/** Each is asked for once; what is not there is told by each run that wants it. */
function remembered(find) {
  const found = new Map();
  return (key) => found.get(key) ?? found.set(key, find(key)).get(key);
}
const binaryOf = remembered((version) => nodeBinary(version).catch(asFailure));
const hasServer = remembered((kind) => (kind === 'redis' ? isRedisReachable() : isReachable(kind)));

const asFailure = (error) => ({ failure: error.message });

async function outcomeOf(run, install) {
  if (install.failure) return { result: 'FAILED', failure: install.failure };
  for (const server of [run.database, run.redis && 'redis']) {
    if (!['postgres', 'mariadb', 'redis'].includes(server) || (await hasServer(server))) continue;
    return { result: isCi ? 'FAILED' : 'skipped', failure: `${server} does not answer` };
  }
  const binary = await binaryOf(run.node);
  if (binary.failure) return { result: isCi ? 'FAILED' : 'not run', ...binary };
  try {
    const { state } = await runHost(install, { ...run, binary });
    return { result: state };
  } catch (error) {
    return { result: 'FAILED', ...asFailure(error) };
  }
}

async function runGroup(group, runs, tarballs, folder) {
  const rows = [];
  const versions = await installGroup(group, tarballs, folder).catch(asFailure);
  for (const host of group) {
    const install = versions.failure ? versions : await prepareHost(host, folder).catch(asFailure);
    for (const run of runs.filter(({ name, manager }) => name === host.name && manager === host.manager)) {
      const startedAt = performance.now();
      const outcome = await outcomeOf(run, install);
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
      rows.push({ ...run, ...outcome, seconds, versions: versions.failure ? () => undefined : versions });
      console.log(
        `${outcome.result}: ${[run.name, `Node ${run.node}`, run.database, run.manager].filter(Boolean).join(', ')}`,
      );
      if (outcome.failure) console.log(outcome.failure.replaceAll(/^/gm, '  '));
    }
  }
  return rows;
}

const isOf = (run) => (row) => ['name', 'manager', 'node', 'database'].every((key) => row[key] === run[key]);

async function runAll(runs, root) {
  const tarballs = await packedLibraries(root);
  const groups = await groupByDependencies(runs);
  const rows = [];
  const waiting = groups.entries();
  const worker = async () => {
    for (const [index, group] of waiting) {
      rows.push(...(await runGroup(group, runs, tarballs, join(root, `install-${index + 1}`))));
    }
  };
  await Promise.all(Array.from({ length: INSTALLS_AT_A_TIME }, worker));
  return runs.map((run) => rows.find(isOf(run)));
}

try {
  const runs = selectRuns(values);
  if (values.list) {
    for (const { name, modules, node, database, manager } of runs)
      console.log([name, modules, `Node ${node}`, database ?? '', manager].join('  '));
    process.exit(0);
  }
  const startedAt = performance.now();
  const root = await mkdtemp(join(tmpdir(), 'emay-ims-hosts-'));
  try {
    const rows = await runAll(runs, root);
    console.log(`\n${formatTable(rows)}`);
    const failed = rows.filter(({ result }) => result === 'FAILED').length;
    console.log(`\n${rows.length} runs, ${failed} failed, ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);
    process.exitCode = failed === 0 ? 0 : 1;
  } finally {
    if (values.keep) console.log(`Kept: ${root}`);
    else await rm(root, { recursive: true, force: true });
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
