import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { mustRun, runCommand } from './command.mjs';

const KIB = 1_024;
/** Of the tarball; about half as much again as it takes now. */
const MAX_SIZE = {
  // Both builds, each with its sources in its maps.
  'nestjs-emay-ims': 1_280 * KIB,
  'nestjs-emay-ims-console': 512 * KIB,
  'emay-ims-simulator': 2_048 * KIB,
};
const ALWAYS_THERE = ['package.json', 'README.md', 'README.zh.md', 'LICENSE'];
/** What a build that was forgotten leaves out. */
const ALSO_THERE = { 'nestjs-emay-ims-console': ['dist-page/index.html'] };
const NEVER_THERE =
  /\.spec\.|\.test\.|\.tsbuildinfo$|(^|\/)(test|tests|src|node_modules|coverage)\/|(^|\/)\.(?!d\.)|\.tgz$/;

/**
 * What a package says of itself, held against what is in its tarball.
 *
 * @returns a list of `{ check, problems }`; no problems where all is well
 */
export async function checkPackage({ manifest, path }) {
  const root = await mkdtemp(join(tmpdir(), 'emay-ims-package-'));
  try {
    await mustRun('tar', ['-xzf', path, '-C', root]);
    const folder = join(root, 'package');
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort();
    return [
      { check: 'content', problems: contentProblems(manifest, files) },
      { check: 'no failpoints', problems: await failpointProblems(folder, files) },
      { check: 'size', problems: sizeProblems(manifest, (await stat(path)).size) },
      { check: 'entry points', problems: entryPointProblems(manifest, files) },
      { check: 'source maps', problems: await sourceMapProblems(folder, files) },
      { check: 'declared dependencies', problems: await dependencyProblems(folder, files, manifest) },
      { check: 'types of bytes', problems: await bytesTypeProblems(folder, files) },
      { check: 'publint', problems: await toolProblems('publint', ['run', '--strict', path]) },
      { check: 'are the types wrong', problems: await toolProblems('attw', ['--no-color', '--', path]) },
    ];
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function contentProblems({ name }, files) {
  return [
    ...[...ALWAYS_THERE, ...(ALSO_THERE[name] ?? [])]
      .filter((file) => !files.includes(file))
      .map((file) => `${file} is missing`),
    ...files.filter((file) => NEVER_THERE.test(file)).map((file) => `${file} should not be there`),
  ];
}

/** An environment variable must not be able to kill the process of a host. */
async function failpointProblems(folder, files) {
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return files.filter((file, index) => /failpoint/i.test(file + texts[index])).map((file) => `${file} has failpoints`);
}

function sizeProblems({ name }, size) {
  return size <= MAX_SIZE[name] ? [] : [`${size} bytes; at most ${MAX_SIZE[name]}`];
}

/** Every file that `exports`, `main`, `types` and `bin` lead to. */
function entryPointProblems({ exports, main, types, bin = {} }, files) {
  const targets = (value) => (typeof value === 'string' ? [value] : Object.values(value).flatMap(targets));
  return [...targets(exports), main, types, ...targets(bin)]
    .map((target) => target.replace(/^\.\//, ''))
    .filter((target) => !files.includes(target))
    .map((target) => `${target} is missing`);
}

/** A map shows its sources by itself, or they are in the package. */
async function sourceMapProblems(folder, files) {
  const problems = [];
  for (const file of files.filter((name) => name.endsWith('.map'))) {
    const { sources, sourcesContent = [] } = JSON.parse(await readFile(join(folder, file), 'utf8'));
    const missing = sources.filter(
      (source, index) => sourcesContent[index] == null && !files.includes(join(dirname(file), source)),
    );
    problems.push(...missing.map((source) => `${file} points at ${source}, which is not there`));
  }
  return problems;
}

/** Imports of code and of types alike: both must find what they name in the host. */
async function dependencyProblems(folder, files, { name, dependencies = {}, peerDependencies = {} }) {
  const declared = new Set([name, ...Object.keys(dependencies), ...Object.keys(peerDependencies)]);
  const problems = new Set();
  for (const file of files.filter((path) => /^(dist|commonjs)\/.*\.(js|d\.ts)$/.test(path))) {
    const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(
      await readFile(join(folder, file), 'utf8'),
      true,
      true,
    );
    for (const { fileName } of [...importedFiles, ...typeReferenceDirectives]) {
      const imported = /^(?:@[^/]+\/)?[^/]+/.exec(fileName)?.[0] ?? fileName;
      if (fileName.startsWith('.') || fileName.startsWith('node:') || builtinModules.includes(imported)) continue;
      if (!declared.has(imported)) problems.add(`${file} imports ${imported}, which is not declared`);
    }
  }
  return [...problems];
}

/**
 * TypeScript before 5.7 and older `@types/node` have no type parameters there, and a host may check our types with them. The compiler writes
 * them into types that it infers; `Buffer` stays where a type is written out.
 */
async function bytesTypeProblems(folder, files) {
  const problems = [];
  for (const file of files.filter((path) => path.endsWith('.d.ts'))) {
    const found = /\bNonShared\w+|\b(?:Buffer|DataView|ArrayBufferView|\w+\d+(?:Clamped)?Array)</.exec(
      await readFile(join(folder, file), 'utf8'),
    );
    if (found) problems.push(`${file} has ${found[0]}: write the type out`);
  }
  return problems;
}

async function toolProblems(tool, args) {
  const { code, all } = await runCommand(join('node_modules', '.bin', tool), args);
  return code === 0 ? [] : [all.trim()];
}
