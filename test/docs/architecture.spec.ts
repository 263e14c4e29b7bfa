import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

it('the architecture page shows every room of the module, and no other', () => {
  const page = readFileSync('docs/architecture.md', 'utf8');
  const table = page.slice(page.indexOf('`libs/emay-ims/src`'), page.indexOf('`emay-ims-simulator`'));
  const shown = table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([a-z-]+)\/`/g)].map(([, room]) => room));
  expect(new Set(shown)).toEqual(rooms());
});

it.each(['CONTRIBUTING.md', 'CONTRIBUTING.zh.md'])('%s maps every room of the module, and no other', (file) => {
  const page = readFileSync(file, 'utf8');
  const table = page.slice(page.indexOf('| `libs/emay-ims/src`'), page.indexOf('| `libs/emay-ims-simulator/src`'));
  const cells = table
    .split('\n')
    .slice(2)
    .map((line) => line.split('|')[1] ?? '');
  const shown = cells.flatMap((cell) => [...cell.matchAll(/`([a-z-]+)`/g)].map(([, room]) => room));
  expect(new Set(shown)).toEqual(rooms());
});

function rooms(): Set<string> {
  const entries = readdirSync('libs/emay-ims/src', { withFileTypes: true });
  return new Set(entries.filter((entry) => entry.isDirectory()).map(({ name }) => name));
}
