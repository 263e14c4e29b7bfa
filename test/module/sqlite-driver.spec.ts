import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import * as libsql from 'libsql';
import { EmayImsModule, EmayImsOptionsError, EmayImsService } from 'nestjs-emay-ims';
import { runProcess } from '../support/processes.js';
import { Workbench } from './workbench.js';

const HOST = fileURLToPath(new URL('without-native-libsql.mjs', import.meta.url));

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.close());

const start = (driver: unknown, file = bench.file()) =>
  bench.start({ imports: [EmayImsModule.forRoot(bench.options({ database: { ...file, driver } }))] });

/** As a native module fails: with what Node or `bindings` threw. */
function failing(properties: object): unknown {
  return class {
    constructor() {
      throw Object.assign(new Error(), properties);
    }
  };
}

describe('a driver of SQLite files', () => {
  it('may be the module that exports the class', async () => {
    const host = await start(libsql);
    await host.get(EmayImsService).enqueue([{ mobile: '+61422118000', content: 'Hello', customImsId: 'one' }]);
    expect(await host.get(EmayImsService).findOne('one')).toMatchObject({ state: 'QUEUED' });
  });

  it.each<[string, unknown]>([
    ['is no constructor', () => ({})],
    ['opens something else', class {}],
    ['is for another Node', failing({ code: 'ERR_DLOPEN_FAILED', message: 'NODE_MODULE_VERSION 108' })],
    [
      'has not been compiled',
      failing({ message: 'Could not locate the bindings file. Tried:\n → /build/better_sqlite3.node' }),
    ],
    [
      'lacks its binary',
      failing({ code: 'MODULE_NOT_FOUND', message: "Cannot find module '@libsql/x'\nRequire stack:\n- /a" }),
    ],
  ])('that %s is blamed itself, not the path', async (_, driver) => {
    const attempt = start(driver);
    await expect(attempt).rejects.toThrow(EmayImsOptionsError);
    await expect(attempt).rejects.toThrow(
      /^EmayImsModule cannot start: database\.driver opens no SQLite file \([^\n]+\)\. Give a/,
    );
    await expect(attempt).rejects.not.toThrow(/database\.path/);
  });

  it.each([
    ['SQLITE_FULL', /Free or add disk space/],
    ['SQLITE_CORRUPT', /Restore the database from a backup/],
    ['SQLITE_READONLY', /Write the path of a file that this process may create or write/],
  ])('that fails with %s leads to what helps', async (code, cure) => {
    await expect(start(failing({ code, message: 'failed' }))).rejects.toThrow(cure);
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
