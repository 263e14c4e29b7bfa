import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DriverUtils } from 'typeorm/driver/DriverUtils.js';
import { describeDatabase, isDatabaseUrl, serverUrl, sqlitePath } from './database-url.js';
import { readEnvironment } from './environment.js';
import { dataSourceOptions } from './options.js';

/** Letters that nothing else has: of whatever comes out of a URL, this must not be a part. */
const MARK = 'qzxjv';

/** As drivers read it: the password apart from all that they may write into an error. */
function driversView(url: string) {
  const options = dataSourceOptions(readEnvironment({ EMAY_IMS_DATABASE_URL: url })) as { type: string; url: string };
  const { password, ...told } = DriverUtils.buildDriverOptions(options) as unknown as Record<string, unknown>;
  return { password, told: JSON.stringify({ ...told, url: undefined }) };
}

const piece = fc.string({ unit: fc.constantFrom(...'ab1@:/?#&=%\\ .$[]{}é密🔑+-_~'), maxLength: 8 });
const password = fc.tuple(piece, piece).map(([before, after]) => before + MARK + after);
const scheme = fc.constantFrom('postgres', 'postgresql', 'mysql', 'mariadb', 'sqlite', 'oracle', '');
const tail = fc.constantFrom('', '/', '/sms', '/sms?sslmode=require', '?x=1', ':5432/sms', '#top', '/a/b');
const url = fc.oneof(
  fc.tuple(scheme, password, tail).map(([s, p, t]) => `${s}://user:${p}@db.example${t}`),
  fc.tuple(scheme, password, tail).map(([s, p, t]) => `${s}://:${p}@db.example${t}`),
  // Without a host: user:1/2 could not be told from a host, its port and a name.
  fc.tuple(scheme, password).map(([s, p]) => `${s}://user:${p.replaceAll(/[@/?#]/g, '')}`),
  fc.tuple(scheme, password).map(([s, p]) => `${s}:user:${p}@db.example/sms`),
  fc.tuple(scheme, password).map(([s, p]) => `${s}:/user:${p}@db.example/sms`),
  fc.tuple(scheme, password).map(([s, p]) => `${s}://user:${p}@/sms?host=/run/postgresql`),
  fc.tuple(scheme, password).map(([s, p]) => `${s}://db.example/sms?user=u&password=${p}`),
  fc.tuple(scheme, password).map(([s, p]) => `${s}:${s}://user:${p}@db.example/sms`),
  fc.tuple(scheme, password).map(([s, p]) => `${s}:./data/ims.sqlite?password=${p}`),
);

describe('the address of a database', () => {
  it('never shows a part of its password, whatever it looks like', () => {
    fc.assert(
      fc.property(url, (text) => {
        // A path in which somebody has put a word is the name of a file, and no password.
        fc.pre(sqlitePath(text) === null);
        expect(describeDatabase(text)).not.toContain(MARK);
        let refusal = '';
        try {
          readEnvironment({ EMAY_IMS_DATABASE_URL: text });
        } catch (error) {
          refusal = String(error);
        }
        expect(refusal).not.toContain(MARK);
        expect(isDatabaseUrl(text)).toBe(refusal === '');
        if (refusal === '') expect(driversView(text).told).not.toContain(MARK);
      }),
      { numRuns: 3_000 },
    );
  });

  it('reaches the driver with any password that is percent-encoded', () => {
    const any = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(fc.constantFrom('postgres', 'mysql'), any, (kind, secret) => {
        const text = `${kind}://user:${encodeURIComponent(secret)}@db.example:1234/sms`;
        expect(isDatabaseUrl(text)).toBe(true);
        expect(driversView(text).password).toBe(secret);
      }),
    );
  });

  it.each([
    ['postgres://u:p@ss@db.example/sms', 'postgres://db.example/sms', 'p@ss'],
    ['postgresql://u:p%40ss@db.example:5432/sms?sslmode=require', 'postgresql://db.example/sms', 'p@ss'],
    ['mysql://u:pass:word@db.example/sms', 'mysql://db.example/sms', 'pass:word'],
    ['mysql://u:p ä密@[::1]:3306/sms', 'mysql://[::1]/sms', 'p ä密'],
    ['mariadb://db.example/sms', 'mariadb://db.example/sms', ''],
    ['postgres://u:secret@/sms?host=/run/postgresql', 'postgres:/sms', 'secret'],
  ])('%s is shown as %s', (text, shown, secret) => {
    expect(isDatabaseUrl(text)).toBe(true);
    expect(describeDatabase(text)).toBe(shown);
    expect(driversView(text).password ?? '').toBe(secret);
  });

  it.each([
    'postgres://u:p/ss@db.example/sms',
    'postgres://u:12/ss@db.example/sms',
    'postgres://u:12?ss@db.example/sms',
    'mysql://u:12#ss@db.example/sms',
    'mysql://u:50%@db.example/sms',
    'postgres://db.example/sms?password=p@ss',
    'sqlite://user:password@host/sms',
    'sqlite:postgres://user:password@host/sms',
    'sqlite:./ims.sqlite?password=x',
    'sqlite:',
  ])('%s is refused, as it can be read in two ways', (text) => {
    expect(isDatabaseUrl(text)).toBe(false);
    expect(describeDatabase(text)).toBe('a database whose address cannot be read');
    expect(() => readEnvironment({ EMAY_IMS_DATABASE_URL: text })).toThrow(/percent-encode all but letters and digits/);
  });

  it.each(['./data/ims.sqlite', '/var/lib/sms #1/ims@home.sqlite', '///var/lib/ims.sqlite', 'C:\\sms\\ims.sqlite'])(
    'takes an SQLite file at any path: %s',
    (path) => {
      expect(sqlitePath(`sqlite:${path}`)).toBe(path);
      expect(describeDatabase(`sqlite:${path}`)).toBe(`sqlite:${path}`);
      expect(serverUrl(`sqlite:${path}`)).toBe(`sqlite:${path}`);
    },
  );
});
