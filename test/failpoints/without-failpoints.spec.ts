import { describe, expect, it } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withoutFailpoints } from '../../scripts/without-failpoints.mjs';

const SOURCES = 'libs/emay-ims/src';

/** In a method, behind a statement. */
const inMethod = (...lines: string[]) => ['class Poller {', '  async poll() {', ...lines, '  }', '}', ''].join('\n');

describe('what takes the failpoints out of the published package', () => {
  it.each([
    ['an import', "import { failpoint } from '../failpoints/failpoint.js';\nexport {};\n", '\nexport {};\n'],
    [
      'a statement',
      inMethod('    const a = 1;', "    await failpoint('after-pull');", '    return a;'),
      inMethod('    const a = 1;', '', '    return a;'),
    ],
    ['the first statement', inMethod("    await failpoint('after-pull');"), inMethod('')],
    ['the warning', inMethod('    warnOfFailpoints(this.logger);'), inMethod('')],
    [
      'a step of a chain',
      inMethod('    return go()', "      .then(() => failpoint('after-pull'))", '      .then(end);'),
      inMethod('    return go()', '', '      .then(end);'),
    ],
  ])('leaves an empty line for %s', (_what, source, wanted) => {
    expect(withoutFailpoints(source)).toBe(wanted);
  });

  it.each([
    ['the body of an if', inMethod('    if (due)', "      await failpoint('after-pull');", '    send();')],
    ['an expression', inMethod("    const end = failpoint('after-pull');")],
  ])('leaves %s as it is, for the word to be found', (_what, source) => {
    expect(withoutFailpoints(source)).toBe(source);
  });

  it('leaves none in the sources of the library', async () => {
    const paths = (await readdir(SOURCES, { recursive: true })).filter(
      (path) => path.endsWith('.ts') && !path.endsWith('.spec.ts') && !path.startsWith('failpoints'),
    );
    const left: string[] = [];
    for (const path of paths) {
      const source = withoutFailpoints(await readFile(join(SOURCES, path), 'utf8'));
      if (/failpoint/i.test(source)) left.push(path);
    }
    expect(paths.length).toBeGreaterThan(100);
    expect(left).toEqual([]);
  });
});
