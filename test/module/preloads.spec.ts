import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess } from '../support/processes.js';
import { compiledLibrary, type CompiledLibrary } from './compiled-library.js';
import { Workbench } from './workbench.js';

const HOST = fileURLToPath(new URL('file-host.mjs', import.meta.url));
const LIBSQL = createRequire(import.meta.url).resolve('libsql');

let library: CompiledLibrary;
let bench: Workbench;
beforeAll(async () => {
  library = await compiledLibrary();
});
afterAll(() => library.remove());
beforeEach(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.close());

async function file(name: string, source: string): Promise<string> {
  const path = join(bench.folder, name);
  await writeFile(path, source);
  return path;
}

/** What a host with an SQLite file says that is started with these options of Node. */
async function said(options: string[], environment: NodeJS.ProcessEnv = {}, driver: string[] = []): Promise<string[]> {
  const [first, ...rest] = [...options, HOST, library.entry, bench.file().path, ...driver];
  const host = runProcess(first as string, rest, environment);
  await host.ended();
  return host.output().trim().split('\n');
}

describe('what a host has loaded before its main file', () => {
  const preload = () =>
    file('preload.cjs', "process.stdout.write(`run in thread ${require('node:worker_threads').threadId}\\n`);");

  it.each<[string, (path: string) => [options: string[], environment?: NodeJS.ProcessEnv]]>([
    ['--require', (path) => [['--require', path]]],
    ['--import', (path) => [['--import', path]]],
    ['NODE_OPTIONS', (path) => [[], { NODE_OPTIONS: `--require ${path}` }]],
  ])('runs once, and not again in the thread of SQLite: %s', async (_, given) => {
    expect(await said(...given(await preload()))).toEqual(['run in thread 0', 'closed']);
  });

  it('is run there, too, where it is how Yarn finds packages', async () => {
    // As `.pnp.cjs` does; what it sets up, the driver needs.
    const pnp = await file(
      '.pnp.cjs',
      `const Module = require('node:module');
       const resolve = Module._resolveFilename;
       const known = { pnpapi: __filename, 'libsql-of-yarn': ${JSON.stringify(LIBSQL)} };
       exports.setup = () => {
         process.versions.pnp = '3';
         Module._resolveFilename = (request, ...rest) => known[request] ?? resolve.call(Module, request, ...rest);
       };
       if (module.parent?.id === 'internal/preload') exports.setup();`,
    );
    const driver = await file('driver.cjs', "module.exports = require('libsql-of-yarn');");
    expect(await said(['--require', pnp], {}, [driver])).toEqual(['closed']);
  });
});
