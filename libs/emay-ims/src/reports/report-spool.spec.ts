import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StoredPage } from './report-batch-store.js';
import { ReportSpool } from './report-spool.js';

const pageOf = (id: string): StoredPage => ({
  ...{ id, body: Buffer.from(`page ${id}`), contentType: null, contentEncoding: null },
  ...{ requested: 500, cut: null, progress: 0 },
});
const EMPTY = { waiting: [], setAside: [], ofOtherAppIds: 0, failure: null };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emay-ims-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the spool', () => {
  it('leaves the files of other accounts and other AppIds alone, and knows of the latter', async () => {
    const ours = new ReportSpool(folder, 'default', 'OURS');
    await new ReportSpool(folder, 'default', 'THEIRS').write(pageOf('1'));
    await new ReportSpool(folder, 'other', 'OURS').write(pageOf('2'));
    expect(await ours.list()).toEqual({ ...EMPTY, ofOtherAppIds: 1 });
    await ours.write(pageOf('3'));
    expect(await ours.list()).toEqual({ ...EMPTY, waiting: ['3'], ofOtherAppIds: 1 });
    await ours.putAside('1');
    await ours.remove('1');
    await ours.remove('3');
    expect(await readdir(folder)).toHaveLength(2);
  });

  it.each([
    ['.page', (spool: ReportSpool) => spool.write(pageOf('1'))],
    ['.json', () => writeFile(join(folder, 'default~1.json'), 'page 1')],
  ])('takes the files of former releases, whose names hold no AppId: %s', async (end, write) => {
    const spool = new ReportSpool(folder, 'default', 'OURS');
    await write(spool);
    const [name] = await readdir(folder);
    await rename(join(folder, String(name)), join(folder, `default~1${end}`));
    expect(await spool.list()).toEqual({ ...EMPTY, waiting: ['1'] });
    expect((await spool.read('1'))?.body.toString()).toBe('page 1');
    await spool.putAside('1');
    expect(await spool.list()).toEqual({ ...EMPTY, setAside: ['1'] });
    await spool.takeBack('1');
    expect(await spool.list()).toEqual({ ...EMPTY, waiting: ['1'] });
    await spool.remove('1');
    expect(await readdir(folder)).toEqual([]);
  });

  it('stays where it is when the working directory changes', async () => {
    const before = process.cwd();
    try {
      process.chdir(folder);
      const spool = new ReportSpool('./spool', 'default', 'OURS');
      process.chdir(tmpdir());
      await spool.write(pageOf('1'));
      expect(await readdir(join(folder, 'spool'))).toHaveLength(1);
    } finally {
      process.chdir(before);
    }
  });

  it('makes no folder before it is needed', async () => {
    const spool = new ReportSpool(join(folder, 'a/b'), 'default', 'OURS');
    expect(await spool.list()).toEqual(EMPTY);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['that is not there, below one of somebody else', 'owned/spool'],
    ['of somebody else', 'owned'],
  ])('says beforehand that it cannot write: a folder %s', async (_what, path) => {
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'owned'), { mode: 0o555 });
    expect(listedByNobody(join(folder, path))).toEqual({ ...EMPTY, failure: 'EACCES' });
  });

  it('lists what lies in a folder that it can read but not write', async () => {
    const spool = new ReportSpool(folder, 'default', 'OURS');
    await spool.write(pageOf('1'));
    await spool.write(pageOf('2'));
    await spool.putAside('2');
    await new ReportSpool(folder, 'default', 'THEIRS').write(pageOf('3'));
    await chmod(folder, 0o555);
    const found = listedByNobody(folder);
    await chmod(folder, 0o755);
    expect(found).toEqual({ waiting: ['1'], setAside: ['2'], ofOtherAppIds: 1, failure: 'EACCES' });
  });

  it('says beforehand that it cannot write: a folder below a file', async () => {
    await writeFile(join(folder, 'file'), '');
    expect((await new ReportSpool(join(folder, 'file/spool'), 'default', 'OURS').list()).failure).toBe('ENOTDIR');
  });
});

/** What another process, of a user that is nobody here, lists in the folder: root may write everywhere. */
function listedByNobody(path: string): unknown {
  const spool = resolve('libs/emay-ims/dist/reports/report-spool.js');
  const program = `const { ReportSpool } = await import(${JSON.stringify(pathToFileURL(spool).href)});
    console.log(JSON.stringify(await new ReportSpool(${JSON.stringify(path)}, 'default', 'OURS').list()));`;
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], { ...nobody, encoding: 'utf8' });
  expect(run.stderr).toBe('');
  return JSON.parse(run.stdout);
}
