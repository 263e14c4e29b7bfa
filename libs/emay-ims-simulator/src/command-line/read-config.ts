import { DEFAULT_SETTINGS } from '../circumstances/account-settings.js';
import { REALISTIC_COUNTRIES } from '../circumstances/country-profile.js';
import { scenarioWithInfinity } from '../control/infinity.js';
import type { SimulatorAccount, SimulatorOptions } from '../options.js';
import { isJsonObject, type JsonObject } from '../wire/json.js';
import { ArgumentError } from './argument-error.js';
import { readJsonFile } from './read-json-file.js';

/** The options that a file can hold: all but the functions. */
type FileOptions = Omit<SimulatorOptions, 'now' | 'onRequest'>;

interface Kind {
  /** What to write, as the end of a sentence. */
  readonly write: string;
  readonly fits: (value: unknown) => boolean;
}

const NUMBER: Kind = { write: 'a number', fits: (value) => typeof value === 'number' };
const TEXT: Kind = { write: 'a text in quotes', fits: (value) => typeof value === 'string' };
const FLAG: Kind = { write: 'true or false', fits: (value) => typeof value === 'boolean' };
const OBJECT: Kind = { write: 'an object', fits: isJsonObject };

/** Ranges and the insides of objects are checked with the options themselves, as for any other caller. */
const KINDS: { readonly [K in keyof FileOptions]-?: Kind } = {
  port: NUMBER,
  host: TEXT,
  accounts: {
    write: 'a list such as [{ "appId": "mine", "secretKey": "0123456789ABCDEF", "allowedIps": ["10.1.*"] }]',
    fits: (value) => Array.isArray(value) && value.every(isAccount),
  },
  timestampToleranceMs: NUMBER,
  maxContentLength: NUMBER,
  emptyBatch: TEXT,
  reportDelayMs: {
    write: 'milliseconds, { "min": 100, "max": 900 } or { "median": 300, "p95": 2000 }',
    fits: (value) => typeof value === 'number' || isJsonObject(value),
  },
  countries: {
    write: 'an object such as { "61": { "reportLoss": 0.01 } }, or "realistic"',
    fits: (value) => value === 'realistic' || isJsonObject(value),
  },
  reportsPerSecond: {
    write: 'a number, or "Infinity"',
    fits: (value) => typeof value === 'number' || value === 'Infinity',
  },
  timeoutReportAfterMs: NUMBER,
  signCase: TEXT,
  undecipherable: TEXT,
  timeZoneOffset: TEXT,
  seed: NUMBER,
  logFile: TEXT,
  historyLimit: NUMBER,
  pendingLimit: NUMBER,
  scenario: OBJECT,
  control: FLAG,
};

/** Throws an `ArgumentError` for an option that there is not, or of another type. */
export function readConfig(path: string): FileOptions {
  const config = readJsonFile('--config', path);
  if (!isJsonObject(config)) throw new ArgumentError(`--config: ${path}: write an object such as { "port": 9000 }.`);
  const kinds = new Map<string, Kind>(Object.entries(KINDS));
  for (const [name, value] of Object.entries(config)) {
    const kind = kinds.get(name);
    if (!kind) {
      throw new ArgumentError(
        `--config: ${path}: there is no "${name}"; write one of: ${[...kinds.keys()].join(', ')}.`,
      );
    }
    // The value is not repeated: it may be a key.
    if (!kind.fits(value)) throw new ArgumentError(`--config: ${path}: ${name} does not fit; write ${kind.write}.`);
  }
  return fromJson(config);
}

function fromJson(config: JsonObject): FileOptions {
  const { reportsPerSecond, countries, scenario } = config;
  // Every value has been checked against its kind.
  return {
    ...config,
    ...(reportsPerSecond === 'Infinity' ? { reportsPerSecond: Infinity } : {}),
    ...(countries === 'realistic' ? { countries: REALISTIC_COUNTRIES } : {}),
    ...(scenario === undefined ? {} : { scenario: scenarioWithInfinity(scenario) }),
  } as FileOptions;
}

/** What they are set to is checked with the options themselves. */
function hasOnlySettings(settings: JsonObject): boolean {
  return Object.keys(settings).every((name) => Object.hasOwn(DEFAULT_SETTINGS, name));
}

function isAccount(value: unknown): value is SimulatorAccount {
  if (!isJsonObject(value)) return false;
  const { appId, secretKey, allowedIps = [], ...settings } = value;
  return (
    typeof appId === 'string' &&
    typeof secretKey === 'string' &&
    Array.isArray(allowedIps) &&
    allowedIps.every((entry) => typeof entry === 'string') &&
    hasOnlySettings(settings)
  );
}
