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

/** The page as it was built, in memory: what is asked for is looked up by name and never becomes a path. */
export class PageFiles {
  private constructor(
    /** Changes with any of the files; `''`: the page has not been built. */
    readonly build: string,
    private readonly html: string,
    private readonly files: ReadonlyMap<string, PageFile>,
  ) {}

  static read(folder = FOLDER): PageFiles {
    const index = join(folder, 'index.html');
    if (!existsSync(index)) return new PageFiles('', '', new Map());
    const html = readFileSync(index, 'utf8');
    const files = readFiles(join(folder, 'assets'));
    const build = createHash('sha256').update(html);
    for (const [name, { plain }] of files) build.update(name).update(plain);
    return new PageFiles(build.digest('hex').slice(0, 12), html, files);
  }

  get(name: string): PageFile | undefined {
    return this.files.get(name);
  }

  /**
   * The page without anything in it: no data, no name, nothing of the request but how deep it is. Every address in it is relative, as neither
   * the global prefix nor what a proxy makes of it is known here.
   *
   * @param root the way to the console's root, e.g. `../`
   */
  shell(root: string): string {
    return this.html.replaceAll('"./', `"${root}`);
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

function extensionOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
