import ts from 'typescript';
import { snippetModule } from './compile-blocks.js';
import type { Block, Page } from './pages.js';

const AsyncFunction = (async () => undefined).constructor as new (
  ...text: string[]
) => (...values: unknown[]) => Promise<void>;

/** A block that is not there any more fails its test. */
export function blockWith({ path, blocks }: Page, part: string, language = 'ts'): Block {
  const found = blocks.find((block) => block.language === language && block.code.includes(part));
  if (!found) throw new Error(`${path} has no block of ${language} with ${part}`);
  return found;
}

/**
 * Runs a block as it stands on its page, without a console.
 *
 * @param context what its preludes declare, by name
 * @param folder stands in the place of `./data`
 * @returns what it exports
 */
export async function runBlock(
  block: Block,
  context: Record<string, unknown> = {},
  folder = './data',
): Promise<Record<string, unknown>> {
  const source = snippetModule(block).source.replaceAll('./data/', `${folder}/`);
  const packages = new Map<string, unknown>();
  for (const { fileName } of ts.preProcessFile(source).importedFiles) packages.set(fileName, await import(fileName));
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      useDefineForClassFields: false,
    },
  });
  const exported: Record<string, unknown> = {};
  const given = {
    require: (name: string) => packages.get(name),
    exports: exported,
    console: { log: () => undefined },
    ...context,
  };
  await new AsyncFunction(...Object.keys(given), outputText)(...Object.values(given));
  return exported;
}
