import { KNOWN_BY, type KnownBy } from './rule.js';

/** An account of the gateway under test. */
export interface Account {
  readonly appId: string;
  readonly secretKey: string;
}

/** An account with an allow-list that does not name this machine. */
export interface ClosedAccount extends Account {
  /** An address that is on its list. */
  readonly admits: string;
}

/** Which gateway is tested, and what the tests may do to it. */
export interface Settings {
  /** Absent: a simulator of our own. */
  readonly url?: string;
  readonly account: Account;
  readonly closedAccount?: ClosedAccount;
  /** Numbers that messages may be sent to. */
  readonly mobiles: readonly string[];
  /** Whether tests may send, which costs money, and pull reports, which takes them from whoever else pulls. */
  readonly maySend: boolean;
  /** Whether the account has the encrypted interface. */
  readonly isSecure: boolean;
  /** How long a test waits for a report. */
  readonly reportWaitMs: number;
  /** How long the gateway gets to queue reports that it makes itself. */
  readonly settleMs: number;
  /** The rules that must hold, by how they are known. */
  readonly mustHold: ReadonlySet<KnownBy>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** For a simulator of our own: two public accounts, numbers of nobody, everything allowed. */
const OWN = {
  account: { appId: 'EUCP-EMY-SMS0-TESTS', secretKey: 'SECRETKEYOFTESTS' },
  closedAccount: { appId: 'EUCP-EMY-SMS0-CLOSE', secretKey: 'SECRETKEYOFCLOSE', admits: '10.1.2.3' },
  mobiles: ['0061422118000', '0061422118001', '0061422118002'],
  maySend: true,
  isSecure: true,
  settleMs: 0,
};

/** Reads `EMAY_GATEWAY_*`. Throws with a sentence that says what to write. */
export function readSettings(env: Environment): Settings {
  const url = env.EMAY_GATEWAY_URL?.replace(/\/+$/, '');
  const common = {
    reportWaitMs: milliseconds(env, 'EMAY_GATEWAY_REPORT_WAIT_MS', url ? 60_000 : 10_000),
    mustHold: rulesToHold(env.EMAY_GATEWAY_RULES),
  };
  if (!url) return { ...OWN, ...common };

  if (!/^https?:\/\/[^/?#]+$/.test(url)) {
    throw new Error('EMAY_GATEWAY_URL: write the gateway without a path, such as http://10.1.2.3:8899');
  }
  const mobiles = list(env.EMAY_GATEWAY_MOBILES);
  const maySend = env.EMAY_GATEWAY_MAY_SEND === 'yes';
  if (maySend && mobiles.length === 0) {
    throw new Error('EMAY_GATEWAY_MOBILES: EMAY_GATEWAY_MAY_SEND=yes needs numbers to send to, such as 0061422118000');
  }
  const isSecure = env.EMAY_GATEWAY_SECURE === 'yes';
  if (isSecure && ![16, 24, 32].includes(Buffer.byteLength(env.EMAY_GATEWAY_SECRET_KEY ?? ''))) {
    throw new Error('EMAY_GATEWAY_SECRET_KEY: EMAY_GATEWAY_SECURE=yes needs a key of 16, 24 or 32 bytes');
  }
  const closedAppId = env.EMAY_GATEWAY_CLOSED_APP_ID;
  return {
    url,
    account: {
      appId: required(env, 'EMAY_GATEWAY_APP_ID'),
      secretKey: required(env, 'EMAY_GATEWAY_SECRET_KEY'),
    },
    ...(closedAppId
      ? {
          closedAccount: {
            appId: closedAppId,
            secretKey: required(env, 'EMAY_GATEWAY_CLOSED_SECRET_KEY'),
            admits: required(env, 'EMAY_GATEWAY_CLOSED_ADMITS'),
          },
        }
      : {}),
    mobiles,
    maySend,
    isSecure,
    settleMs: 3_000,
    ...common,
  };
}

function rulesToHold(text: string | undefined): ReadonlySet<KnownBy> {
  const wanted = text ? list(text) : KNOWN_BY;
  return new Set(
    wanted.map((word) => {
      const known = KNOWN_BY.find((name) => name === word);
      if (!known) throw new Error(`EMAY_GATEWAY_RULES: there is no "${word}"; write some of ${KNOWN_BY.join(',')}`);
      return known;
    }),
  );
}

function required(env: Environment, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is missing; with EMAY_GATEWAY_URL the tests need it`);
  return value;
}

function milliseconds(env: Environment, name: string, fallback: number): number {
  const text = env[name];
  if (!text) return fallback;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} is "${text}"; write milliseconds, such as 60000`);
  return Number(text);
}

function list(text = ''): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
