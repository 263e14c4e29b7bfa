import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

interface Row {
  changed: string[];
  suites: string[];
  servers?: boolean;
  also?: string[];
}

/** SQL on the module's tables, by name or by a placeholder for it. */
const STATEMENT = /\b(?:FROM|INTO|UPDATE) (?:\$\{|emay_ims_)/;
const SOURCES = ['libs/emay-ims/src', 'libs/emay-ims-console/src', 'libs/emay-ims-simulator/src', 'src'];
const rows = JSON.parse(readFileSync('test/suites.json', 'utf8')) as Row[];
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
const named = new Set(rows.flatMap(({ changed }) => changed));

function filesIn(folder: string, name: RegExp): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => name.test(path));
}

describe('the table of suites by what has changed', () => {
  it.each(SOURCES)('names every room of %s, and the files beside the rooms', (source) => {
    const rooms = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(rooms.map(({ name }) => `${source}/${name}`).filter((room) => !named.has(room))).toEqual([]);
    expect(named).toContain(source);
  });

  it('names nothing that is not there', () => {
    expect([...named].filter((path) => !existsSync(path))).toEqual([]);
    const suites = [...new Set(rows.flatMap((row) => row.suites))];
    const isThere = (suite: string) =>
      existsSync(suite) ? filesIn(suite, /\.spec\.ts$/).length > 0 : existsSync(`${suite}.spec.ts`);
    expect(suites.filter((suite) => !isThere(suite))).toEqual([]);
    const commands = rows.flatMap(({ also = [] }) => also.map((command) => command.split(' ')[0] ?? ''));
    expect(commands.filter((command) => !(command in scripts))).toEqual([]);
  });

  it('has servers asked wherever the room has statements', () => {
    const hasStatements = (folder: string) =>
      filesIn(folder, /(?<!\.spec)\.ts$/).some((path) => STATEMENT.test(readFileSync(join(folder, path), 'utf8')));
    const rooms = readdirSync('libs/emay-ims/src', { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `libs/emay-ims/src/${name}`)
      .filter(hasStatements);
    expect(rooms.length).toBeGreaterThan(2);
    const asked = rows.filter(({ servers }) => servers).flatMap(({ changed }) => changed);
    expect(rooms.filter((room) => !asked.includes(room))).toEqual([]);
  });
});
