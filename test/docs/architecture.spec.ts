import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

it('the architecture page shows every room of the module, and no other', () => {
  const page = readFileSync('docs/architecture.md', 'utf8');
  const table = page.slice(page.indexOf('`libs/emay-ims/src`'), page.indexOf('`emay-ims-simulator`'));
  const shown = table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([a-z-]+)\/`/g)].map(([, room]) => room));
  const rooms = readdirSync('libs/emay-ims/src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(new Set(shown)).toEqual(new Set(rooms.map(({ name }) => name)));
});
