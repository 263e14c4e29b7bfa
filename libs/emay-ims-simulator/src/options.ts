import { isIPv4, isIPv6 } from 'node:net';
import { type AccountSettings, checkAccountSettings } from './circumstances/account-settings.js';
import { checkCountryProfiles, isDelayProfile } from './circumstances/check-country-profiles.js';
import type { CountryProfiles, DelayProfile } from './circumstances/country-profile.js';
import { checkScenario, type Scenario } from './faults/scenario.js';
import type { ReceivedRequest } from './oracle/records.js';
import { isCipherKey } from './wire/cipher.js';
import { parseOffset } from './wire/wire-time.js';

const EMPTY_BATCHES = ['list-first', 'content-first', 'params'] as const;
const UNDECIPHERABLE = ['ERROR_ENCRYPTION', 'ERROR_PARAMS'] as const;
/** How a batch call with an empty list is judged: see the option `emptyBatch`. */
export type EmptyBatch = (typeof EMPTY_BATCHES)[number];

/** An account of the gateway. */
export interface SimulatorAccount extends AccountSettings {
  readonly appId: string;
  readonly secretKey: string;
  /** Addresses that may call; an entry may end in `.*`. Default: empty, which admits every address. */
  readonly allowedIps?: readonly string[] | undefined;
}

/** Everything is optional: what is left out has the default that is told at the field. */
export interface SimulatorOptions {
  /** Port to listen on. Default: 0, a free one. */
  readonly port?: number | undefined;
  /** Address to listen on. Default: `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Default: {@link DEFAULT_ACCOUNT} alone. */
  readonly accounts?: readonly SimulatorAccount[] | undefined;
  /** How far a timestamp may be from the gateway's clock, in milliseconds. Default: 600,000 (assumed, §2 is silent). */
  readonly timestampToleranceMs?: number | undefined;
  /** Longest text, in UTF-16 units. Default: 500 (seen). */
  readonly maxContentLength?: number | undefined;
  /**
   * How a batch call with an empty list is judged, after the account and before anything is taken. `list-first`:
   * `ERROR_MOBILE_EMPTY`; `content-first`: the text of `sendBatchIMS` is looked at before its list; `params`:
   * `ERROR_PARAMS`. Default: `list-first` (seen in a sister product).
   */
  readonly emptyBatch?: EmptyBatch | undefined;
  /** Time from acceptance to the carrier's report, in milliseconds, or what to draw it from. Default: 300. */
  readonly reportDelayMs?: DelayProfile | undefined;
  /** Delay, mix of outcomes and loss for each country. Default: none, every good number is delivered. */
  readonly countries?: CountryProfiles | undefined;
  /** Report calls per second and account before `ERROR_OVER_SPEED`; `Infinity` lifts the limit. Default: 10 (seen). */
  readonly reportsPerSecond?: number | undefined;
  /** Time from acceptance to a `TIMEOUT` report, in milliseconds. Default: two days (seen). */
  readonly timeoutReportAfterMs?: number | undefined;
  /** Case of the sign's hex digits that is taken. Default: `lower` (seen). */
  readonly signCase?: 'lower' | 'upper' | 'any' | undefined;
  /** What a body of the encrypted interface is answered that its key does not open. Default: `ERROR_ENCRYPTION` (assumed). */
  readonly undecipherable?: (typeof UNDECIPHERABLE)[number] | undefined;
  /** The gateway's zone. Default: `+08:00` (seen). */
  readonly timeZoneOffset?: string | undefined;
  /** Of everything that is drawn: delays, outcomes, chances. The same requests in the same order end alike. Default: 1. */
  readonly seed?: number | undefined;
  /** File that gets one JSON line for each event, appended. Default: none. */
  readonly logFile?: string | undefined;
  /** How many messages, reports and requests each are remembered for `accepted()` and its like. Default: 100,000. */
  readonly historyLimit?: number | undefined;
  /** How many reports of an account may wait; beyond it the oldest are dropped and counted. Default: 500,000. */
  readonly pendingLimit?: number | undefined;
  /** A script of faults that begins with the first request. Default: none. */
  readonly scenario?: Scenario | undefined;
  /** Offers the page at `/` and the control calls under `/_simulator/`. Default: true. */
  readonly control?: boolean | undefined;
  /** The gateway's clock, epoch milliseconds. Default: `Date.now`. A test that moves it need never wait. */
  readonly now?: (() => number) | undefined;
  /** Called as each exchange ends, answered or not. */
  readonly onRequest?: ((request: ReceivedRequest) => void) | undefined;
}

/** The account of a simulator that was given none. Its key is public: it opens nothing else. */
export const DEFAULT_ACCOUNT: SimulatorAccount = Object.freeze({
  appId: 'EUCP-EMY-SMS0-SIMUL',
  secretKey: '0123456789ABCDEF',
});

/** Looks `Date.now` up at each use: a test may replace it after the start, as fake timers do. */
const hostsNow = () => Date.now();

type WithoutDefault = 'logFile' | 'scenario' | 'onRequest';

/** Options with every default filled in. */
export interface ResolvedOptions
  extends Required<Omit<SimulatorOptions, WithoutDefault | 'timeZoneOffset'>>, Pick<SimulatorOptions, WithoutDefault> {
  readonly timeZoneOffsetMs: number;
}

/** Throws a `RangeError` whose message says what to write. */
export function resolveOptions(options: SimulatorOptions = {}): ResolvedOptions {
  const reportDelayMs = options.reportDelayMs ?? 300;
  must(
    isDelayProfile(reportDelayMs),
    'reportDelayMs: write milliseconds such as 300, { min: 100, max: 900 } or { median: 300, p95: 2000 }.',
  );
  const countries = options.countries ?? {};
  checkCountryProfiles(countries);
  if (options.scenario !== undefined) checkScenario(options.scenario);
  const offset = parseOffset(options.timeZoneOffset ?? '+08:00');
  must(offset !== undefined, 'timeZoneOffset: write an offset such as "+08:00".');
  const signCase = options.signCase ?? 'lower';
  must(['lower', 'upper', 'any'].includes(signCase), 'signCase: write "lower", "upper" or "any".');
  const emptyBatch = options.emptyBatch ?? 'list-first';
  must(EMPTY_BATCHES.includes(emptyBatch), `emptyBatch: write one of: ${EMPTY_BATCHES.join(', ')}.`);
  const undecipherable = options.undecipherable ?? 'ERROR_ENCRYPTION';
  must(UNDECIPHERABLE.includes(undecipherable), `undecipherable: write one of: ${UNDECIPHERABLE.join(', ')}.`);

  return Object.freeze({
    port: integer('port', options.port ?? 0, 0, 65_535),
    host: options.host ?? '127.0.0.1',
    accounts: resolveAccounts(options.accounts ?? [DEFAULT_ACCOUNT]),
    timestampToleranceMs: integer('timestampToleranceMs', options.timestampToleranceMs ?? 600_000, 0),
    maxContentLength: integer('maxContentLength', options.maxContentLength ?? 500, 1),
    emptyBatch,
    reportDelayMs,
    countries,
    reportsPerSecond:
      options.reportsPerSecond === Infinity
        ? Infinity
        : integer('reportsPerSecond', options.reportsPerSecond ?? 10, 1, 1_000_000),
    timeoutReportAfterMs: integer('timeoutReportAfterMs', options.timeoutReportAfterMs ?? 2 * 86_400_000, 0),
    signCase,
    undecipherable,
    timeZoneOffsetMs: offset,
    seed: integer('seed', options.seed ?? 1, 0),
    logFile: options.logFile,
    historyLimit: integer('historyLimit', options.historyLimit ?? 100_000, 0),
    pendingLimit: integer('pendingLimit', options.pendingLimit ?? 500_000, 1),
    scenario: options.scenario,
    control: options.control ?? true,
    now: options.now ?? hostsNow,
    onRequest: options.onRequest,
  });
}

function resolveAccounts(accounts: readonly SimulatorAccount[]): readonly SimulatorAccount[] {
  must(accounts.length > 0, 'accounts: give at least one { appId, secretKey }, or leave the option out.');
  const seen = new Set<string>();
  for (const account of accounts) {
    const { appId, secretKey, allowedIps = [] } = account;
    must(!!appId && !!secretKey, 'accounts: each one needs an appId and a secretKey, both non-empty text.');
    must(!seen.has(appId), `accounts: the appId ${appId} is there twice, name each account once.`);
    seen.add(appId);
    checkAccountSettings(switchesOf(account));
    checkPushKey(account, account.push);
    for (const entry of allowedIps) {
      must(
        isIPv4(entry) || isIPv6(entry) || /^(\d{1,3}\.){1,3}\*$/.test(entry),
        `allowedIps: "${entry}" is not an address; write one such as 10.1.2.3, or a prefix such as 10.1.*`,
      );
    }
  }
  return Object.freeze(accounts.map((account) => Object.freeze({ ...account })));
}

/** Only the switches among the fields of an account. */
function switchesOf({ outOfBalance, reports, poisoned, push }: SimulatorAccount): AccountSettings {
  return { outOfBalance, reports, poisoned, push };
}

/** Throws a `RangeError` where an encrypted push is asked of an account whose key is none for AES. */
export function checkPushKey({ appId, secretKey }: SimulatorAccount, push: AccountSettings['push']): void {
  must(
    !push || push.form === 'plain' || isCipherKey(secretKey),
    `push: the secretKey of ${appId} has ${Buffer.byteLength(secretKey)} bytes; an encrypted push needs 16, 24 or 32, or write form: "plain".`,
  );
}

function integer(name: string, value: number, min: number, max = Number.MAX_SAFE_INTEGER): number {
  must(
    Number.isSafeInteger(value) && value >= min && value <= max,
    `${name}: ${value} does not fit; write a whole number from ${min} to ${max}.`,
  );
  return value;
}

function must(condition: boolean, message: string): asserts condition {
  if (!condition) throw new RangeError(message);
}
