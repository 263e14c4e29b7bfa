/**
 * Writes the CommonJS build of the libraries from what `tsc` made of them: `dist/` as ES modules, `commonjs/` beside it
 * with the same files as CommonJS. Node itself never loads it (see docs/compatibility.md); jest's CommonJS mode does, and so do
 * other tools that cannot `require` an ES module.
 *
 *   node scripts/commonjs.mjs            # after `tsc --build`; what is up to date is left alone
 *   node scripts/commonjs.mjs FOLDER     # of a library elsewhere
 *   node scripts/commonjs.mjs --clean
 */
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { transform } from '@swc/core';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const LIBRARIES = ['libs/emay-ims-simulator', 'libs/emay-ims', 'libs/emay-ims-console'].map((library) =>
  join(ROOT, library),
);
const OPTIONS = { isModule: true, swcrc: false, jsc: { target: 'es2023' }, module: { type: 'commonjs' } };

async function writeCommonJs(library) {
  const [from, to] = [join(library, 'dist'), join(library, 'commonjs')];
  const { bin = {} } = JSON.parse(await readFile(join(library, 'package.json'), 'utf8'));
  // A command is a program, which nobody loads.
  const commands = Object.values(bin).map((file) => file.replace(/^dist\/|\.js$/g, ''));
  const files = (await readdir(from, { recursive: true })).filter(
    (file) => /\.js$|\.d\.ts$/.test(file) && !commands.includes(file.replace(/\.js$|\.d\.ts$/, '')),
  );
  if (await isUpToDate(files, from, to)) return;
  await rm(to, { recursive: true, force: true });
  for (const file of files) {
    const source = (await readFile(join(from, file), 'utf8')).replace(/^\/\/# sourceMappingURL=.*\n?/m, '');
    await mkdir(dirname(join(to, file)), { recursive: true });
    await writeFile(join(to, file), file.endsWith('.js') ? (await transform(source, OPTIONS)).code : source);
  }
  // Last: without it, the next run begins anew.
  await writeFile(join(to, 'package.json'), '{ "type": "commonjs" }\n');
}

async function isUpToDate(files, from, to) {
  const written = await stat(join(to, 'package.json')).catch(() => null);
  if (written === null) return false;
  const there = new Set(await readdir(to, { recursive: true }));
  const sources = await Promise.all(
    [fileURLToPath(import.meta.url), ...files.map((file) => join(from, file))].map((path) => stat(path)),
  );
  const isSame =
    there.delete('package.json') && [...there].filter((file) => /\.js$|\.d\.ts$/.test(file)).length === files.length;
  return isSame && sources.every(({ mtimeMs }) => mtimeMs <= written.mtimeMs);
}

const { values, positionals } = parseArgs({ options: { clean: { type: 'boolean' } }, allowPositionals: true });
for (const library of positionals.length > 0 ? positionals : LIBRARIES) {
  if (values.clean) await rm(join(library, 'commonjs'), { recursive: true, force: true });
  else await writeCommonJs(library);
}
