/**
 * Builds the page into `dist-page`, each file with its Brotli form beside it. Where nothing has changed since the last time, it does
 * nothing, as it runs with every build.
 *
 *   node libs/emay-ims-console/page/build.mjs
 *   node libs/emay-ims-console/page/build.mjs --clean
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const PAGE = fileURLToPath(new URL('.', import.meta.url));
const TARGET = fileURLToPath(new URL('../dist-page', import.meta.url));
/** In the folder: what it was made of. */
const STAMP = '.made-of';

const require = createRequire(import.meta.url);
const compress = promisify(brotliCompress);

async function hashOfInputs() {
  const hash = createHash('sha256');
  const files = (await readdir(PAGE, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  for (const path of files.map(({ parentPath, name }) => join(parentPath, name)).sort()) {
    if (!path.endsWith('.spec.ts'))
      hash
        .update(path.slice(PAGE.length))
        .update('\0')
        .update(await readFile(path));
  }
  for (const name of ['vite', 'preact', 'uplot']) hash.update(require(`${name}/package.json`).version);
  return hash.digest('hex');
}

async function compressAll(folder) {
  const files = (await readdir(folder, { recursive: true })).filter((file) => /\.(js|css|svg)$/.test(file));
  for (const path of files.map((file) => join(folder, file))) {
    const source = await readFile(path);
    const params = { [constants.BROTLI_PARAM_SIZE_HINT]: source.length };
    await writeFile(`${path}.br`, await compress(source, { params }));
  }
}

async function buildChanged() {
  const inputs = await hashOfInputs();
  if ((await readFile(join(TARGET, STAMP), 'utf8').catch(() => '')) === inputs) return;
  const { build } = await import('vite');
  // Beside it and then in its place: whoever reads meanwhile sees a whole build.
  const outDir = `${TARGET}-${process.pid}`;
  try {
    await build({ configFile: join(PAGE, 'vite.config.ts'), logLevel: 'warn', build: { outDir, emptyOutDir: true } });
    await compressAll(outDir);
    await writeFile(join(outDir, STAMP), inputs);
    await rm(TARGET, { recursive: true, force: true });
    await rename(outDir, TARGET);
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

if (process.argv.includes('--clean')) await rm(TARGET, { recursive: true, force: true });
else await buildChanged();
