import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun, npm } from './command.mjs';

const HOSTS_FOLDER = dirname(fileURLToPath(import.meta.url));
const PLACEHOLDER = 'TARBALL';

/**
 * Hosts by what they depend on. Those that depend on the same share one install, in a folder above theirs.
 *
 * @returns lists of `{ name, manifest }`
 */
export async function groupByDependencies(names) {
  const groups = new Map();
  for (const name of names) {
    const manifest = JSON.parse(await readFile(join(HOSTS_FOLDER, name, 'package.json'), 'utf8'));
    const key = JSON.stringify([manifest.dependencies, manifest.devDependencies]);
    groups.set(key, [...(groups.get(key) ?? []), { name, manifest }]);
  }
  return [...groups.values()];
}

/**
 * Installs what a group of hosts depends on.
 *
 * - Peers must fit: npm refuses to install otherwise.
 * - There must be one copy of each: two of Nest or TypeORM are two sets of injection tokens, entities, metadata.
 *
 * @returns the installed version of each package
 */
export async function installGroup([{ manifest }], tarballs, folder) {
  await mkdir(folder, { recursive: true });
  const dependencies = { ...manifest.dependencies };
  for (const { manifest: library, path } of tarballs) {
    if (dependencies[library.name] === PLACEHOLDER) dependencies[library.name] = `file:${path}`;
  }
  const project = { name: 'host', private: true, dependencies, devDependencies: manifest.devDependencies };
  await writeFile(join(folder, 'package.json'), JSON.stringify(project, null, 2));
  await npm(['install', '--prefer-offline', '--strict-peer-deps'], { cwd: folder });
  await npm(['ls', '--all'], { cwd: folder });

  const { packages } = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'));
  const runtime = Object.keys(packages).filter((place) => !packages[place].dev);
  const places = (name) => runtime.filter((place) => place.endsWith(`node_modules/${name}`));
  const peers = new Set(tarballs.flatMap(({ manifest: library }) => Object.keys(library.peerDependencies)));
  const twice = [...peers].filter((peer) => places(peer).length > 1);
  if (twice.length > 0) throw new Error(`Installed more than once: ${twice.flatMap(places).join(', ')}`);
  return (name) => packages[`node_modules/${name}`]?.version;
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
