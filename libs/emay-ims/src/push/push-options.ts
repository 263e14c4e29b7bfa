import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency } from '@nestjs/common';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import { DEFAULT_ACCOUNT } from '../emay-ims.tokens.js';
import { AllowedAddresses } from './allowed-addresses.js';

/** Where the gateway pushes delivery reports to, and what is taken there. Pushes are not in the vendor document: see docs/pushed-reports.md. */
export interface EmayImsPushOptions {
  /** Path of the address agreed with Emay, such as `/emay/reports`; the global prefix does not apply. */
  path: string;
  /** Names of accounts that take pushes; `'all'`: every account of the application, those added at run time included. Default `['default']`. */
  accounts?: readonly string[] | 'all' | undefined;
  /** Pushes without encryption. Default: refused. */
  plain?: EmayImsPlainPushOptions | undefined;
  /** Addresses and networks such as `10.0.0.0/8` that may push. The socket's address counts, so behind a proxy the proxy's. Default: any. */
  allowedAddresses?: readonly string[] | undefined;
  /** Longest body, in bytes: 1,024 to 16 MiB. A longer one is answered 413. Default 1 MiB. */
  maxBodyBytes?: number | undefined;
  /** How long a body may take to arrive, in ms: 100 to 60,000. Then the answer is 408. Default 5,000. */
  bodyTimeoutMs?: number | undefined;
  /** Body of the answer once a batch is stored, at most 256 characters. Default `success`. */
  successBody?: string | undefined;
}

/** Pushes without encryption. Nothing in them proves who sent them, so a secret in the path has to. */
export interface EmayImsPlainPushOptions {
  /**
   * For each account, what follows `path` and a slash: 16 to 128 letters, digits, `-` or `_`, no two alike. Make one with
   * `openssl rand -hex 24`.
   */
  secrets: Readonly<Record<string, string>>;
}

/** The options from a factory. */
export interface EmayImsPushAsyncOptions {
  imports?: ModuleMetadata['imports'] | undefined;
  inject?: readonly (InjectionToken | OptionalFactoryDependency)[] | undefined;
  /** Gets what `inject` names, and returns the options. */
  useFactory: (...injected: any[]) => EmayImsPushOptions | Promise<EmayImsPushOptions>; // oxlint-disable-line typescript/no-explicit-any -- whatever `inject` names
}

/** Checked, with every default. */
export interface ResolvedPushOptions {
  readonly path: string;
  readonly accounts: readonly string[] | 'all';
  readonly secrets: ReadonlyMap<string, string>;
  readonly allowedAddresses: AllowedAddresses;
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
  readonly successBody: string;
}

const NAMES = ['path', 'accounts', 'plain', 'allowedAddresses', 'maxBodyBytes', 'bodyTimeoutMs', 'successBody'];
const MIB = 1024 * 1024;

/** @throws EmayImsOptionsError saying what to write */
export function resolvePushOptions(options: EmayImsPushOptions): ResolvedPushOptions {
  const odd = Object.keys(options ?? {}).find((name) => !NAMES.includes(name));
  if (odd !== undefined) throw wrong(odd, `is no option; there are ${NAMES.join(', ')}`);
  const { accounts = [DEFAULT_ACCOUNT], plain, allowedAddresses = [], successBody = 'success' } = options ?? {};
  const { maxBodyBytes = MIB, bodyTimeoutMs = 5_000 } = options ?? {};
  if (accounts !== 'all' && !(isTextList(accounts) && accounts.length > 0)) {
    throw wrong('accounts', "must be a list of names, or 'all'");
  }
  if (!isTextList(allowedAddresses)) throw wrong('allowedAddresses', 'must be a list of addresses and networks');
  if (!isWhole(maxBodyBytes, 1_024, 16 * MIB)) throw wrong('maxBodyBytes', 'must be from 1,024 to 16 MiB, in bytes');
  if (!isWhole(bodyTimeoutMs, 100, 60_000)) throw wrong('bodyTimeoutMs', 'must be from 100 to 60,000, in ms');
  if (typeof successBody !== 'string' || successBody.length > 256) {
    throw wrong('successBody', 'must be a text of at most 256 characters');
  }
  return Object.freeze({
    path: readPath(options?.path),
    accounts: accounts === 'all' ? accounts : [...new Set(accounts)],
    secrets: readSecrets(plain, accounts),
    allowedAddresses: readAddresses(allowedAddresses),
    ...{ maxBodyBytes, bodyTimeoutMs, successBody },
  });
}

/** With one `/` in front and none behind. */
function readPath(path: unknown): string {
  const segments = typeof path === 'string' ? path.replace(/^\/|\/$/g, '').split('/') : [];
  if (segments.length === 0 || !segments.every((segment) => /^(?!\.+$)[\w.~-]+$/.test(segment))) {
    throw wrong('path', "must be a path such as '/emay/reports'");
  }
  return `/${segments.join('/')}`;
}

/** The sentences never repeat one. */
function readSecrets(
  plain: EmayImsPlainPushOptions | undefined,
  accounts: readonly string[] | 'all',
): ReadonlyMap<string, string> {
  if (plain === undefined) return new Map();
  const { secrets } = Object(plain) as Partial<EmayImsPlainPushOptions>;
  if (typeof secrets !== 'object' || secrets === null || Object.keys(secrets).length === 0) {
    throw wrong('plain.secrets', "must have a secret for each account, such as { default: '…' }");
  }
  for (const [account, secret] of Object.entries(secrets)) {
    if (accounts !== 'all' && !accounts.includes(account)) {
      throw wrong('plain.secrets', `has one for "${account}", which is not among \`accounts\``);
    }
    if (typeof secret !== 'string' || !/^[\w-]{16,128}$/.test(secret)) {
      throw wrong(
        'plain.secrets',
        `of "${account}" must be 16 to 128 letters, digits, - or _: make it with \`openssl rand -hex 24\``,
      );
    }
  }
  if (new Set(Object.values(secrets)).size < Object.keys(secrets).length) {
    throw wrong('plain.secrets', 'must differ: a secret tells the account');
  }
  return new Map(Object.entries(secrets));
}

function readAddresses(listed: readonly string[]): AllowedAddresses {
  try {
    return new AllowedAddresses(listed);
  } catch {
    throw wrong('allowedAddresses', "must be addresses and networks such as '203.0.113.7' or '10.0.0.0/8'");
  }
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '');
}

function isWhole(value: unknown, min: number, max: number): boolean {
  return Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
}

function wrong(option: string, what: string): EmayImsOptionsError {
  return new EmayImsOptionsError(`EmayImsPushModule cannot start: ${option} ${what}.`);
}
