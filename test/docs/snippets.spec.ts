import { expect, it } from '@jest/globals';
import { compileBlocks } from './compile-blocks.js';
import { readPages, type Block } from './pages.js';

const blocks = readPages().flatMap((page) => page.blocks);
const snippets = blocks.filter(({ language }) => language === 'ts');

/** Shows that the compiler looks: it cannot compile. */
const broken: Block = {
  page: 'docs/page.md',
  line: 10,
  language: 'ts',
  code: "const message = await ims.findOne('id');\nmessage.state;",
  preludes: ['service'],
  file: null,
};

it('every block of code compiles against the packages, and one that does not is told by page and line', () => {
  expect(snippets.length).toBeGreaterThan(50);
  expect(compileBlocks([...snippets, broken])).toEqual(["docs/page.md:11: 'message' is possibly 'null'."]);
}, 120_000);

it('no block of code hides behind another name for the language', () => {
  const known = new Set(['ts', 'sh', 'json', 'sql', 'yaml', 'promql', 'text', '']);
  const others = blocks.filter(({ language }) => !known.has(language));
  expect(others.map(({ page, line, language }) => `${page}:${line}: ${language}`)).toEqual([]);
});
