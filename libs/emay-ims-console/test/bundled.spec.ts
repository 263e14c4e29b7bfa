import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const run = (program: string[], cwd: string) => spawnSync(process.execPath, program, { cwd, encoding: 'utf8' });

/** What a bundler makes of `import.meta.url` in CommonJS: the bundle's own place, or, as esbuild does, nothing. */
describe.each([
  ['the place of the bundle', {}],
  ['nothing', { 'import.meta.url': 'undefined' }],
])('the page in a bundle, where the files of the package are known by %s', (_what, define) => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emay-ims-bundle-'));
    const settings = {
      configFile: false,
      logLevel: 'silent',
      define,
      build: {
        ssr: resolve('libs/emay-ims-console/dist/shell/page-files.js'),
        outDir: folder,
        rollupOptions: { output: { format: 'cjs', entryFileNames: 'bundle.cjs' } },
      },
    };
    // In a process of its own: its native part takes no values of jest's.
    const program = `(await import('vite')).build(${JSON.stringify(settings)})`;
    expect(run(['--input-type=module', '-e', program], process.cwd()).stderr).toBe('');
  });
  afterAll(() => rm(folder, { recursive: true }));

  const buildOfPage = (cwd: string) => {
    const program = `console.log(JSON.stringify(require(${JSON.stringify(join(folder, 'bundle.cjs'))}).PageFiles.read().build))`;
    const { stdout, stderr } = run(['-e', program], cwd);
    return { build: stdout.trim(), stderr };
  };

  it('is found where the package is installed', () => {
    expect(buildOfPage(process.cwd())).toEqual({ build: expect.stringMatching(/^"[0-9a-f]{12}"$/), stderr: '' });
  });

  it('is missing where it is not: the application starts all the same', () => {
    expect(buildOfPage(folder)).toEqual({ build: '""', stderr: '' });
  });
});
