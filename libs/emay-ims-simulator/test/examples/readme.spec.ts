import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FAULT_KINDS, FAULTS, MAGIC_NUMBERS, type Simulator, startSimulator } from 'emay-ims-simulator';
import { USAGE } from '../../src/command-line/usage.js';

const FOLDER = new URL('../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, FOLDER), 'utf8');

const PAGES = ['README.md', 'README.zh.md'] as const;
const ACCEPTED = {
  'README.md': { yes: 'yes', no: 'no', choice: '`accept`' },
  'README.zh.md': { yes: '是', no: '否', choice: '`accept`' },
};
const NEEDED = { 'README.md': 'needed', 'README.zh.md': '必填' };

/** The cells of every table row whose first cell matches. */
const rows = (text: string, first: RegExp): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split(' | ').map((cell) => cell.replaceAll(/^\| *| *\|?$/g, '').trim()))
    .filter(([cell]) => first.test(cell!));

/** The section under a heading of the second level that has this table in it. */
const sectionWith = (text: string, part: string): string => text.split(/^## /m).find((one) => one.includes(part))!;

const fieldsOf = (kind: (typeof FAULT_KINDS)[number], needed: string): string => {
  const { fields, accepts } = FAULTS[kind];
  const own = Object.entries(fields).map(([name, field]) => {
    if ('required' in field) return `\`${name}\` ${needed}`;
    return field.default === undefined ? `\`${name}\`` : `\`${name}=${field.default}\``;
  });
  return [...own, ...(accepts === 'choice' ? ['`accept=false`'] : [])].join(', ');
};

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  it('lists every kind of fault, whether it is accepted, and its fields', () => {
    const section = sectionWith(text, '| `reset-before`');
    expect(
      rows(section, /^`(?!on|times|skip|chance|afterMs)[a-z-]+`$/).map(([kind, accepted, , fields]) => [
        kind,
        accepted,
        fields,
      ]),
    ).toEqual(
      FAULT_KINDS.map((kind) => [`\`${kind}\``, ACCEPTED[page][FAULTS[kind].accepts], fieldsOf(kind, NEEDED[page])]),
    );
  });

  it('lists every magic number, and how many there are', () => {
    expect(rows(text, /^`…99990\d\d`$/).map(([ending]) => ending)).toEqual(
      [...MAGIC_NUMBERS.keys()].map((digits) => `\`…99990${digits}\``),
    );
    expect(text).toMatch(new RegExp(`\\b${MAGIC_NUMBERS.size}\\b`));
  });

  it('lists every field of a push', () => {
    const declared = /export interface PushSettings \{([^]*?)\n\}/.exec(
      read('src/circumstances/push-settings.ts'),
    )![1]!;
    const fields = [...declared.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => `\`${name}\``);
    expect(rows(sectionWith(text, '| `retryAfterMs`'), /^`/).map(([name]) => name)).toEqual(fields);
  });

  it('names every way of the faults that break a form', () => {
    for (const [kind, field] of [
      ['wrongly-sealed', 'what'],
      ['wrongly-pushed', 'how'],
    ] as const) {
      const { choices } = (FAULTS[kind].fields as unknown as Record<string, { choices: readonly string[] }>)[field]!;
      const sentence = text
        .split('\n\n')
        .find((part) => part.includes(`\`${kind}\``) && part.includes(`\`${field}\``) && !part.includes('| '))!;
      expect(choices.filter((choice) => !sentence.includes(`\`${choice}\``))).toEqual([]);
    }
  });

  it('lists every option', () => {
    const declared = /export interface SimulatorOptions \{([^]*?)\n\}/.exec(read('src/options.ts'))![1]!;
    const options = [...declared.matchAll(/^ {2}readonly (\w+)\?/gm)].map(([, name]) => name!);
    const listed = rows(sectionWith(text, '| `timestampToleranceMs`'), /^`/).flatMap(([names]) => [
      ...names!.matchAll(/`(\w+)`/g),
    ]);
    expect(new Set(listed.map(([, name]) => name))).toEqual(new Set(options));
  });

  it('names flags that the command has', () => {
    const flags = new Set(text.match(/--[a-z]+(-[a-z]+)*/g));
    for (const ofOthers of ['--rm', '--data-binary']) flags.delete(ofOthers);
    expect(flags.size).toBeGreaterThan(5);
    const known = new Set(USAGE.match(/--[a-z]+(-[a-z]+)*/g));
    expect([...flags].filter((flag) => !known.has(flag))).toEqual([]);
  });

  it('leads to files that are there', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(([, path]) => path!);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((path) => !existsSync(new URL(path, FOLDER)))).toEqual([]);
  });

  describe('its shell lines', () => {
    let simulator: Simulator;
    beforeEach(async () => {
      simulator = await startSimulator();
    });
    afterEach(() => simulator.stop());

    const block = (part: string): string =>
      [...text.matchAll(/```sh\n([^]*?)```/g)].map(([, shell]) => shell!).find((shell) => shell.includes(part))!;

    /** Runs them against the simulator here. An HTTP status of 400 or more ends them with an error. */
    const run = async (shell: string): Promise<string> => {
      const lines = shell.replaceAll('http://127.0.0.1:8899', simulator.url);
      const child = spawn('bash', ['-euc', `curl() { command curl -f "$@"; }\n${lines}`], {
        env: { PATH: process.env.PATH, TZ: 'America/New_York' },
        timeout: 90_000,
      });
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
      const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
      expect({ code, out }).toEqual({ code: 0, out: expect.any(String) });
      return out;
    };

    it('send a first message', async () => {
      expect(JSON.parse(await run(block('sendSingleIMS')))).toMatchObject({ code: 'SUCCESS' });
      expect(simulator.accepted()).toEqual([
        expect.objectContaining({ content: 'Hello, 你好', customImsId: '2018010709302911' }),
      ]);
    });

    it('send an encrypted one', async () => {
      expect(JSON.parse(await run(block('/secure/')))).toMatchObject({ customImsId: '2018010709302912' });
      expect(simulator.requests()).toMatchObject([{ transport: 'secure', code: 'SUCCESS' }]);
    });

    it('control the simulator', async () => {
      const [address, post, ...lines] = block('post faults').split('\n');
      const ending = lines.findIndex((line) => line.startsWith('post reports/release'));
      await run([address, post, ...lines.slice(0, ending)].join('\n'));
      expect(simulator.faults().map(({ id }) => id)).toEqual(['2', '3']);
      expect(simulator.pendingReports()).toHaveLength(1);
      await run([address, post, ...lines.slice(ending)].join('\n'));
      expect(simulator.faults()).toEqual([]);
      expect(simulator.pendingReports()).toEqual([]);
    });
  });
});

it('says in English what the catalogue of faults says', () => {
  const meanings = rows(read('README.md'), /^`[a-z-]+`$/).map(([kind, , meaning]) => [kind, meaning]);
  expect(meanings).toEqual(expect.arrayContaining(FAULT_KINDS.map((kind) => [`\`${kind}\``, FAULTS[kind].meaning])));
});

it('says in English what the table of magic numbers says', () => {
  const meanings = rows(read('README.md'), /^`…99990\d\d`$/).map(([, meaning]) => meaning!.replaceAll('`', ''));
  expect(meanings).toEqual([...MAGIC_NUMBERS.values()].map(({ meaning }) => meaning));
});

it('says the same in both languages, table by table', () => {
  const tables = (page: string) => read(page).match(/^\|[ -]+\|/gm)?.length;
  const firstCells = (page: string) => rows(read(page), /^`/).map(([cell]) => cell!.match(/`[^`]+`/g));
  expect(tables('README.zh.md')).toBe(tables('README.md'));
  expect(firstCells('README.zh.md')).toEqual(firstCells('README.md'));
});
