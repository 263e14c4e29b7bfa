import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { EmayImsModule, EmayImsOptionsError, EmayImsService } from 'nestjs-emay-ims';
import { runProcess } from '../support/processes.js';
import { Workbench } from './workbench.js';

const HOST = fileURLToPath(new URL('without-native-libsql.mjs', import.meta.url));
const LIBSQL = createRequire(import.meta.url).resolve('libsql');

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.close());

const start = (driver?: string, file = bench.file()) =>
  bench.start({ imports: [EmayImsModule.forRoot(bench.options({ database: { ...file, driver } }))] });

/** A module of the host's own. */
async function module(source: string, file = 'driver.cjs'): Promise<string> {
  const path = join(bench.folder, file);
  await writeFile(path, source);
  return path;
}

/** As a native module fails: with what Node or `bindings` threw. */
const failing = (properties: object) =>
  `module.exports = class { constructor() { throw Object.assign(new Error(), ${JSON.stringify(properties)}); } };`;

describe('a driver of SQLite files', () => {
  it.each<[string, () => Promise<string>]>([
    ['name of a package', async () => 'libsql'],
    ['path of a module', async () => LIBSQL],
    ['path from the working directory', async () => `./${relative(process.cwd(), LIBSQL)}`],
    ['URL of a file', async () => pathToFileURL(LIBSQL).href],
    ['path of a module with a default export', () => module(`exports.default = require(${JSON.stringify(LIBSQL)});`)],
  ])('may be the %s', async (_, driver) => {
    const host = await start(await driver());
    await host.get(EmayImsService).enqueue([{ mobile: '+61422118000', content: 'Hello', customImsId: 'one' }]);
    expect(await host.get(EmayImsService).findOne('one')).toMatchObject({ state: 'QUEUED' });
  });

  it.each<[string, string]>([
    ['is no constructor', 'module.exports = () => ({});'],
    ['exports nothing', ''],
    ['opens something else', 'module.exports = class {};'],
    ['is for another Node', failing({ code: 'ERR_DLOPEN_FAILED', message: 'NODE_MODULE_VERSION 108' })],
    [
      'has not been compiled',
      failing({ message: 'Could not locate the bindings file. Tried:\n → /build/better_sqlite3.node' }),
    ],
    [
      'lacks its binary',
      failing({ code: 'MODULE_NOT_FOUND', message: "Cannot find module '@libsql/x'\nRequire stack:\n- /a" }),
    ],
    ['throws as it is loaded', 'throw new Error("on purpose");'],
    [
      'works here, and not in a thread',
      `const { isMainThread } = require('node:worker_threads');
       if (isMainThread) module.exports = require(${JSON.stringify(LIBSQL)});
       else throw Object.assign(new Error('Module did not self-register'), { code: 'ERR_DLOPEN_FAILED' });`,
    ],
    [
      'fails in a thread that it keeps alive',
      `const { isMainThread } = require('node:worker_threads');
       if (isMainThread) module.exports = require(${JSON.stringify(LIBSQL)});
       else {
         setInterval(() => undefined, 1_000);
         throw Object.assign(new Error('Module did not self-register'), { code: 'ERR_DLOPEN_FAILED' });
       }`,
    ],
  ])('that %s is blamed itself, not the path', async (_, source) => {
    const attempt = start(await module(source));
    await expect(attempt).rejects.toThrow(EmayImsOptionsError);
    await expect(attempt).rejects.toThrow(
      /^EmayImsModule cannot start: database\.driver opens no SQLite file \([^\n]+\)\. Name a/,
    );
    await expect(attempt).rejects.not.toThrow(/database\.path/);
  });

  it.each([
    ['takes no subseconds', '3.40.1', `sql.replace("'subsec'", "'none'")`],
    ['has no unixepoch', '3.37.2', `sql.replace('unixepoch(', 'no_unixepoch(')`],
  ])('of an SQLite that %s is refused', async (_, version, rewritten) => {
    const driver = await module(
      `module.exports = class extends require(${JSON.stringify(LIBSQL)}) {
         prepare(sql) { return super.prepare(${rewritten}.replace('sqlite_version()', "'${version}'")); }
       };`,
    );
    const attempt = start(driver);
    await expect(attempt).rejects.toThrow(EmayImsOptionsError);
    await expect(attempt).rejects.toThrow(`database.driver has SQLite ${version}; 3.42 or later is needed`);
    const host = await start();
    await expect(host.get(EmayImsService).find()).resolves.toMatchObject({ items: [] });
  });

  it.each(['not-installed-anywhere', './not-there.cjs', 'node:sqlite'])(
    'that is not there is told so: %s',
    async (name) => {
      const attempt = start(name);
      await expect(attempt).rejects.toThrow(EmayImsOptionsError);
      await expect(attempt).rejects.toThrow(/database\.driver opens no SQLite file \([^\n]+\)/);
    },
  );

  it.each([
    ['SQLITE_FULL', /Free or add disk space/],
    ['SQLITE_CORRUPT', /Restore the database from a backup/],
    ['SQLITE_READONLY', /Write the path of a file that this process may create or write/],
  ])('that fails with %s leads to what helps', async (code, cure) => {
    await expect(start(await module(failing({ code, message: 'failed' })))).rejects.toThrow(cure);
  });

  it('is not blamed for a path that is none', async () => {
    const attempt = start(undefined, bench.file('with\0nothing'));
    await expect(attempt).rejects.toThrow(/database\.path '.*' cannot be opened \(ERR_INVALID_ARG_VALUE/);
  });

  it('is libsql unless another is given: where its native part is missing, that is told', async () => {
    const host = runProcess(HOST, [bench.file().path]);
    const said = await host.saying('refused: ');
    await host.ended();
    expect(said).toMatch(/^EmayImsOptionsError EmayImsModule cannot start: libsql, .* does not load on /);
    expect(said).toMatch(/Cannot find module '@libsql\/[^)]*\)\. .*without --omit=optional.*database\.driver/);
  });
});
