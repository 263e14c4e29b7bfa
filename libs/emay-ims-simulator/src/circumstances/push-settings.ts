import { isJsonObject } from '../wire/json.js';
import { MAX_TIMER_MS } from './max-timer-ms.js';

export const PUSH_FORMS = ['encrypted', 'plain'] as const;
export const PUSH_NUMBERS = ['as-sent', 'without-00'] as const;

/** How an account's reports are pushed to its customer. */
export interface PushSettings {
  /** The customer's address, `http:` or `https:`. */
  readonly url: string;
  /** `encrypted`: header `appId`, AES of the packed JSON array. `plain`: form field `reports`. Default: `encrypted`. */
  readonly form?: (typeof PUSH_FORMS)[number] | undefined;
  /**
   * How long after an attempt that was not answered `success` the next one is due, in milliseconds of the gateway's clock. After
   * the last one the reports are given up. Default: 10,000, 60,000, 600,000 (seen in a sister product, assumed here).
   */
  readonly retryAfterMs?: readonly number[] | undefined;
  /** Most reports of one push, from 1 to 500. Default: 500. */
  readonly batchSize?: number | undefined;
  /** How often it is looked for reports that are due, in milliseconds of this host's time. Default: 200. */
  readonly everyMs?: number | undefined;
  /** How long an answer is waited for, in milliseconds of this host's time. Default: 10,000 (assumed). */
  readonly timeoutMs?: number | undefined;
  /**
   * Pulls get what was given up, and what is due and not being pushed. Default: false, a pull is always `[]` (seen in a sister
   * product).
   */
  readonly pullBesidePush?: boolean | undefined;
  /** How numbers are written. Default: `as-sent`; the vendor's own sample has no `00`. */
  readonly numbers?: (typeof PUSH_NUMBERS)[number] | undefined;
}

/** With every default filled in. */
export type CurrentPush = Required<PushSettings>;

export function pushOf(settings: PushSettings): CurrentPush {
  return {
    url: settings.url,
    form: settings.form ?? 'encrypted',
    retryAfterMs: settings.retryAfterMs ?? [10_000, 60_000, 600_000],
    batchSize: settings.batchSize ?? 500,
    everyMs: settings.everyMs ?? 200,
    timeoutMs: settings.timeoutMs ?? 10_000,
    pullBesidePush: settings.pullBesidePush ?? false,
    numbers: settings.numbers ?? 'as-sent',
  };
}

/** As others may see it: what stands behind the host of an address may be a secret. */
export function withoutPath(push: CurrentPush | null): CurrentPush | null {
  return push && { ...push, url: new URL(push.url).origin };
}

/** Throws a `RangeError` whose message says what to write. */
export function checkPushSettings(push: unknown): asserts push is PushSettings {
  if (!isJsonObject(push)) throw wrong('write { "url": "http://127.0.0.1:3000/push" }, or null to push nothing');
  for (const [name, check] of Object.entries(CHECKS)) {
    const value = push[name];
    if (value === undefined && name !== 'url') continue;
    const write = check(value);
    // The address is not repeated: it may be a secret.
    if (write) throw wrong(`${name}${name === 'url' ? '' : ` is ${JSON.stringify(value)}`}: write ${write}`);
  }
  const strange = Object.keys(push).find((name) => !Object.hasOwn(CHECKS, name));
  if (strange !== undefined) throw wrong(`there is no "${strange}"; write some of: ${Object.keys(CHECKS).join(', ')}`);
}

/** What to write instead; `undefined`: it fits. */
type Check = (value: unknown) => string | undefined;

const CHECKS: { readonly [K in keyof PushSettings]-?: Check } = {
  url: (value) => {
    const isWeb = typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
    return isWeb ? undefined : 'an address such as http://127.0.0.1:3000/push';
  },
  form: oneOf(PUSH_FORMS),
  retryAfterMs: (value) =>
    Array.isArray(value) && value.every((wait) => isWhole(wait, 0))
      ? undefined
      : 'milliseconds, such as [10000, 60000, 600000]; [] never pushes again',
  batchSize: whole(1, 500),
  everyMs: whole(1, MAX_TIMER_MS),
  timeoutMs: whole(1, MAX_TIMER_MS),
  pullBesidePush: (value) => (typeof value === 'boolean' ? undefined : 'true or false'),
  numbers: oneOf(PUSH_NUMBERS),
};

function oneOf(choices: readonly string[]): Check {
  return (value) => (choices.some((choice) => choice === value) ? undefined : `one of: ${choices.join(', ')}`);
}

function whole(min: number, max: number): Check {
  return (value) => (isWhole(value, min, max) ? undefined : `a whole number from ${min} to ${max}`);
}

function isWhole(value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max;
}

function wrong(sentence: string): RangeError {
  return new RangeError(`push: ${sentence}.`);
}
