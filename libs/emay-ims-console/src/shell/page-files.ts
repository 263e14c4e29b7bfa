import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** Above `src/shell`, `dist/shell` and `commonjs/shell` alike. */
const FOLDER = fileURLToPath(new URL('../../dist-page', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  ico: 'image/x-icon',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
};

export interface PageFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
  /** As the build has compressed it; `null`: it has not. */
  readonly brotli: Buffer | null;
}

/** An entry of the manifest that Vite writes. */
interface Chunk {
  file: string;
  src?: string;
  isEntry?: boolean;
  imports?: string[];
  css?: string[];
}

/** The page as it was built, in memory: what is asked for is looked up by name and never becomes a path. */
export class PageFiles {
  private constructor(
    /** Changes with any of the files; `''`: the page has not been built. */
    readonly build: string,
    private readonly files: ReadonlyMap<string, PageFile>,
    /** Names of what the shell loads. */
    readonly script: string | null,
    readonly preloads: readonly string[],
    readonly styles: readonly string[],
    readonly icon: string | null,
  ) {}

  static read(folder = FOLDER): PageFiles {
    const manifest = join(folder, 'manifest.json');
    if (!existsSync(manifest)) return new PageFiles('', new Map(), null, [], [], null);
    const text = readFileSync(manifest, 'utf8');
    const chunks = JSON.parse(text) as Record<string, Chunk>;
    const files = readFiles(join(folder, 'assets'));
    const entry = Object.values(chunks).find(({ isEntry }) => isEntry);
    const needed = entry ? withImports(entry, chunks) : [];
    const build = createHash('sha256').update(text);
    for (const [name, { plain }] of files) build.update(name).update(plain);
    return new PageFiles(
      build.digest('hex').slice(0, 12),
      files,
      entry ? nameOf(entry.file) : null,
      needed.filter((chunk) => chunk !== entry).map(({ file }) => nameOf(file)),
      [...new Set(needed.flatMap(({ css = [] }) => css.map(nameOf)))],
      [...files.keys()].find((name) => /^icon[.-].*\.(?:svg|png|ico)$/.test(name)) ?? null,
    );
  }

  get(name: string): PageFile | undefined {
    return this.files.get(name);
  }
}

function readFiles(folder: string): Map<string, PageFile> {
  const names = readdirSync(folder).sort();
  const shown = names.filter((name) => Object.hasOwn(TYPES, extensionOf(name)));
  return new Map(
    shown.map((name) => {
      const plain = readFileSync(join(folder, name));
      const brotli = names.includes(`${name}.br`) ? readFileSync(join(folder, `${name}.br`)) : null;
      return [name, { type: TYPES[extensionOf(name)]!, plain, gzip: gzipSync(plain, { level: 9 }), brotli }];
    }),
  );
}

function withImports(chunk: Chunk, chunks: Record<string, Chunk>, seen = new Set<Chunk>()): Chunk[] {
  if (seen.has(chunk)) return [];
  seen.add(chunk);
  const imported = (chunk.imports ?? []).flatMap((key) => chunks[key] ?? []);
  return [chunk, ...imported.flatMap((each) => withImports(each, chunks, seen))];
}

/** Files lie in `assets/`, all on one level. */
function nameOf(file: string): string {
  return file.replace(/^assets\//, '');
}

function extensionOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
