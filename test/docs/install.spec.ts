import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const manifests = readdirSync('libs').map(
  (library) => JSON.parse(readFileSync(`libs/${library}/package.json`, 'utf8')) as { name: string; version: string },
);

it.each(['docs/quick-start.md', 'docs/quick-start.zh.md'])('%s installs every package that is packed', (page) => {
  const text = readFileSync(page, 'utf8');
  const files = manifests.map(({ name, version }) => `${name}-${version}.tgz`);
  const packed = /npm run pack.*/.exec(text)?.[0] ?? '';
  const installed = [...text.matchAll(/^npm install .*\.tgz/gm)].join('\n');
  expect(files.filter((file) => !packed.includes(file) || !installed.includes(`/${file}`))).toEqual([]);
});

it.each(['README.md', 'README.zh.md'])('%s lists the folder of every package', (page) => {
  const text = readFileSync(page, 'utf8');
  expect(readdirSync('libs').filter((library) => !text.includes(`| [\`libs/${library}\`](libs/${library})`))).toEqual(
    [],
  );
});
