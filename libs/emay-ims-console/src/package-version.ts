import { readFileSync } from 'node:fs';

/** Of this package; `''` where a bundler has left its manifest behind. */
export function packageVersion(): string {
  try {
    const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
    return (JSON.parse(manifest) as { version: string }).version;
  } catch {
    return '';
  }
}
