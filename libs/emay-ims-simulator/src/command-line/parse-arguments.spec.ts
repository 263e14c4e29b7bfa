import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { REALISTIC_COUNTRIES } from '../circumstances/country-profile.js';
import { DEFAULT_ACCOUNT, resolveOptions } from '../options.js';
import { parseArguments } from './parse-arguments.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'emay-ims-simulator-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(content: unknown): string {
  const path = join(folder, 'file.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function served(...args: string[]) {
  const command = parseArguments(args);
  if (command.print !== undefined) throw new Error(`prints ${command.print}`);
  return command;
}

/** Everything that a file can say. */
const EVERYTHING = {
  port: 9000,
  host: '::1',
  accounts: [
    {
      appId: 'a',
      secretKey: 'k',
      allowedIps: ['10.1.*'],
      outOfBalance: true,
      reports: 'held',
      poisoned: true,
      push: { url: 'http://a/push', form: 'plain' },
    },
  ],
  timestampToleranceMs: 1,
  maxContentLength: 2,
  emptyBatch: 'params',
  reportDelayMs: { median: 300, p95: 2000 },
  countries: { '61': { reportLoss: 0.5 } },
  reportsPerSecond: 3,
  timeoutReportAfterMs: 4,
  signCase: 'any',
  undecipherable: 'ERROR_PARAMS',
  timeZoneOffset: '+00:00',
  seed: 5,
  logFile: '/tmp/log',
  historyLimit: 6,
  pendingLimit: 7,
  scenario: { steps: [{ pass: 2 }, { kind: 'hang' }], repeat: true },
  control: false,
};

it('has a fixed port, the public account and text without arguments', () => {
  expect(served()).toEqual({ options: { port: 8899, accounts: [DEFAULT_ACCOUNT] }, faults: [], output: 'text' });
});

describe('a file of options', () => {
  it('holds any option of startSimulator that is no function', () => {
    const { options } = served('--config', file(EVERYTHING));
    expect(options).toEqual(EVERYTHING);
    const { now: _, onRequest: __, timeZoneOffsetMs, ...resolved } = resolveOptions(options);
    expect({ ...resolved, timeZoneOffset: timeZoneOffsetMs }).toEqual({ ...EVERYTHING, timeZoneOffset: 0 });
  });

  it('says endless and realistic in words', () => {
    const scenario = { steps: [{ kind: 'hang', times: 'Infinity' }] };
    const { options } = served('--config', file({ reportsPerSecond: 'Infinity', countries: 'realistic', scenario }));
    expect(options).toMatchObject({
      reportsPerSecond: Infinity,
      countries: REALISTIC_COUNTRIES,
      scenario: { steps: [{ kind: 'hang', times: Infinity }] },
    });
  });

  it.each([
    [{ prot: 1 }, 'there is no "prot"; write one of: port, host, accounts'],
    [{ now: 1 }, 'there is no "now"'],
    [[], 'write an object such as { "port": 9000 }.'],
    [{ port: '9000' }, 'port does not fit; write a number.'],
    [{ host: 1 }, 'host does not fit; write a text in quotes.'],
    [{ control: 'no' }, 'control does not fit; write true or false.'],
    [{ scenario: [] }, 'scenario does not fit; write an object.'],
    [{ reportDelayMs: '300' }, 'reportDelayMs does not fit; write milliseconds'],
    [{ countries: 'dreamt' }, 'countries does not fit; write an object such as'],
    [{ reportsPerSecond: 'many' }, 'reportsPerSecond does not fit; write a number, or "Infinity".'],
    [{ accounts: {} }, 'accounts does not fit; write a list such as [{ "appId": "mine"'],
    [{ accounts: [{ appId: 'a', secretKey: 1 }] }, 'accounts does not fit'],
    [{ accounts: [{ appId: 'a', secretKey: 'k', secret: 1 }] }, 'accounts does not fit'],
    [{ accounts: [{ appId: 'a', secretKey: 'k', allowedIps: '10.1.2.3' }] }, 'accounts does not fit'],
    ['{ "port": 1, }', 'is not JSON'],
  ])('%j is refused', (content, message) => {
    const path = file(content);
    expect(() => served('--config', path)).toThrow(`--config: ${path}`);
    expect(() => served('--config', path)).toThrow(message);
  });

  it('is not quoted where it is refused: there are keys in it', () => {
    for (const content of ['{ "accounts": [{ "secretKey": "TOP-SECRET" "x" }] }', { accounts: ['TOP-SECRET'] }]) {
      const path = file(content);
      expect(() => served('--config', path)).toThrow(/^(?!.*TOP-SECRET)/);
    }
  });

  it('must be there', () => {
    expect(() => served('--config', join(folder, 'nowhere'))).toThrow(
      /nowhere cannot be read \(ENOENT.*write the path/,
    );
  });

  it('may begin with a byte order mark', () => {
    expect(served('--config', file('\uFEFF{"port":9000}')).options.port).toBe(9000);
  });
});

describe('flags', () => {
  it.each([
    ['--port', '1', { port: 1 }],
    ['--host', '0.0.0.0', { host: '0.0.0.0' }],
    ['--report-delay-ms', '100', { reportDelayMs: 100 }],
    ['--report-delay-ms', '100-900', { reportDelayMs: { min: 100, max: 900 } }],
    ['--countries', 'realistic', { countries: REALISTIC_COUNTRIES }],
    ['--reports-per-second', '20', { reportsPerSecond: 20 }],
    ['--reports-per-second', 'unlimited', { reportsPerSecond: Infinity }],
    ['--timeout-report-after-ms', '20', { timeoutReportAfterMs: 20 }],
    ['--timestamp-tolerance-ms', '20', { timestampToleranceMs: 20 }],
    ['--max-content-length', '20', { maxContentLength: 20 }],
    ['--empty-batch', 'content-first', { emptyBatch: 'content-first' }],
    ['--sign-case', 'upper', { signCase: 'upper' }],
    ['--time-zone-offset', '-03:30', { timeZoneOffset: '-03:30' }],
    ['--seed', '20', { seed: 20 }],
    ['--log-file', 'log', { logFile: 'log' }],
    ['--history-limit', '20', { historyLimit: 20 }],
    ['--pending-limit', '20', { pendingLimit: 20 }],
  ])('%s %s wins over the file', (flag, value, option) => {
    expect(served('--config', file(EVERYTHING), `${flag}=${value}`).options).toEqual({ ...EVERYTHING, ...option });
  });

  it('--no-control wins over the file', () => {
    expect(served('--config', file({ control: true }), '--no-control').options.control).toBe(false);
  });

  it('change the one account that the file names, or the public one', () => {
    const path = file(EVERYTHING);
    expect(served('--config', path, '--secret-key', 'new').options.accounts).toEqual([
      { ...EVERYTHING.accounts[0], secretKey: 'new' },
    ]);
    expect(served('--push-to', 'http://a/push').options.accounts).toEqual([
      { ...DEFAULT_ACCOUNT, push: { url: 'http://a/push' } },
    ]);
    const push = [
      '--push-form',
      'plain',
      '--push-retry-after-ms',
      '1,2',
      '--push-batch-size',
      '3',
      '--push-every-ms',
      '4',
    ];
    expect(served('--push-to', 'http://a/push', ...push, '--pull-beside-push').options.accounts).toMatchObject([
      { push: { form: 'plain', retryAfterMs: [1, 2], batchSize: 3, everyMs: 4, pullBesidePush: true } },
    ]);
    expect(() => served('--push-form', 'plain')).toThrow('--push-to is missing');
    expect(() => served('--push-to', 'http://a', '--push-retry-after-ms', 'soon')).toThrow(
      '--push-retry-after-ms is "soon"',
    );
    expect(served('--out-of-balance', '--reports', 'pushed', '--poisoned').options.accounts).toEqual([
      { ...DEFAULT_ACCOUNT, outOfBalance: true, reports: 'pushed', poisoned: true },
    ]);
    expect(served('--app-id', 'mine', '--allowed-ips', '10.1.2.3, 10.2.*').options.accounts).toEqual([
      { ...DEFAULT_ACCOUNT, appId: 'mine', allowedIps: ['10.1.2.3', '10.2.*'] },
    ]);
    expect(() =>
      served('--config', file({ accounts: [DEFAULT_ACCOUNT, DEFAULT_ACCOUNT] }), '--app-id', 'mine'),
    ).toThrow('names several accounts; write what --app-id, --secret-key, --allowed-ips, --out-of-balance');
  });

  it('read a script of faults, and profiles of countries', () => {
    const scenario = { steps: [{ pass: 2 }, { kind: 'hang', times: 'Infinity' }] };
    expect(served('--scenario', file(scenario)).options.scenario).toEqual({
      steps: [{ pass: 2 }, { kind: 'hang', times: Infinity }],
    });
    expect(served('--countries', file({ '61': { reportLoss: 1 } })).options.countries).toEqual({
      '61': { reportLoss: 1 },
    });
    expect(() => served('--scenario', file({ steps: [] }))).toThrow('scenario: write { "steps"');
    expect(() => served('--countries', file({ au: {} }))).toThrow('countries: "au" is not a calling code');
    expect(() => served('--countries', 'dreamt')).toThrow('--countries: dreamt cannot be read');
  });

  it('order faults, as many as there are', () => {
    expect(served('--fault', 'hang,chance=0.5', '--fault', 'delay,ms=5').faults).toEqual([
      { kind: 'hang', chance: 0.5 },
      { kind: 'delay', ms: 5 },
    ]);
  });

  it('choose what is printed', () => {
    expect(served('--json').output).toBe('json');
    expect(served('--quiet').output).toBe('quiet');
    expect(() => served('--json', '--quiet')).toThrow('--json and --quiet exclude each other');
    for (const [flag, print] of [
      ['--help', 'help'],
      ['--version', 'version'],
      ['--list-faults', 'faults'],
      ['--list-magic-numbers', 'magic-numbers'],
    ] as const) {
      expect(parseArguments([flag])).toEqual({ print });
    }
  });
});
