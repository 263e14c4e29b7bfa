import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** Where the page may be: where a bundler has taken this file along, only beside the installed package. */
const PLACES = [
  // Above `src/shell`, `dist/shell` and `commonjs/shell` alike. A bundler may have put anything in the place of `import.meta.url`, or nothing.
  () => fileURLToPath(new URL('../../dist-page', import.meta.url)),
  () => besidePackage(join(process.cwd(), 'package.json')),
  () => besidePackage(process.argv[1] ?? ''),
];

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
    /** Changes with any of the files; `''`: the page was not found. */
    readonly build: string,
    private readonly html: string,
    private readonly files: ReadonlyMap<string, PageFile>,
  ) {}

  static read(folder = PLACES.map(orNowhere).find(holdsPage)): PageFiles {
    if (folder === undefined) return new PageFiles('', '', new Map());
    const html = readFileSync(join(folder, 'index.html'), 'utf8');
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

function besidePackage(file: string): string {
  return join(dirname(createRequire(file).resolve('nestjs-emay-ims-console/package.json')), 'dist-page');
}

function orNowhere(place: () => string): string {
  try {
    return place();
  } catch {
    return '';
  }
}

function holdsPage(folder: string): boolean {
  return folder !== '' && existsSync(join(folder, 'index.html'));
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
