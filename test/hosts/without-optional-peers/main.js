/**
 * A host that installed nothing optional: the main entry loads, by `import` and by `require`; a subpath loads too, or
 * fails with Node's own "not found", which names the package to install.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const NAME = 'nestjs-emay-ims';
const { exports, peerDependenciesMeta } = require(`${NAME}/package.json`);
const optional = Object.keys(peerDependenciesMeta).filter((peer) => peerDependenciesMeta[peer].optional);

async function packageMissingFor(load) {
  try {
    await load();
    return null;
  } catch (error) {
    const missing = /Cannot find (?:package|module) '((?:@[^/']+\/)?[^/']+)/.exec(error.message)?.[1];
    if (['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(error.code) && optional.includes(missing)) return missing;
    throw error;
  }
}

const needs = {};
for (const subpath of Object.keys(exports).filter((key) => key !== './package.json')) {
  const specifier = NAME + subpath.slice(1);
  const missing = await packageMissingFor(() => import(specifier));
  const missingForRequire = await packageMissingFor(() => require(specifier));
  if (missing !== missingForRequire)
    throw new Error(`${specifier}: import misses ${missing}, require ${missingForRequire}`);
  if (subpath === '.' && missing) throw new Error(`The main entry does not load without ${missing}`);
  needs[subpath] = missing;
}
console.log(JSON.stringify({ node: process.version, state: 'loaded', needs }));
