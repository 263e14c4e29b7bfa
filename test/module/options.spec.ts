import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { EmayImsModule, EmayImsOptionsError, type EmayImsModuleOptions } from 'nestjs-emay-ims';
import { inspect } from 'node:util';
import libsql from 'libsql';
import type { ResolvedEmayImsOptions } from '../../libs/emay-ims/src/options/module-options.js';
import { RESOLVED_OPTIONS } from '../../libs/emay-ims/src/options/options-providers.js';
import { Workbench } from './workbench.js';

const SECRET = 'S3CR3T-0123456789ABCDEF';
const VALID = { baseUrl: 'https://gateway.example:8443', appId: 'EUCP-EMY-SMS0-TESTS', secretKey: SECRET };

/** The options as the module goes by them. */
function resolved(more: object = {}): ResolvedEmayImsOptions {
  const { providers } = EmayImsModule.forRoot({ ...VALID, ...more });
  const provider = providers?.find((one) => 'provide' in one && one.provide === RESOLVED_OPTIONS);
  return (provider as { useValue: ResolvedEmayImsOptions }).useValue;
}

function refusal(options: unknown): EmayImsOptionsError {
  let thrown: unknown = null;
  try {
    EmayImsModule.forRoot(options as EmayImsModuleOptions);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(EmayImsOptionsError);
  return thrown as EmayImsOptionsError;
}

let warn: jest.SpiedFunction<Logger['warn']>;
beforeEach(() => {
  warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
});
afterEach(() => {
  jest.restoreAllMocks();
});

describe('transport', () => {
  it('is plain where nothing is said', () => {
    expect(resolved().transport).toBe('plain');
    expect(resolved({ transport: undefined }).transport).toBe('plain');
  });

  it.each([16, 24, 32])('secure takes a key of %d bytes', (length) => {
    expect(resolved({ transport: 'secure', secretKey: 'k'.repeat(length) }).transport).toBe('secure');
  });

  it.each([15, 17, 23, 25, 31, 33])('secure refuses a key of %d bytes, and does not repeat it', (length) => {
    const secretKey = SECRET.padEnd(33, '-').slice(0, length);
    const { message } = refusal({ ...VALID, transport: 'secure', secretKey });
    expect(message).toMatch(/secretKey must have 16, 24 or 32 bytes with transport: 'secure'/);
    expect(message).not.toContain(secretKey.slice(0, 6));
    expect(() => resolved({ secretKey })).not.toThrow();
  });

  it('secure refuses an appId that no header can carry', () => {
    const secretKey = 'k'.repeat(16);
    for (const appId of ['a b', 'ä', 'a\r\nb: c']) {
      expect(refusal({ ...VALID, transport: 'secure', secretKey, appId }).message).toMatch(
        /appId must be printable ASCII/,
      );
    }
  });

  it.each(['PLAIN', '', null, true, 'encrypted'])('is not %j', (transport) => {
    expect(refusal({ ...VALID, transport }).message).toMatch(/transport must be 'plain' or 'secure'/);
  });

  it('secure over plain http to another machine is warned about in words of its own', () => {
    resolved({ transport: 'secure', secretKey: 'k'.repeat(16), baseUrl: 'http://gateway.example' });
    expect(String(warn.mock.calls[0]?.[0])).toMatch(/plain http to another machine: its cipher hides the text/);
  });
});

describe('a wrong option is named, with what to write', () => {
  const nested: [string, Record<string, { wrong: unknown[]; sentence: RegExp }>][] = [
    [
      'http',
      {
        timeoutMs: {
          wrong: [99, 2 ** 31, 1.5, '30000', null, NaN, true],
          sentence: /milliseconds from 100 to 2147483647/,
        },
        connectTimeoutMs: { wrong: [49, '5000', null, Infinity], sentence: /milliseconds from 50 to/ },
        maxResponseBytes: { wrong: [0, -1, '4 MiB', null], sentence: /a whole number from 1024 to 268435456/ },
        allowInsecure: { wrong: ['true', 1, null], sentence: /must be true or false/ },
        maxSockets: { wrong: [0, 1_001, '16', null], sentence: /from 1 to 1000/ },
      },
    ],
    [
      'dispatch',
      {
        enabled: { wrong: ['yes', 0, null], sentence: /must be true or false/ },
        intervalMs: { wrong: [0, 9, '1s', null], sentence: /milliseconds from 10 to/ },
        concurrency: { wrong: [0, 65, 2.5, null], sentence: /from 1 to 64/ },
        maxBatchSize: { wrong: [0, 301, null], sentence: /from 1 to 300/ },
        minBackoffMs: { wrong: [0, null], sentence: /milliseconds from 1 to/ },
        maxBackoffMs: { wrong: [-1, null, []], sentence: /milliseconds from 1 to/ },
      },
    ],
    [
      'reports',
      {
        enabled: { wrong: ['no', null], sentence: /must be true or false/ },
        intervalMs: { wrong: [9, null, '5000'], sentence: /milliseconds from 10 to/ },
        cron: {
          wrong: ['', 'often', '61 * * * * *', '* * *', '0 0 30 2 *', 5, {}, new Date(), true],
          sentence: /write e\.g\. "\*\/10 \* \* \* \* \*"/,
        },
        spoolPath: { wrong: ['', 5, null, []], sentence: /must be the path of a folder/ },
        pageSize: { wrong: [0, 501, null], sentence: /from 1 to 500/ },
        deadlineMs: { wrong: [999, 1e12, null], sentence: /milliseconds from 1000 to/ },
      },
    ],
    [
      'protocol',
      {
        gzip: { wrong: ['on', 1, null], sentence: /must be true or false/ },
        requestValidPeriod: { wrong: [0, -1, 1.5, 86_401, '60'], sentence: /whole number of seconds from 1 to 86400/ },
        timeZoneOffset: {
          wrong: [
            ...['Asia/Shanghai', '8', '+8:00', '+15:00', 8, null, ['+08:00']],
            ...['-12:30', '-13:00', '-14:00', '+14:30', '+08:60'],
          ],
          sentence: /look like \+08:00/,
        },
        signCase: { wrong: ['Lower', '', null], sentence: /'lower' or 'upper'/ },
        contentEncoding: { wrong: ['base64', true, null], sentence: /'none' or 'percent'/ },
        maxContentLength: { wrong: [0, 10_001, '500', null], sentence: /from 1 to 10000/ },
        canary: { wrong: ['no', 0, null], sentence: /must be true or false/ },
        answerCodes: {
          wrong: [
            null,
            'refused',
            ['refused'],
            { A: 'rejected' },
            { SUCCESS: 'hold' },
            { 'A B': 'hold' },
            { '': 'hold' },
          ],
          sentence: /must say 'refused', 'hold', 'pace' or 'unconfirmed' for each code but SUCCESS/,
        },
      },
    ],
  ];
  const cases = nested.flatMap(([section, options]) =>
    Object.entries(options).flatMap(([option, { wrong, sentence }]) =>
      wrong.map((value) => [`${section}.${option}`, { [section]: { [option]: value } }, sentence] as const),
    ),
  );
  const wrongSections = ['http', 'dispatch', 'reports', 'protocol'].flatMap((section) =>
    [null, 'x', 5, [], true].map((value) => [section, { [section]: value }, /must be an object such as \{/] as const),
  );
  const misspelt = nested.map(
    ([section]) => [`${section}.timeoutInMs`, { [section]: { timeoutInMs: 5 } }, /is not an option.*spelling/] as const,
  );
  const top: [string, object, RegExp][] = [
    ['name', { name: '' }, /1 to 64 letters/],
    ['name', { name: null }, /1 to 64 letters/],
    ['name', { name: 'a b' }, /1 to 64 letters/],
    ['name', { name: 'x'.repeat(65) }, /1 to 64 letters/],
    ['name', { name: 7 }, /1 to 64 letters/],
    ['isGlobal', { isGlobal: 'yes' }, /true or false/],
    ['isGlobal', { isGlobal: null }, /true or false/],
    ['baseUrl', { baseUrl: undefined }, /is missing: write the gateway's address, such as "https:\/\/host:port"/],
    ['baseUrl', { baseUrl: [] }, /is missing: write/],
    ['baseUrl', { baseUrl: null }, /must be a URL such as/],
    ['baseUrl', { baseUrl: 8080 }, /must be a URL such as/],
    ['baseUrl', { baseUrl: ['https://a', 7] }, /must be a URL such as/],
    ['baseUrl', { baseUrl: 'gateway.example' }, /is not a URL: write it with its scheme/],
    ['baseUrl', { baseUrl: '' }, /is not a URL/],
    ['baseUrl', { baseUrl: ['https://a', 'b'] }, /is not a URL/],
    ['baseUrl', { baseUrl: 'ftp://gateway.example' }, /must begin with https:\/\//],
    ['baseUrl', { baseUrl: 'gateway.example:8443' }, /must begin with https:\/\//],
    ['baseUrl', { baseUrl: `https://me:${SECRET}@a` }, /must not hold a user name/],
    ['baseUrl', { baseUrl: `https://a?key=${SECRET}` }, /must not hold a query/],
    ['baseUrl', { baseUrl: 'https://a#x' }, /must not hold a query or fragment/],
    ['appId', { appId: undefined }, /is missing: write the AppId that Emay gave you/],
    ['appId', { appId: null }, /is missing/],
    ['appId', { appId: '' }, /is empty: write/],
    ['appId', { appId: '  ' }, /is empty: write/],
    ['appId', { appId: 123 }, /is not a string: write/],
    ['appId', { appId: 'x'.repeat(129) }, /is longer than 128 characters/],
    ['secretKey', { secretKey: undefined }, /is missing: write the secretKey that Emay gave you/],
    ['secretKey', { secretKey: '' }, /is empty/],
    ['secretKey', { secretKey: { value: SECRET } }, /is not a string/],
    ['secretKey', { secretKey: [SECRET] }, /is not a string/],
    ['secretKey', { secretKey: SECRET.repeat(20) }, /is longer than 256 characters/],
    ['database', { database: null }, /must be \{ type: 'sqlite', path: /],
    ['database', { database: 'sqlite:./data' }, /must be \{ type: 'sqlite', path: /],
    ['database', { database: [] }, /must be \{ type/],
    ['database', { database: {} }, /must be \{ type/],
    ['database', { database: { type: 'sqlite' } }, /must be \{ type/],
    ['database', { database: { type: 'sqlite', path: '' } }, /must be \{ type/],
    ['database', { database: { type: 'postgres', url: 'postgres://x' } }, /or \{ dataSource: 'name/],
    ['database', { database: { dataSource: 5 } }, /or \{ dataSource: 'name/],
    ['database.pth', { database: { type: 'sqlite', path: './x', pth: 1 } }, /is not an option.*spelling/],
    ['database.path', { database: { dataSource: 'x', path: './x' } }, /is not an option/],
    ['database.currentManager', { database: { dataSource: 'x', currentManager: {} } }, /must be a function such as/],
    [
      'database.currentManager',
      { database: { type: 'sqlite', path: './x', currentManager: () => null } },
      /needs database.dataSource/,
    ],
    ...[libsql, { default: libsql }, import('libsql'), true, {}, '', ' '].map((driver): [string, object, RegExp] => [
      'database.driver',
      { database: { type: 'sqlite', path: './x', driver } },
      /must be the name or path of a better-sqlite3-compatible module: write driver: 'better-sqlite3'/,
    ]),
    ['database.path', { database: { type: 'sqlite', path: ':memory:' } }, /path of a file.*lost with the process/],
    ['database.path', { database: { type: 'sqlite', path: 'file::memory:' } }, /path of a file/],
    ['database.path', { database: { type: 'sqlite', path: 'sqlite:./data/ims.sqlite' } }, /path of a file/],
    ['database', { database: { type: 'sqlite', path: '  ' } }, /must be \{ type/],
    ['database.path', { database: { type: 'sqlite', path: 'libsql://elsewhere' } }, /path of a file/],
    ['baseURL', { baseURL: 'https://a' }, /is not an option of this module: remove it or check its spelling/],
    ['baseUrls', { baseUrls: ['https://a'] }, /is not an option/],
    ['secret', { secret: SECRET }, /is not an option/],
    [
      'http.connectTimeoutMs',
      { http: { timeoutMs: 1_000, connectTimeoutMs: 1_001 } },
      /not be greater than http.timeoutMs/,
    ],
    ['dispatch.minBackoffMs', { dispatch: { minBackoffMs: 2, maxBackoffMs: 1 } }, /not be greater than dispatch.max/],
    ['dispatch.minBackoffMs', { dispatch: { minBackoffMs: 60_001 } }, /not be greater than dispatch.max/],
    ['retention.days', { retention: { days: 0 } }, /a whole number from 1 to 36500/],
    ['retention.days', { retention: { days: '90' } as never }, /a whole number from 1/],
    ['retention.intervalMs', { retention: { intervalMs: 1 } }, /whole number of milliseconds from 1000/],
    ['reports', { reports: { cron: '* * * * *', intervalMs: 5_000 } }, /both intervalMs and cron: leave one/],
  ];

  it.each([...top, ...misspelt, ...wrongSections, ...cases])('%s: %j', (option, wrong, sentence) => {
    const error = refusal({ ...VALID, ...wrong });
    expect(error.message).toMatch(/^EmayImsModule cannot start: [^;]*\.$/); // one sentence for one mistake
    expect(error.message).toMatch(sentence);
    expect(error.message).toMatch(new RegExp(`(: |; )${option.replaceAll('.', '\\.')} `));
    expect(error).toMatchObject({ code: 'EMAY_IMS_OPTIONS', retryable: false, name: 'EmayImsOptionsError' });
    for (const shown of [error.message, JSON.stringify(error), inspect(error, { depth: 9, showHidden: true })]) {
      expect(shown).not.toContain(SECRET);
    }
  });

  it.each([undefined, null, 'https://gateway', 7, [], () => VALID].map((options) => [options]))(
    'no options object at all: %p',
    (options) => {
      expect(refusal(options).message).toMatch(/no options object: write \{ baseUrl, appId, secretKey/);
    },
  );

  it('all at once, each once', () => {
    const { message } = refusal({
      baseUrl: ['x', 'y'],
      secretKey: SECRET,
      database: {},
      http: { timeoutMs: 'x' },
      dispatch: { minBackoffMs: 9, maxBackoffMs: 8 },
      reports: { cron: 'x' },
      typo: 1,
    });
    for (const option of ['appId', 'database', 'http.timeoutMs', 'dispatch.minBackoffMs', 'reports.cron', 'typo']) {
      expect(message.split(`${option} `)).toHaveLength(2);
    }
    expect(message).not.toContain(SECRET);
  });
});

const undefinedIn = (section: object) => Object.fromEntries(Object.keys(section).map((key) => [key, undefined]));

describe('what is left out takes its default', () => {
  const DEFAULTS = {
    name: 'default',
    baseUrls: ['https://gateway.example:8443'],
    appId: VALID.appId,
    database: { dataSource: 'default' },
    http: {
      timeoutMs: 30_000,
      connectTimeoutMs: 5_000,
      maxResponseBytes: 4_194_304,
      allowInsecure: false,
      maxSockets: 16,
    },
    dispatch: {
      enabled: true,
      intervalMs: 1_000,
      concurrency: 4,
      maxBatchSize: 300,
      minBackoffMs: 1_000,
      maxBackoffMs: 60_000,
    },
    reports: {
      enabled: true,
      intervalMs: 5_000,
      cron: null,
      pageSize: 500,
      spoolPath: './emay-ims-spool',
      deadlineMs: 259_200_000,
    },
    retention: { days: null, intervalMs: 3_600_000 },
    protocol: {
      timeZoneOffset: '+08:00',
      signCase: 'lower',
      contentEncoding: 'none',
      maxContentLength: 500,
      canary: true,
      answerCodes: {},
    },
  };

  it.each<[string, object]>([
    ['nothing', {}],
    ['empty sections', { http: {}, dispatch: {}, reports: {}, retention: {}, protocol: {} }],
    ['undefined sections', undefinedIn(DEFAULTS)],
    [
      'undefined in each section',
      Object.fromEntries(
        (['http', 'dispatch', 'reports', 'protocol'] as const).map((key) => [key, undefinedIn(DEFAULTS[key])]),
      ),
    ],
  ])('given %s', (_, more) => {
    expect(resolved({ ...more, ...VALID })).toMatchObject(DEFAULTS);
  });

  it('and what is given is kept', () => {
    const http = { timeoutMs: 100, connectTimeoutMs: 100, maxResponseBytes: 1_024, allowInsecure: true, maxSockets: 1 };
    const reports = { enabled: false, cron: '*/10 * * * * *', pageSize: 1, deadlineMs: 1_000 };
    expect(resolved({ name: 'alerts', http, reports })).toMatchObject({ name: 'alerts', http, reports });
    expect(resolved({ reports: { cron: '0 3 * * *' } }).reports.cron).toBe('0 3 * * *');
  });

  it('but a connection may not take longer than the whole exchange', () => {
    expect(resolved({ http: { timeoutMs: 2_000 } }).http.connectTimeoutMs).toBe(2_000);
  });
});

describe('resolved options', () => {
  it('are frozen through and through, and not what was passed', () => {
    const database = { type: 'sqlite' as const, path: './x.sqlite' };
    const http = { timeoutMs: 1_000 };
    const options = resolved({ database, http, baseUrl: ['https://a'] });
    const areFrozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(areFrozen));
    expect(areFrozen(options)).toBe(true);
    expect(Object.isFrozen(database) || Object.isFrozen(http)).toBe(false);
    database.path = './elsewhere.sqlite';
    expect(options.database).toEqual({ type: 'sqlite', path: './x.sqlite' });
  });

  it('know the secret and do not show it', async () => {
    const options = resolved();
    expect(options.secretKey).toBe(SECRET);
    expect(JSON.stringify(options) + inspect(options)).not.toContain(SECRET);

    const secretKey = 'IN-NO-NAME-OF-A-TEST';
    const bench = await Workbench.open();
    try {
      const host = await bench.start({ imports: [EmayImsModule.forRoot(bench.options({ secretKey }))] });
      const { EmayImsClient, EmayImsService } = await import('nestjs-emay-ims');
      for (const part of [EmayImsService, EmayImsClient, EmayImsModule].map((token) => host.get<object>(token))) {
        expect(inspect(part, { depth: 6 })).not.toContain(secretKey);
      }
    } finally {
      await bench.close();
    }
  });
});

describe('baseUrl', () => {
  it.each<[string | string[], string[]]>([
    ['https://a', ['https://a']],
    ['https://a/', ['https://a']],
    ['https://a:8443///', ['https://a:8443']],
    ['https://a/gateway/', ['https://a/gateway']],
    ['https://a/?', ['https://a']],
    ['https://a/#', ['https://a']],
    [' https://A.example ', ['https://a.example']],
    ['http://127.0.0.1:8080/', ['http://127.0.0.1:8080']],
    ['http://[::1]:8080', ['http://[::1]:8080']],
    [
      ['https://one/', 'https://two:1/', 'http://localhost'],
      ['https://one', 'https://two:1', 'http://localhost'],
    ],
  ])('%j is read as %j', (baseUrl, baseUrls) => {
    expect(resolved({ baseUrl }).baseUrls).toEqual(baseUrls);
    expect(warn).not.toHaveBeenCalled();
  });

  describe.each(['http://gateway.example:8999', 'http://10.0.0.1', 'http://127.evil.example', 'http://localhost.evil'])(
    'in plain http to another machine, %s',
    (baseUrl) => {
      const environment = process.env.NODE_ENV;
      afterEach(() => {
        process.env.NODE_ENV = environment;
      });

      it('is refused in production, also as one of a list', () => {
        process.env.NODE_ENV = 'production';
        const { message } = refusal({ ...VALID, baseUrl: ['https://a', baseUrl] });
        expect(message).toMatch(/is plain http to another machine.*Use https .*http\.allowInsecure: true/);
      });

      it('is taken with allowInsecure, without a word', () => {
        process.env.NODE_ENV = 'production';
        expect(resolved({ baseUrl, http: { allowInsecure: true } }).baseUrls).toEqual([baseUrl]);
        expect(warn).not.toHaveBeenCalled();
      });

      it('is taken with a warning elsewhere', () => {
        expect(resolved({ baseUrl }).baseUrls).toEqual([baseUrl]);
        expect(warn).toHaveBeenCalledTimes(1);
        expect(warn).toHaveBeenCalledWith(expect.stringMatching(/is plain http to another machine/), {
          account: 'default',
        });
      });
    },
  );

  it('to this machine may be plain http in production', () => {
    const environment = process.env.NODE_ENV;
    process.env.NODE_ENV = 'production';
    try {
      expect(resolved({ baseUrl: ['http://localhost:1', 'http://127.1.2.3', 'http://[::1]'] }).baseUrls).toHaveLength(
        3,
      );
    } finally {
      process.env.NODE_ENV = environment;
    }
  });
});
