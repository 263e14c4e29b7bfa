import { parseArgs, types } from 'node:util';
import { checkCountryProfiles } from '../circumstances/check-country-profiles.js';
import { type CountryProfiles, REALISTIC_COUNTRIES } from '../circumstances/country-profile.js';
import type { PushSettings } from '../circumstances/push-settings.js';
import { scenarioWithInfinity } from '../control/infinity.js';
import type { FaultOrder } from '../faults/fault.js';
import { checkScenario, type Scenario } from '../faults/scenario.js';
import { DEFAULT_ACCOUNT, type SimulatorAccount, type SimulatorOptions } from '../options.js';
import { ArgumentError } from './argument-error.js';
import { parseFault } from './parse-fault.js';
import { readConfig } from './read-config.js';
import { readJsonFile } from './read-json-file.js';
import { DEFAULT_PORT } from './usage.js';

/** What is printed besides serving: every request as JSON, the newest as text, or nothing. */
export type Output = 'json' | 'text' | 'quiet';

export type Command =
  | { readonly print: 'help' | 'version' | 'faults' | 'magic-numbers' }
  | {
      readonly print?: undefined;
      readonly options: SimulatorOptions;
      readonly faults: readonly FaultOrder[];
      readonly output: Output;
    };

/** Throws an `ArgumentError` or a `RangeError` whose message says what to write. */
export function parseArguments(args: readonly string[]): Command {
  const flags = readFlags(args);
  if (flags.help) return { print: 'help' };
  if (flags.version) return { print: 'version' };
  if (flags['list-faults']) return { print: 'faults' };
  if (flags['list-magic-numbers']) return { print: 'magic-numbers' };
  if (flags.json && flags.quiet) throw new ArgumentError('--json and --quiet exclude each other; write one of them.');
  const config = flags.config === undefined ? {} : readConfig(flags.config);
  const options: SimulatorOptions = { port: DEFAULT_PORT, ...config, ...given(flags), ...accounts(flags, config) };
  return {
    options,
    faults: (flags.fault ?? []).map(parseFault),
    output: flags.json ? 'json' : flags.quiet ? 'quiet' : 'text',
  };
}

type Flags = ReturnType<typeof readFlags>;

function readFlags(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const toggle = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: text,
        host: text,
        'app-id': text,
        'secret-key': text,
        'allowed-ips': text,
        'no-control': toggle,
        'out-of-balance': toggle,
        reports: text,
        poisoned: toggle,
        'push-to': text,
        'push-form': text,
        'push-retry-after-ms': text,
        'push-batch-size': text,
        'push-every-ms': text,
        'pull-beside-push': toggle,
        'report-delay-ms': text,
        countries: text,
        'reports-per-second': text,
        'timeout-report-after-ms': text,
        'timestamp-tolerance-ms': text,
        'max-content-length': text,
        'empty-batch': text,
        'sign-case': text,
        undecipherable: text,
        'time-zone-offset': text,
        seed: text,
        fault: { type: 'string', multiple: true },
        scenario: text,
        'list-faults': toggle,
        'list-magic-numbers': toggle,
        'log-file': text,
        'history-limit': text,
        'pending-limit': text,
        json: toggle,
        quiet: toggle,
        config: text,
        version: toggle,
        help: toggle,
      },
    }).values;
  } catch (error) {
    // parseArgs explains at length how to pass a positional; its first sentence names the culprit.
    const sentence = types.isNativeError(error) ? error.message.split('. ', 1)[0]! : String(error);
    throw new ArgumentError(`${sentence.replace(/\.$/, '')}. Run emay-ims-simulator --help for the flags there are.`);
  }
}

/** The options that flags were given for, and no others: a file's options stay where there is no flag. */
function given(flags: Flags): SimulatorOptions {
  const number = (flag: keyof Flags, example: number) => numberOf(flags, flag, example);
  const options: SimulatorOptions = {
    port: number('port', DEFAULT_PORT),
    host: flags.host,
    control: flags['no-control'] ? false : undefined,
    reportDelayMs: flags['report-delay-ms'] === undefined ? undefined : delay(flags['report-delay-ms']),
    countries: flags.countries === undefined ? undefined : countries(flags.countries),
    reportsPerSecond: flags['reports-per-second'] === 'unlimited' ? Infinity : number('reports-per-second', 10),
    timeoutReportAfterMs: number('timeout-report-after-ms', 60_000),
    timestampToleranceMs: number('timestamp-tolerance-ms', 600_000),
    maxContentLength: number('max-content-length', 500),
    // Another text is refused with the options themselves; so below.
    emptyBatch: flags['empty-batch'] as SimulatorOptions['emptyBatch'],
    signCase: flags['sign-case'] as SimulatorOptions['signCase'],
    undecipherable: flags.undecipherable as SimulatorOptions['undecipherable'],
    timeZoneOffset: flags['time-zone-offset'],
    seed: number('seed', 1),
    scenario: flags.scenario === undefined ? undefined : scenario(flags.scenario),
    logFile: flags['log-file'],
    historyLimit: number('history-limit', 100_000),
    pendingLimit: number('pending-limit', 500_000),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** The account flags change the one account there is; which of several they mean, nobody can tell. */
function accounts(flags: Flags, config: SimulatorOptions): { accounts: readonly SimulatorAccount[] } {
  const known = config.accounts ?? [DEFAULT_ACCOUNT];
  const changes = {
    ...(flags['app-id'] === undefined ? {} : { appId: flags['app-id'] }),
    ...(flags['secret-key'] === undefined ? {} : { secretKey: flags['secret-key'] }),
    ...(flags['allowed-ips'] === undefined ? {} : { allowedIps: list(flags['allowed-ips']) }),
    ...(flags['out-of-balance'] ? { outOfBalance: true } : {}),
    ...(flags.reports === undefined ? {} : { reports: flags.reports as SimulatorAccount['reports'] }),
    ...(flags.poisoned ? { poisoned: true } : {}),
    ...push(flags),
  };
  if (Object.keys(changes).length === 0) return { accounts: known };
  if (known.length > 1) {
    throw new ArgumentError(
      'the file of --config names several accounts; write what --app-id, --secret-key, --allowed-ips, --out-of-balance, --reports, ' +
        '--poisoned and --push-to say there instead.',
    );
  }
  return { accounts: [{ ...DEFAULT_ACCOUNT, ...known[0], ...changes }] };
}

/** The other flags of a push only change what `--push-to` begins. */
function push(flags: Flags): Pick<SimulatorAccount, 'push'> {
  const changes: Omit<PushSettings, 'url'> = {
    ...(flags['push-form'] === undefined ? {} : { form: flags['push-form'] as PushSettings['form'] }),
    ...(flags['push-retry-after-ms'] === undefined ? {} : { retryAfterMs: waits(flags['push-retry-after-ms']) }),
    ...(flags['push-batch-size'] === undefined ? {} : { batchSize: numberOf(flags, 'push-batch-size', 500) }),
    ...(flags['push-every-ms'] === undefined ? {} : { everyMs: numberOf(flags, 'push-every-ms', 200) }),
    ...(flags['pull-beside-push'] ? { pullBesidePush: true } : {}),
  };
  const url = flags['push-to'];
  if (url !== undefined) return { push: { url, ...changes } };
  if (Object.keys(changes).length === 0) return {};
  throw new ArgumentError(
    '--push-to is missing; write the address to push to, such as --push-to http://127.0.0.1:3000/push.',
  );
}

function waits(text: string): number[] {
  return list(text).map((wait) => wholeNumber('--push-retry-after-ms', wait, 10_000));
}

function countries(text: string): CountryProfiles {
  if (text === 'realistic') return REALISTIC_COUNTRIES;
  const profiles = readJsonFile('--countries', text);
  checkCountryProfiles(profiles);
  return profiles;
}

function scenario(path: string): Scenario {
  const script = scenarioWithInfinity(readJsonFile('--scenario', path));
  checkScenario(script);
  return script;
}

function numberOf(flags: Flags, flag: keyof Flags, example: number): number | undefined {
  const value = flags[flag];
  return typeof value === 'string' ? wholeNumber(`--${flag}`, value, example) : undefined;
}

function wholeNumber(flag: string, text: string, example: number): number {
  if (!/^\d{1,15}$/.test(text)) {
    throw new ArgumentError(`${flag} is "${text}"; write a whole number, such as ${flag} ${example}.`);
  }
  return Number(text);
}

function delay(text: string): number | { min: number; max: number } {
  const match = /^(\d{1,12})(?:-(\d{1,12}))?$/.exec(text);
  if (!match) {
    throw new ArgumentError(
      `--report-delay-ms is "${text}"; write milliseconds, such as --report-delay-ms 300 or --report-delay-ms 100-900.`,
    );
  }
  const min = Number(match[1]);
  return match[2] === undefined ? min : { min, max: Number(match[2]) };
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
