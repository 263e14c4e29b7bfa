import { transform } from '@swc/core';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('../../libs/emay-ims/src', import.meta.url));
/** Beside the library's own packages, so that Node finds what it imports. */
const CACHE = fileURLToPath(new URL('../../libs/emay-ims/node_modules/.cache', import.meta.url));

export interface CompiledLibrary {
  /** Path of its `index.js`. */
  entry: string;
  remove(): Promise<void>;
}

export async function sourcesOfLibrary(): Promise<string[]> {
  const files = await readdir(SOURCE, { recursive: true });
  return files.filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts')).map((file) => join(SOURCE, file));
}

/** The library as JavaScript for a plain Node process: as it stands now, whatever was built before. */
export async function compiledLibrary(): Promise<CompiledLibrary> {
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, 'emay-ims-module-'));
  for (const path of await sourcesOfLibrary()) {
    const { code } = await transform(await readFile(path, 'utf8'), {
      filename: path,
      configFile: false,
      swcrc: false,
      jsc: {
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        target: 'es2022',
      },
      module: { type: 'es6' },
    });
    const target = join(folder, relative(SOURCE, path)).replace(/\.ts$/, '.js');
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, code);
  }
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  return { entry: join(folder, 'index.js'), remove: () => rm(folder, { recursive: true, force: true }) };
}
