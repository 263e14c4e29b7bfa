import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StartError } from '../start/start-error.js';
import { loadDotEnv } from './dot-env.js';

describe('the file .env', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'emay-ims-dot-env-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const load = (content: string | Buffer, variables: NodeJS.ProcessEnv = {}) => {
    const path = join(folder, '.env');
    writeFileSync(path, content);
    loadDotEnv(path, variables);
    return variables;
  };
  const refused = (content: string | Buffer): string | null => {
    const variables = {};
    const refusal = refusalOf(() => load(content, variables));
    expect(variables).toEqual({});
    return refusal;
  };

  it('need not be there', () => {
    const variables = {};
    loadDotEnv(join(folder, 'nowhere'), variables);
    expect(variables).toEqual({});
  });

  it('adds to the environment, which comes first', () => {
    expect(load('HOST=a\nPORT=1 # one\n', { HOST: 'b' })).toEqual({ HOST: 'b', PORT: '1' });
  });

  it.each(['', ' ', '""', "''"])('takes the place of a variable that is empty: %j', (empty) => {
    expect(load('EMAY_IMS_APP_ID=app', { EMAY_IMS_APP_ID: empty })).toEqual({ EMAY_IMS_APP_ID: 'app' });
  });

  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('may have lines that end in %s, and a byte order mark', (_name, end) => {
    const lines = ['A=1', '# 密钥', 'export B="two words"', ''].join(end);
    const read = { A: '1', B: 'two words' };
    expect(load(lines)).toEqual(read);
    expect(load(`\uFEFF${lines}`)).toEqual(read);
  });

  it('is refused where it is no UTF-8, without its content', () => {
    for (const text of ['A=1\nEMAY_IMS_SECRET_KEY=secret\n', '#密\nEMAY_IMS_SECRET_KEY=secret\n']) {
      const littleEndian = Buffer.from(text, 'utf16le');
      const bigEndian = Buffer.from(littleEndian).swap16();
      const marked = Buffer.from(`\uFEFF${text}`, 'utf16le');
      for (const bytes of [littleEndian, bigEndian, marked, Buffer.from(marked).swap16()]) {
        expect(refused(bytes)).toMatch(/Save \.env as UTF-8/);
        expect(refused(bytes)).not.toContain('secret');
      }
    }
    // In GBK.
    expect(refused(Buffer.from('23c3dcd4bf0a413d310a', 'hex'))).toMatch(/Save \.env as UTF-8/);
  });

  it.each([
    'EMAY_IMS_APP_ID app\nHOST=a\n',
    'HOST=a\nEMAY_IMS_APP_ID app\n',
    'EMAY_IMS_APP_ID: app\nHOST=a\n',
    'EMAY_IMS APP_ID=app\nHOST=a\n',
    '---\nHOST=a',
    '=a\nHOST=a',
  ])('is refused where a line is no variable: %j', (text) => {
    expect(refused(text)).toMatch(/NAME=value/);
  });

  it.each(['"', "'", '`'])(
    'is refused where a quote is not closed, which could swallow the lines below: %s',
    (quote) => {
      const path = `EMAY_IMS_SPOOL_PATH=${quote}/var/lib/sms\n`;
      const below = 'EMAY_IMS_DATABASE_URL=postgres://db\nHOST=0.0.0.0\n';
      for (const end of [
        `KEY_HASHES=${quote}aa${quote}\n`,
        `# ${quote}said${quote}\n${below}`,
        `A=it${quote}s\n`,
        quote,
        '',
      ]) {
        expect(refused(path + below + end)).toMatch(/NAME=value/);
      }
    },
  );

  it('may have what looks like a comment or a quote in a value, white space, and a name twice', () => {
    const text = `A='#1' # it's "one"\n B = it's\nexport  C=\nD="a=b # c"\n\n  \n  # E="\nE='"x"' # y\nA=2\nF=it's\nG='"a" b'`;
    expect(load(text)).toEqual({ A: '2', B: "it's", C: '', D: 'a=b # c', E: '"x"', F: "it's", G: '"a" b' });
  });

  it('is refused where it cannot be read', () => {
    expect(() => loadDotEnv(folder, {})).toThrow(/cannot be read \(EISDIR\)/);
  });
});

function refusalOf(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(StartError);
    return (error as Error).message;
  }
}
