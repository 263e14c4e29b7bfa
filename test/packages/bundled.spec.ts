import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const LIBRARIES = ['libs/emay-ims', 'libs/emay-ims-console', 'libs/emay-ims-simulator'];

/** The file of each public entry, by what it is imported as. */
const ENTRIES = Object.fromEntries(
  LIBRARIES.flatMap((library) => {
    const { name, exports } = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8'));
    return Object.entries<string | { default: string }>(exports).flatMap(([subpath, file]) =>
      typeof file === 'string' ? [] : [[join(name, subpath), resolve(library, file.default)]],
    );
  }),
);

const run = (program: string[], cwd: string) => spawnSync(process.execPath, program, { cwd, encoding: 'utf8' });

describe('a CommonJS bundle without import.meta.url, as esbuild makes it', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emay-ims-bundles-'));
    // What is left out of the bundle.
    await symlink(resolve('node_modules'), join(folder, 'node_modules'));
    const settings = {
      configFile: false,
      logLevel: 'silent',
      define: { 'import.meta.url': 'undefined' },
      ssr: { noExternal: ['nestjs-emay-ims', 'emay-ims-simulator'] },
      build: {
        ssr: true,
        outDir: join(folder, 'bundle'),
        rollupOptions: { input: ENTRIES, output: { format: 'cjs', entryFileNames: '[name].cjs' } },
      },
    };
    // In a process of its own: its native part takes no values of jest's.
    const program = `(await import('vite')).build(${JSON.stringify(settings)})`;
    expect(run(['--input-type=module', '-e', program], process.cwd()).stderr).toBe('');
  });
  afterAll(() => rm(folder, { recursive: true }));

  const inBundle = (program: string) => run(['-e', program], join(folder, 'bundle'));

  it('loads, whichever entry is asked for', () => {
    expect(Object.keys(ENTRIES).length).toBeGreaterThan(LIBRARIES.length);
    const { stdout, stderr } = inBundle(`for (const entry of ${JSON.stringify(Object.keys(ENTRIES))}) {
      try {
        require('./' + entry + '.cjs');
      } catch (error) {
        console.log(entry, error.message);
      }
    }`);
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' });
  });

  it('says what is missing of the simulator, whose gateway works', () => {
    const { stdout, stderr } = inBundle(`(async () => {
      const simulator = await require('./emay-ims-simulator.cjs').startSimulator({ port: 0 });
      const page = await fetch(simulator.url);
      console.log(page.status, await page.text());
      await simulator.stop();
    })()`);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^404 .*bundle the folder page of this package too/);
  });
});
