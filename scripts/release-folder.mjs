import { execFile } from 'node:child_process';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { withoutFailpoints } from './without-failpoints.mjs';

const LIBRARY = fileURLToPath(new URL('../libs/emay-ims', import.meta.url));
const COMMONJS = fileURLToPath(new URL('commonjs.mjs', import.meta.url));
const PAGES = ['README.md', 'README.zh.md', 'LICENSE'];

/**
 * Writes what is published of the library into an empty folder: compiled from its sources without their failpoints. The
 * workspace keeps its own build, which has them, and which other processes may be running.
 *
 * @throws Error where the sources do not compile without failpoints, or one is left
 */
export async function writeReleaseFolder(folder) {
  compile(folder);
  for (const page of PAGES) await cp(join(LIBRARY, page), join(folder, page));
  const { scripts: _ofTheWorkspace, ...manifest } = JSON.parse(await readFile(join(LIBRARY, 'package.json'), 'utf8'));
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await promisify(execFile)(process.execPath, [COMMONJS, folder]);
  await refuseFailpoints(folder);
}

/** As `tsc --build` does, to the names and the maps, but into the folder. */
function compile(folder) {
  const asOnce = { composite: false, tsBuildInfoFile: undefined };
  const { fileNames, options } = ts.getParsedCommandLineOfConfigFile(join(LIBRARY, 'tsconfig.json'), asOnce, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: fail,
  });
  const host = ts.createCompilerHost(options);
  const [read, write] = [host.readFile.bind(host), host.writeFile.bind(host)];
  host.readFile = (path) => {
    const text = read(path);
    return text && path.includes('/libs/emay-ims/src/') ? withoutFailpoints(text) : text;
  };
  host.writeFile = (path, ...rest) => write(join(folder, relative(LIBRARY, path)), ...rest);
  const rootNames = fileNames.filter((path) => !path.includes('/src/failpoints/'));
  const program = ts.createProgram({ rootNames, options, host });
  const { diagnostics } = program.emit();
  fail(...ts.getPreEmitDiagnostics(program), ...diagnostics);
}

function fail(...diagnostics) {
  if (diagnostics.length === 0) return;
  const names = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => LIBRARY, getNewLine: () => '\n' };
  throw new Error(`Without failpoints the library does not compile:\n${ts.formatDiagnostics(diagnostics, names)}`);
}

async function refuseFailpoints(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const left = [];
  for (const path of paths) {
    const file = relative(folder, path);
    if (/failpoint/i.test(file + (await readFile(path, 'utf8')))) left.push(file);
  }
  if (left.length === 0) return;
  throw new Error(
    `A failpoint is left in ${left.join(', ')}. scripts/without-failpoints.mjs knows the forms it may have.`,
  );
}
