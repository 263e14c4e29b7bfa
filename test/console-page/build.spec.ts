import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { buildPage } from './console-in-chromium.js';

const BUILT = fileURLToPath(new URL('../../libs/emay-ims-console/dist-page/', import.meta.url));

describe("the build of the console's page", () => {
  beforeAll(buildPage);
  const files = (): string[] =>
    (readdirSync(BUILT, { recursive: true }) as string[]).filter((file) => /\.\w+$/.test(file));
  const sizeOf = (file: string): number => statSync(join(BUILT, file)).size;

  it('is at most 120 kB, compressed', () => {
    const sizes = files()
      .filter((file) => file.endsWith('.br') || file === 'index.html')
      .map(sizeOf);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(120_000);
  });

  it('has each file under a name with its hash, compressed beside it', () => {
    const assets = files().filter((file) => file.startsWith('assets/') && !file.endsWith('.br'));
    expect(assets.length).toBeGreaterThan(3);
    for (const file of assets) {
      expect(file).toMatch(/-[\w-]{8}\.(js|css|svg)$/);
      expect(brotliDecompressSync(readFileSync(join(BUILT, `${file}.br`)))).toEqual(readFileSync(join(BUILT, file)));
    }
  });

  it('has a shell without anything inline, with addresses relative to the mount', () => {
    const shell = readFileSync(join(BUILT, 'index.html'), 'utf8');
    expect(shell).not.toMatch(/<style|style=|<script[^>]*>[^<]|\son\w+=/);
    const addresses = [...shell.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address!);
    expect(addresses.length).toBeGreaterThan(2);
    expect(addresses.filter((address) => !address.startsWith('./assets/'))).toEqual([]);
    expect(shell).toContain('<meta name="emay-ims-console-base" content="./" />');
  });

  it('names no other place', () => {
    const texts = files()
      .filter((file) => /\.(js|css|html)$/.test(file))
      .map((file) => readFileSync(join(BUILT, file), 'utf8'));
    const places = texts.flatMap((text) => text.match(/https?:\/\/[^\s"'`)]+/g) ?? []);
    expect(places.filter((place) => !place.startsWith('http://www.w3.org/'))).toEqual([]);
  });

  it('is left alone where nothing has changed', () => {
    const before = statSync(join(BUILT, 'index.html')).mtimeMs;
    buildPage();
    expect(statSync(join(BUILT, 'index.html')).mtimeMs).toBe(before);
  });
});
