/**
 * A host that installed nothing optional: the main entry loads, by `import` and by `require`; a subpath loads too, or
 * fails with Node's own "not found", which names the package to install.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const NAME = 'nestjs-emay-ims';
const { exports, peerDependenciesMeta } = createRequire(import.meta.url)(`${NAME}/package.json`);
const optional = Object.keys(peerDependenciesMeta).filter((peer) => peerDependenciesMeta[peer].optional);

/** In a process of its own: Node remembers what it could not load. */
function packageMissingFor(type, program) {
  const node = [`--input-type=${type}`, '--eval', program];
  const { status, stderr } = spawnSync(process.execPath, node, { cwd: import.meta.dirname, encoding: 'utf8' });
  if (status === 0) return null;
  const missing = /Cannot find (?:package|module) '((?:@[^/']+\/)?[^/']+)/.exec(stderr)?.[1];
  if (/code: '(?:ERR_)?MODULE_NOT_FOUND'/.test(stderr) && optional.includes(missing)) return missing;
  throw new Error(stderr);
}

const needs = {};
for (const subpath of Object.keys(exports).filter((key) => key !== './package.json')) {
  const specifier = NAME + subpath.slice(1);
  const missing = packageMissingFor('module', `await import('${specifier}')`);
  const missingForRequire = packageMissingFor('commonjs', `require('${specifier}')`);
  if (missing !== missingForRequire)
    throw new Error(`${specifier}: import misses ${missing}, require ${missingForRequire}`);
  if (subpath === '.' && missing) throw new Error(`The main entry does not load without ${missing}`);
  needs[subpath] = missing;
}
console.log(JSON.stringify({ node: process.version, state: 'loaded', needs }));
