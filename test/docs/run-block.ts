import ts from 'typescript';
import { snippetModule } from './compile-blocks.js';
import type { Block } from './pages.js';

const AsyncFunction = (async () => undefined).constructor as new (
  ...text: string[]
) => (...values: unknown[]) => Promise<void>;

/**
 * Runs a block as it stands on its page.
 *
 * @param context what its preludes declare, by name
 * @returns what it exports
 */
export async function runBlock(block: Block, context: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  const { source } = snippetModule(block);
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
  const run = new AsyncFunction('require', 'exports', ...Object.keys(context), outputText);
  await run((name: string) => packages.get(name), exported, ...Object.values(context));
  return exported;
}
