import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as emayIms from 'nestjs-emay-ims';
import { ANSWER_CODES, EmayImsError, IMS_MESSAGE_STATES, REPORT_STATES } from 'nestjs-emay-ims';
import { readPage, ROOT, tableRows } from './pages.js';

const STATE_OF = { delivered: 'DELIVERED', rejected: 'REJECTED', undeliverable: 'UNDELIVERABLE', unknown: 'UNKNOWN' };

/** One of each class, made as the module makes them. */
const ERRORS: EmayImsError[] = [
  new emayIms.EmayImsOptionsError('EmayImsModule cannot start.'),
  new emayIms.EmayImsValidationError([]),
  new emayIms.EmayImsConflictError(['order-1']),
  new emayIms.EmayImsRejectedError('ERROR_MOBILE_ERROR', 'order-1', false, ''),
  new emayIms.EmayImsUnsentError('order-1', 'ECONNREFUSED'),
  new emayIms.EmayImsQueuedError('order-1', 'ECONNREFUSED'),
  new emayIms.EmayImsUnconfirmedError('order-1', 'TIMEOUT'),
  new emayIms.EmayImsStoreError('40P01'),
  new emayIms.EmayImsClosedError('default'),
  new emayIms.EmayImsNotReadyError('default', 'its database is away'),
];

/** What the module calls failures of the database for which there is no code of the database's or its driver's. */
const DATABASE_CODES = ['database', 'operator']
  .flatMap((room) => {
    const folder = join(ROOT, 'libs/emay-ims/src', room);
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    return names.map((name) => readFileSync(join(folder, name), 'utf8'));
  })
  .flatMap((source) => [...source.matchAll(/(?:EmayImsStoreError\(|return )'([A-Z_]+)'/g)])
  .map(([, code]) => code as string)
  .filter((code) => !code.startsWith('SQLITE_'));

/** Why a poll ended early, where that is neither a code of the gateway nor one of the network. */
const POLL_ENDS = ['report-poller', 'page-puller', 'poll-series', 'report-batch-store']
  .map((name) => readFileSync(join(ROOT, 'libs/emay-ims/src/reports', `${name}.ts`), 'utf8'))
  .flatMap((source) => [...source.matchAll(/(?:const [A-Z_]+ = |stoppedBy: |Set\(\[.*)'([A-Z_]+)'/g)])
  .flatMap(([whole]) => [...whole.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code as string))
  // A push that is none: nobody has polled for it.
  .filter((code) => !(code in ANSWER_CODES) && code !== 'NO_REPORTS_FIELD');

const LANGUAGES = [
  {
    codes: 'docs/codes.md',
    errors: 'docs/errors.md',
    yes: /^yes/,
    no: /^(no|–)$/,
    labels: ['Cause', 'Retryable', 'What to do', 'Becomes'],
    databaseCodes: 'Database codes',
  },
  {
    codes: 'docs/codes.zh.md',
    errors: 'docs/errors.zh.md',
    yes: /^是/,
    no: /^(否|–)$/,
    labels: ['原因', '可重试', '处理', '变为'],
    databaseCodes: '数据库错误码',
  },
] as const;

describe.each(LANGUAGES)('$codes', ({ codes: path, yes, no, labels }) => {
  const { text, prose } = readPage(path);
  const [cause, retryable, toDo, becomes] = labels;

  /** What stands under the heading of a code or state. */
  const entry = (name: string) => {
    const section = text.split(/^##+ /m).find((part) => part.startsWith(`${name}\n`)) ?? '';
    const [, title = ''] = section.split('\n\n');
    const lines = [...section.matchAll(/^- ([^:：]+)[:：] ?(.+)$/gm)].map(
      ([, label, value]) => [label, value] as const,
    );
    return { title, of: new Map<string | undefined, string | undefined>(lines) };
  };

  it.each(Object.values(ANSWER_CODES))('tells what $code means, and whether to call again', (known) => {
    const { title, of } = entry(known.code);
    expect(title).toBe(`${known.chinese} · ${known.english}`);
    expect(of.get(cause)).toEqual(expect.any(String));
    expect(of.get(retryable)).toMatch(['configuration', 'balance', 'pace'].includes(known.kind) ? yes : no);
    expect(of.get(toDo)).toEqual(path.endsWith('.zh.md') ? expect.any(String) : known.advice);
  });

  it.each(Object.values(REPORT_STATES))('tells what $state means, and what the message becomes', (known) => {
    const { title, of } = entry(known.state);
    expect(title).toBe(`${known.chinese} · ${known.english}`);
    expect(of.get(cause)).toEqual(expect.any(String));
    expect(of.get(becomes)).toBe(STATE_OF[known.kind]);
    expect(of.get(toDo)).toEqual(path.endsWith('.zh.md') ? expect.any(String) : known.advice);
  });

  it('has no code and no state that the module does not know', () => {
    const headings = [...prose.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    expect(headings).toEqual([...Object.keys(ANSWER_CODES), ...Object.keys(REPORT_STATES)]);
  });
});

describe.each(LANGUAGES)('$errors', ({ errors: path, databaseCodes }) => {
  const { prose } = readPage(path);

  it('lists every code that the module itself gives to failures of the database', () => {
    const section = prose.split(/^## /m).find((part) => part.startsWith(`${databaseCodes}\n`)) ?? '';
    const listed = tableRows(section).flatMap(([first]) => /^`(\w+)`$/.exec(first ?? '')?.[1] ?? []);
    expect(new Set(listed)).toEqual(new Set(DATABASE_CODES));
  });

  it('lists every error class with its code and whether to call again', () => {
    const classes = Object.entries(emayIms)
      .filter(([, value]) => typeof value === 'function' && value.prototype instanceof EmayImsError)
      .map(([name]) => name);
    const rows = tableRows(prose).filter(([first]) => /^`EmayIms\w+Error`$/.test(first ?? ''));
    expect(new Set(rows.map(([name]) => name?.slice(1, -1)))).toEqual(new Set(classes));
    expect(new Set(ERRORS.map(({ name }) => name))).toEqual(new Set(classes));
    for (const { name, code, retryable: again } of ERRORS) {
      const [, codeCell, retryableCell] = rows.find(([first]) => first === `\`${name}\``) ?? [];
      expect([name, codeCell]).toEqual([name, expect.stringContaining(`\`${code}\``)]);
      // Of a rejection it depends on the code.
      if (name !== 'EmayImsRejectedError') expect([name, retryableCell]).toEqual([name, `\`${again}\``]);
    }
  });
});

it.each(['docs/reports.md', 'docs/reports.zh.md'])(
  '%s lists every reason of the module to end a poll early',
  (path) => {
    const [, section = ''] = readPage(path).text.split(/^`stoppedBy` /m);
    const listed = (section.split('\n## ')[0] ?? '')
      .split('\n')
      .filter((line) => line.startsWith('- '))
      .flatMap((line) => [...(/^[^:：]+/.exec(line)?.[0] ?? '').matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code));
    expect(new Set(POLL_ENDS).size).toBeGreaterThan(5);
    expect(new Set(listed)).toEqual(new Set(POLL_ENDS));
  },
);

it.each(['docs/states.md', 'docs/states.zh.md'])('%s lists every state of a message', (path) => {
  const listed = tableRows(readPage(path).prose).flatMap(([first]) => /^`([A-Z]+)`$/.exec(first ?? '')?.[1] ?? []);
  expect(listed).toEqual(IMS_MESSAGE_STATES);
});
