import { dirname, join } from 'node:path';
import ts from 'typescript';
import { readPage, ROOT, type Block } from './pages.js';

const PRELUDES = 'test/docs/preludes.md';

/** The code of a block as a module of its own: what the page leaves out comes first, see `preludes.md`. */
export interface SnippetModule {
  readonly block: Block;
  readonly source: string;
  /** Lines before the block's own. */
  readonly linesBefore: number;
}

/** @throws Error for a prelude that does not exist */
export function snippetModule(block: Block): SnippetModule {
  const preludes = block.preludes.map((name) => {
    const prelude = preludesByName().get(name);
    if (prelude === undefined) throw new Error(`${block.page}:${block.line}: there is no prelude "${name}"`);
    return `${prelude}\n`;
  });
  const before = preludes.join('');
  return { block, source: `${before}${block.code}\nexport {};\n`, linesBefore: before.split('\n').length - 1 };
}

/** What the compiler says about the blocks, all in one program, each as `page:line: message`. */
export function compileBlocks(blocks: readonly Block[]): string[] {
  const modules = new Map(
    blocks.map((block) => [
      join(ROOT, 'test/docs', block.page, block.file ?? `line-${block.line}.ts`),
      snippetModule(block),
    ]),
  );
  const options = compilerOptions();
  const host = ts.createCompilerHost(options);
  const folders = new Set([...modules.keys()].map((path) => dirname(path)));
  const { fileExists, readFile, getSourceFile } = host;
  host.directoryExists = (path) => folders.has(path) || ts.sys.directoryExists(path);
  host.fileExists = (path) => modules.has(path) || fileExists(path);
  host.readFile = (path) => modules.get(path)?.source ?? readFile(path);
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const module = modules.get(path);
    if (!module) return getSourceFile(path, languageVersion, ...rest);
    return ts.createSourceFile(path, module.source, languageVersion);
  };
  const program = ts.createProgram([...modules.keys()], options, host);
  return [...modules].flatMap(([path, module]) => {
    const file = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      (diagnostic) => `${place(module, diagnostic)}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`,
    );
  });
}

/** The compiler's options of the repository; a snippet may declare what it does not go on to use. */
function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, ROOT);
  return { ...options, noEmit: true, noUnusedLocals: false, noUnusedParameters: false };
}

function place({ block, linesBefore }: SnippetModule, { file, start }: ts.Diagnostic): string {
  const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line : 0;
  if (line < linesBefore) return `${block.page}:${block.line} (in its prelude)`;
  return `${block.page}:${block.line + line - linesBefore}`;
}

let preludes: ReadonlyMap<string, string> | null = null;

function preludesByName(): ReadonlyMap<string, string> {
  if (preludes === null) {
    const { text, blocks } = readPage(PRELUDES);
    const names = [...text.matchAll(/^## (.+)$/gm)].map(([, name]) => name as string);
    const snippets = blocks.filter(({ language }) => language === 'ts');
    preludes = new Map(snippets.map(({ code }, index) => [names[index] ?? '', code]));
  }
  return preludes;
}
