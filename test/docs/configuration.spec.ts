import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { EmayImsModuleOptions, EmayImsServerDatabaseOptions } from 'nestjs-emay-ims';
import { OptionsSchema } from '../../libs/emay-ims/src/options/options.schema.js';
import { resolveOptions } from '../../libs/emay-ims/src/options/resolve-options.js';
import { Environment } from '../../src/config/environment.js';
import { readPage, ROOT, tableRows } from './pages.js';

const NEEDED: EmayImsModuleOptions = { baseUrl: 'https://gateway.example', appId: 'app', secretKey: 'key' };

/** Every option of `database` on a server but `dataSource`: what is missing here does not compile. */
const SERVER: Record<keyof Omit<EmayImsServerDatabaseOptions, 'dataSource'>, true> = {
  poolSize: true,
  statementTimeoutMs: true,
  poolTimeoutMs: true,
  startTimeoutMs: true,
  schema: true,
  entityPrefix: true,
  notify: true,
  notifyJoined: true,
  listenAddress: true,
  currentManager: true,
};
const { dataSource, ...serverDefaults } = resolveOptions(NEEDED).database as EmayImsServerDatabaseOptions;

/** Every option by its path, with its default; `undefined` where it has none and must be given. */
const DEFAULTS = new Map<string, unknown>([
  ...Object.entries(new OptionsSchema()).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).map(([inner, of]): [string, unknown] => [`${name}.${inner}`, of])
      : [[name, value] as [string, unknown]],
  ),
  ['database', { dataSource }],
  ...Object.keys({ ...SERVER, ...serverDefaults }).map((name): [string, unknown] => [
    `database.${name}`,
    serverDefaults[name as keyof typeof serverDefaults],
  ]),
  ...Object.keys(NEEDED).map((name): [string, unknown] => [name, undefined]),
]);

describe.each(['docs/configuration.md', 'docs/configuration.zh.md'])('%s', (path) => {
  const rows = tableRows(readPage(path).prose);
  const options = rows
    .filter(([first]) => /^`[a-z]\w+(\.\w+)?`$/.test(first ?? ''))
    .map(([name = '', standard = '', allowed = '']) => ({ name: name.slice(1, -1), standard, allowed }));

  it('lists every option, and no other', () => {
    expect(options.map(({ name }) => name).toSorted()).toEqual([...DEFAULTS.keys()].toSorted());
  });

  it.each(options)('tells the default of $name', ({ name, standard }) => {
    const written = /^`(.+)`$/.exec(standard)?.[1];
    expect(written === undefined ? undefined : evaluate(written)).toEqual(DEFAULTS.get(name));
  });

  it.each(options.filter(({ allowed }) => /^[\d≥][\d,–≥ ]*$/.test(allowed)))(
    'tells the limits of $name',
    ({ name, allowed }) => {
      const [low, high] = allowed.replaceAll(/[≥ ,]/g, '').split('–').map(Number) as [number, number?];
      const outside = [low - 1, ...(high === undefined ? [] : [high + 1])];
      for (const value of [low, high ?? low]) expect(problemWith(name, value)).toBeNull();
      for (const value of outside) expect(problemWith(name, value)).toContain(name);
    },
  );
});

describe.each(['docs/service.md', 'docs/service.zh.md'])('%s', (path) => {
  it('lists every variable of the reference application with its default', () => {
    const rows = tableRows(readPage(path).prose);
    const source = readFileSync(join(ROOT, 'src/config/environment.ts'), 'utf8');
    const variables = [...source.matchAll(/^ {2}([A-Z][A-Z_]+)\b/gm)].map(([, name]) => name as string);
    const defaults = new Map<string, string | number>(Object.entries(new Environment()));
    const listed = rows.filter(([first]) => /^`[A-Z_]+`$/.test(first ?? ''));
    expect(new Set(listed.map(([name]) => name?.slice(1, -1)))).toEqual(new Set(variables));
    for (const [name = '', standard] of listed) {
      const value = defaults.get(name.slice(1, -1));
      if (value !== undefined) expect([name, standard]).toEqual([name, `\`${value}\``]);
    }
  });
});

/** A default as it is written in code. */
function evaluate(code: string): unknown {
  // oxlint-disable-next-line typescript/no-implied-eval
  return new Function(`return (${code});`)();
}

/** What the module says to this value, `null` where it takes it; other options are given room. */
function problemWith(path: string, value: number): string | null {
  const [section = '', name = ''] = path.split('.');
  const roomy: Record<string, object> = {
    http: { timeoutMs: 2_147_483_647, connectTimeoutMs: 50 },
    dispatch: { minBackoffMs: 1, maxBackoffMs: 2_147_483_647 },
    database: { dataSource },
  };
  try {
    resolveOptions({ ...NEEDED, [section]: { ...roomy[section], [name]: value } });
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
