import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A fenced block of a page. */
export interface Block {
  /** Path from the root, with `/`. */
  readonly page: string;
  /** Line of the page on which the code begins, from 1. */
  readonly line: number;
  /** What stands behind the fence, e.g. `ts`; empty for none. */
  readonly language: string;
  readonly code: string;
  /** Names of the preludes that a comment before the block asks for: `<!-- with: service, orders -->`. */
  readonly preludes: readonly string[];
  /** The file that it stands for, for other blocks of its page: `<!-- as: app.module.ts -->`. */
  readonly file: string | null;
}

export interface Page {
  /** Path from the root, with `/`. */
  readonly path: string;
  readonly text: string;
  /** The text without its fenced blocks; its lines keep their numbers. */
  readonly prose: string;
  readonly blocks: readonly Block[];
}

const NOTHING_ASKED: Pick<Block, 'preludes' | 'file'> = { preludes: [], file: null };

/** Every page that people read, in both languages. */
export function readPages(): Page[] {
  const folders = [
    '',
    'docs',
    ...readdirSync(join(ROOT, 'libs')).flatMap((name) => [`libs/${name}`, `libs/${name}/docs`]),
  ];
  return folders
    .filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => (folder ? `${folder}/${name}` : name)))
    .filter((path) => path.endsWith('.md'))
    .toSorted()
    .map(readPage);
}

/** @param path from the root */
export function readPage(path: string): Page {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const blocks: Block[] = [];
  const prose: string[] = [];
  let fence: (Omit<Block, 'page' | 'code'> & { indent: number; code: string[] }) | null = null;
  let asked: Pick<Block, 'preludes' | 'file'> = NOTHING_ASKED;
  for (const [index, line] of text.split('\n').entries()) {
    const [, indent, language] = /^( *)```([\w-]*)$/.exec(line) ?? [];
    prose.push(fence || indent !== undefined ? '' : line);
    if (fence && indent !== undefined) {
      const { line: from, preludes, file, code } = fence;
      blocks.push({ page: path, line: from, language: fence.language, preludes, file, code: code.join('\n') });
      fence = null;
      asked = NOTHING_ASKED;
    } else if (fence) {
      fence.code.push(line.slice(fence.indent));
    } else if (indent !== undefined) {
      fence = { ...asked, language: language ?? '', line: index + 2, indent: indent.length, code: [] };
    } else if (line.trim() !== '') {
      const [, key, value] = /^ *<!-- (with|as): (.*) -->$/.exec(line) ?? [];
      if (key === undefined || value === undefined) asked = NOTHING_ASKED;
      else asked = key === 'as' ? { ...asked, file: value } : { ...asked, preludes: value.split(', ') };
    }
  }
  if (fence) throw new Error(`${path}:${fence.line}: the block does not end`);
  return { path, text, prose: prose.join('\n'), blocks };
}

/** The cells of a page's table rows, without the line below the head. */
export function tableRows(prose: string): string[][] {
  return prose
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\|[ :|-]+\|$/.test(line))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf({ prose }: Page): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of prose.matchAll(/^#{1,6} (.+)$/gm)) {
    const text = (heading as string).replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1');
    const anchor = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-');
    let unique = anchor;
    for (let repeat = 1; anchors.has(unique); repeat++) unique = `${anchor}-${repeat}`;
    anchors.add(unique);
  }
  return anchors;
}
