import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from '@jest/globals';
import { anchorsOf, readPages, ROOT, type Page } from './pages.js';

const pages = new Map(readPages().map((page) => [page.path, page]));

function problemWith(page: Page, link: string): string | null {
  const [path, anchor] = link.split('#', 2) as [string, string | undefined];
  const target = path === '' ? page.path : relative(ROOT, join(ROOT, dirname(page.path), decodeURI(path)));
  if (!existsSync(join(ROOT, target))) return 'there is no such file';
  if (anchor === undefined) return null;
  const led = pages.get(target);
  if (!led) return statSync(join(ROOT, target)).isDirectory() ? 'a folder has no headings' : null;
  return anchorsOf(led).has(decodeURI(anchor)) ? null : 'there is no such heading';
}

it('every link of every page leads somewhere', () => {
  const links = [...pages.values()].flatMap((page) =>
    page.prose.split('\n').flatMap((line, index) =>
      [...line.replaceAll(/`[^`]*`/g, '').matchAll(/\]\((?![a-z]+:)([^)\s]+)\)/g)].map(([, link]) => ({
        page,
        line: index + 1,
        link: link as string,
      })),
    ),
  );
  expect(links.length).toBeGreaterThan(50);
  const broken = links.flatMap(({ page, line, link }) => {
    const problem = problemWith(page, link);
    return problem === null ? [] : [`${page.path}:${line}: ${link}: ${problem}`];
  });
  expect(broken).toEqual([]);
});

it('every page of the documentation stands in the index of its language', () => {
  const inDocs = [...pages.keys()].filter((path) => /^docs\/(?!README)/.test(path));
  const missing = inDocs.filter((path) => {
    const index = pages.get(path.endsWith('.zh.md') ? 'docs/README.zh.md' : 'docs/README.md') as Page;
    return !index.prose.includes(`](${path.replace('docs/', '')})`);
  });
  expect(missing).toEqual([]);
});
