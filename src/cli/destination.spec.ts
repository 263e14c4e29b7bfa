import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { destinationOf, proveWritable } from './destination.js';

describe('proveWritable', () => {
  let folder = '';
  const place = (name: string) => join(folder, name);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emay-ims-destination-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('lets any number of runs ask of the same file at once, and leaves nothing', async () => {
    const destination = await destinationOf(place('table.csv'));
    await Promise.all(Array.from({ length: 50 }, () => proveWritable(destination)));
    expect(await readdir(folder)).toEqual([]);
  });

  it('never takes away what another run puts there meanwhile', async () => {
    const destination = await destinationOf(place('table.csv'));
    for (let round = 0; round < 20; round++) {
      const asking = Promise.all(Array.from({ length: 5 }, () => proveWritable(destination)));
      await writeFile(place('theirs'), 'rows');
      await rename(place('theirs'), place('table.csv'));
      await asking;
      expect(await readdir(folder)).toEqual(['table.csv']);
      await rm(place('table.csv'));
    }
  });

  it.each([
    ['a folder that is not there', 'none/table.csv', 'ENOENT'],
    ['a name too long', `${'n'.repeat(300)}.csv`, 'ENAMETOOLONG'],
    ['a name that only its .part makes too long', 'n'.repeat(253), 'ENAMETOOLONG'],
  ])('refuses %s', async (_case, name, code) => {
    await expect(destinationOf(place(name)).then(proveWritable)).rejects.toMatchObject({ code });
  });

  it('refuses a folder where the unfinished file would be', async () => {
    await writeFile(place('table.csv'), 'before');
    await mkdir(place('table.csv.part'));
    const destination = await destinationOf(place('table.csv'));
    await expect(proveWritable(destination)).rejects.toMatchObject({ code: 'EISDIR' });
  });
});
