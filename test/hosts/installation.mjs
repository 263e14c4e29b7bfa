import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun, npm } from './command.mjs';
import { PACKAGE_MANAGERS } from './package-managers.mjs';

const HOSTS_FOLDER = dirname(fileURLToPath(import.meta.url));
const PLACEHOLDER = 'TARBALL';

/**
 * Runs by what their hosts depend on and what installs it. Those with the same share one install, in a folder above theirs.
 *
 * @returns lists of `{ name, manager, manifest }`
 */
export async function groupByDependencies(runs) {
  const groups = new Map();
  for (const { name, manager } of runs) {
    const manifest = JSON.parse(await readFile(join(HOSTS_FOLDER, name, 'package.json'), 'utf8'));
    const key = JSON.stringify([manager, manifest.dependencies, manifest.devDependencies]);
    const group = groups.get(key) ?? groups.set(key, []).get(key);
    if (!group.some((host) => host.name === name)) group.push({ name, manager, manifest });
  }
  return [...groups.values()];
}

/**
 * Installs what a group of hosts depends on. There must be one copy of each peer: two of Nest or TypeORM are two sets of
 * injection tokens, entities, metadata.
 *
 * @returns the installed version of each package
 */
export async function installGroup([{ manager, manifest }], tarballs, folder) {
  await mkdir(folder, { recursive: true });
  const dependencies = { ...manifest.dependencies };
  for (const { manifest: library, path } of tarballs) {
    if (dependencies[library.name] === PLACEHOLDER) dependencies[library.name] = `file:${path}`;
  }
  const project = { name: 'host', private: true, dependencies, devDependencies: manifest.devDependencies };
  await writeFile(join(folder, 'package.json'), JSON.stringify(project, null, 2));
  await PACKAGE_MANAGERS[manager](folder);
  if (manager === 'npm') await assertOneCopy(tarballs, folder);

  const installed = { ...dependencies, ...manifest.devDependencies };
  const versions = new Map();
  for (const name of Object.keys(installed)) versions.set(name, await versionOf(name, folder));
  return (name) => versions.get(name);
}

async function versionOf(name, folder) {
  const manifest = await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8');
  return JSON.parse(manifest).version;
}

async function assertOneCopy(tarballs, folder) {
  const { packages } = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'));
  const runtime = Object.keys(packages).filter((place) => !packages[place].dev);
  const places = (name) => runtime.filter((place) => place.endsWith(`node_modules/${name}`));
  const peers = new Set(tarballs.flatMap(({ manifest: library }) => Object.keys(library.peerDependencies)));
  const twice = [...peers].filter((peer) => places(peer).length > 1);
  if (twice.length > 0) throw new Error(`Installed more than once: ${twice.flatMap(places).join(', ')}`);
}

/**
 * Puts a host below its install and compiles it with its own tools: by its `build` script, or by each of its tsconfig files.
 *
 * @returns its folder and the file to run
 */
export async function prepareHost({ name, manifest }, folder) {
  const host = join(folder, name);
  await cp(join(HOSTS_FOLDER, name), host, { recursive: true });
  // Tools such as webpack look for it here and not further up.
  await symlink(join(folder, 'node_modules'), join(host, 'node_modules'), 'junction');
  const configurations = (await readdir(host)).filter((file) => /^tsconfig.*\.json$/.test(file));
  const compiler = join(folder, 'node_modules', 'typescript', 'bin', 'tsc');
  if (manifest.scripts?.build) await npm(['run', 'build'], { cwd: host });
  else for (const file of configurations) await mustRun(process.execPath, [compiler, '--project', file], { cwd: host });
  return { folder: host, main: manifest.main };
}
