import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ANSWER_CODES, REPORT_STATES, type Simulator, startSimulator } from 'emay-ims-simulator';

interface Snippet {
  /** The heading that it stands under: a code or a state. */
  readonly name: string;
  readonly shell: string;
  readonly answer: unknown;
}

interface Page {
  /** The functions that the page defines first. */
  readonly setup: string;
  readonly headings: readonly string[];
  readonly snippets: readonly Snippet[];
}

/** Reads the page: each request in a block of its own, and after it what it is answered. */
function readPage(file: string): Page {
  const text = readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8');
  const [intro, ...sections] = text.split(/^### /m);
  const snippets = sections.flatMap((section) => {
    const name = section.split(' ', 1)[0]!;
    return [...section.matchAll(/```sh\n([^]*?)```\n\n```json\n([^]*?)```/g)].map(([, shell, answer]) => ({
      name,
      shell: shell!,
      answer: JSON.parse(answer!) as unknown,
    }));
  });
  return {
    setup: /```sh\n([^]*?)```/.exec(intro!)![1]!,
    headings: sections.map((section) => section.split('\n', 1)[0]!),
    snippets,
  };
}

const page = readPage('codes-and-states.md');

/** What differs from run to run, made equal; its form is kept. */
function withoutTheRun(answer: unknown): unknown {
  const json = JSON.stringify(answer)
    .replaceAll(/"imsId":"\d{20}"/g, '"imsId":"…"')
    .replaceAll(/Time":"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"/g, 'Time":"…"');
  return JSON.parse(json.includes('"state"') ? json.replace(/"customImsId":"\d{10,20}"/, '"customImsId":"…"') : json);
}

describe('the page', () => {
  it('has every code and state of the document, with its Chinese name', () => {
    const documented = Object.entries({ ...ANSWER_CODES, ...REPORT_STATES }).map(([name, desc]) => `${name} · ${desc}`);
    expect(page.headings).toEqual(expect.arrayContaining(documented));
  });

  it('has a request and its answer under each heading', () => {
    expect(new Set(page.snippets.map(({ name }) => name))).toEqual(
      new Set(page.headings.map((one) => one.split(' ')[0])),
    );
  });

  it('shows under each heading an answer that says so', () => {
    for (const { name, answer } of page.snippets)
      expect(answer).toMatchObject(name in REPORT_STATES ? { state: name } : { code: name });
  });

  it('is the same in Chinese, but for the prose', () => {
    const { setup, headings, snippets } = readPage('codes-and-states.zh.md');
    expect({ setup, headings, snippets }).toEqual(page);
  });
});

const missing = ['bash', 'curl', 'md5sum'].filter((program) => spawnSync(program, ['--version']).error);
(missing.length > 0 ? describe.skip : describe)(
  missing.length > 0 ? `each request (skipped: ${missing.join(', ')} is not installed)` : 'each request',
  () => {
    let simulator: Simulator;
    beforeAll(async () => {
      simulator = await startSimulator();
    });
    afterAll(() => simulator.stop());

    const run = async (shell: string): Promise<string> => {
      const child = spawn('bash', ['-c', `${page.setup}\n${shell}`], {
        env: { PATH: process.env.PATH, TZ: 'America/New_York', EMAY_URL: simulator.url },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 90_000,
      });
      let printed = '';
      child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')));
      child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')));
      await new Promise((resolve) => child.on('close', resolve));
      return printed;
    };

    it.each(page.snippets)('$name: $shell', async ({ shell, answer }) => {
      const printed = await run(shell);
      expect(printed).toMatch(/^\{[^]*\}\n?$/);
      expect(withoutTheRun(JSON.parse(printed))).toEqual(withoutTheRun(answer));
    });
  },
);
