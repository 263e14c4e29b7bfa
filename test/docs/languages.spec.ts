import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { readPages, tableRows, type Block, type Page } from './pages.js';

/** Pages for those who work on the packages: in English alone. */
const ENGLISH_ALONE = new Set(['architecture', 'verification', 'dependencies'].map((name) => `docs/${name}.md`));
const HAN = /\p{Script=Han}/u;

const pages = new Map(readPages().map((page) => [page.path, page]));
const pairs = [...pages.values()]
  .filter(({ path }) => !path.endsWith('.zh.md') && !ENGLISH_ALONE.has(path))
  .map((english) => ({ path: english.path, english, chinese: pages.get(english.path.replace(/\.md$/, '.zh.md')) }));

it('every page but those of contributors is there in Chinese', () => {
  expect(pairs.filter(({ chinese }) => !chinese).map(({ path }) => path)).toEqual([]);
});

describe.each(pairs.filter((pair): pair is typeof pair & { chinese: Page } => pair.chinese !== undefined))(
  '$path and its Chinese page',
  ({ english, chinese }) => {
    it('show the same code, apart from comments and Chinese texts', () => {
      expect(chinese.blocks.map(({ language, preludes }) => [language, ...preludes])).toEqual(
        english.blocks.map(({ language, preludes }) => [language, ...preludes]),
      );
      for (const [index, block] of chinese.blocks.entries()) {
        const original = english.blocks[index] as Block;
        const place = `${block.page}:${block.line}`;
        expect([place, ...skeleton(block, original)]).toEqual([place, ...skeleton(original, block)]);
      }
    });

    it('have the same headings and tables', () => {
      const shape = ({ prose }: Page) => [...prose.matchAll(/^#+(?= )/gm)].map(([level]) => level);
      expect(shape(chinese)).toEqual(shape(english));
      const names = ({ prose }: Page) => tableRows(prose).map(([first = '']) => first.match(/`[^`]+`/g));
      expect(names(chinese)).toEqual(names(english));
    });

    it('name the same things in each row of a table', () => {
      const named = ({ prose }: Page) =>
        tableRows(prose).map((cells) => [...new Set(cells.join(' ').match(/`[^`]+`/g))].toSorted());
      expect(named(chinese)).toEqual(named(english));
    });
  },
);

/** What must be equal in both languages: without comments, and without texts that are Chinese on either side. */
function skeleton(block: Block, other: Block): string[] {
  const tokens = tokensOf(block);
  const others = tokensOf(other);
  return tokens.map((token, index) => (HAN.test(token) || HAN.test(others[index] ?? '') ? '…' : token));
}

function tokensOf({ language, code }: Block): string[] {
  if (language === 'ts') {
    const tokens = leaves(ts.createSourceFile('block.ts', code, ts.ScriptTarget.Latest, true));
    // A text of another length breaks lines elsewhere, and a list over several lines ends with a comma.
    return tokens.filter((token, index) => !(token === ',' && /^[)\]}]$/.test(tokens[index + 1] ?? '')));
  }
  const comment = language === 'sql' ? /--.*$/gm : /(^|\s)(#|\/\/).*$/gm;
  return code
    .replaceAll(comment, '')
    .split(/("[^"\n]*"|\s+)/)
    .filter((token) => token.trim() !== '');
}

function leaves(node: ts.Node): string[] {
  const children = node.getChildren().filter(({ kind }) => kind !== ts.SyntaxKind.JSDoc);
  return children.length === 0 ? [node.getText()].filter((text) => text !== '') : children.flatMap(leaves);
}
