import { readdirSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { PAGE_FILES, readPageFile } from './page-files.js';

const FOLDER = new URL('../../page/', import.meta.url);

it('knows every file of the folder, and no other', () => {
  expect([...PAGE_FILES].sort()).toEqual(readdirSync(FOLDER).sort());
});

it('says what to do where a bundler left the folder behind', async () => {
  const reading = readPageFile('/', new URL('nowhere/', FOLDER));
  await expect(reading).rejects.toMatchObject({ status: 404, message: expect.stringContaining('bundle the folder') });
});
