import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

/** What a file imports at run time, all the way down: our files, and the names of packages. */
function importsOf(entry: string): { files: string[]; packages: string[] } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const follow = (url: URL): void => {
    if (files.has(url.pathname)) return;
    files.add(url.pathname);
    const source = readFileSync(url, 'utf8').replaceAll(/^(import|export) type [^;]+;/gm, '');
    for (const [, path] of source.matchAll(/(?:\bfrom|^import) '([^']+)'/gm)) {
      if (path!.startsWith('.')) follow(new URL(path!.replace(/\.js$/, '.ts'), url));
      else packages.add(path!);
    }
  };
  follow(new URL(entry, import.meta.url));
  return { files: [...files], packages: [...packages] };
}

it('the main entry reaches nothing of testing, nor the simulator', () => {
  const { files, packages } = importsOf('../index.ts');
  expect(files.length).toBeGreaterThan(50);
  expect(files.filter((file) => file.includes('/src/testing/'))).toEqual([]);
  expect(packages.filter((name) => name.startsWith('emay-ims-simulator'))).toEqual([]);
});

it('the testing entry loads neither the simulator nor a test runner', () => {
  const { files, packages } = importsOf('./index.ts');
  expect(files.some((file) => file.endsWith('/emay-ims-testbed.module.ts'))).toBe(true);
  expect(packages).toContain('@nestjs/common');
  expect(packages.filter((name) => /simulator|jest|vitest|@nestjs\/testing/.test(name))).toEqual([]);
});
