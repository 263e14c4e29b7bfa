import { isJsonObject } from '../wire/json.js';
import { checkPushSettings, type CurrentPush, pushOf, type PushSettings } from './push-settings.js';

/** What becomes of the reports of an account. */
export const REPORT_ROUTES = ['pulled', 'held', 'pushed'] as const;

/** What the platform can switch at an account while the gateway runs. */
export interface AccountSettings {
  /** A send call with no other fault is `ERROR_BALANCE` and takes nothing. Default: false. */
  readonly outOfBalance?: boolean | undefined;
  /**
   * `pulled`: report calls hand reports out. `held`: they answer `SUCCESS` with `[]`, and reports wait. `pushed`: the same,
   * and what falls due goes to another address: no pull ever gets it. Default: `pulled`. With `push`, `held` holds back what
   * would be pushed as well.
   */
  readonly reports?: (typeof REPORT_ROUTES)[number] | undefined;
  /**
   * Puts a report into the queue, due now, that the gateway cannot print: every page that it would be part of is
   * `ERROR_PARAMS` and stays in the queue. `false` takes it out. Default: false.
   */
  readonly poisoned?: boolean | undefined;
  /** Pushes what falls due to the customer's address; pulls are `[]` then. `null` ends it. Default: null. */
  readonly push?: PushSettings | null | undefined;
}

/** All settings, as they are now. */
export interface CurrentSettings extends Required<Omit<AccountSettings, 'push'>> {
  readonly push: CurrentPush | null;
}

export const DEFAULT_SETTINGS: CurrentSettings = Object.freeze({
  outOfBalance: false,
  reports: 'pulled',
  poisoned: false,
  push: null,
});

/** Only the settings among the fields of an account. */
export function settingsOf({ outOfBalance, reports, poisoned, push }: AccountSettings): CurrentSettings {
  return {
    outOfBalance: outOfBalance ?? DEFAULT_SETTINGS.outOfBalance,
    reports: reports ?? DEFAULT_SETTINGS.reports,
    poisoned: poisoned ?? DEFAULT_SETTINGS.poisoned,
    push: push ? pushOf(push) : null,
  };
}

/** Throws a `RangeError` whose message says what to write. */
export function checkAccountSettings(settings: unknown): asserts settings is AccountSettings {
  if (!isJsonObject(settings)) throw wrong('write an object such as { "outOfBalance": true }');
  for (const [name, value] of Object.entries(settings)) {
    switch (name) {
      case 'outOfBalance':
      case 'poisoned':
        if (value === undefined || typeof value === 'boolean') break;
        throw wrong(`${name} is ${JSON.stringify(value)}; write true or false`);
      case 'reports':
        if (value === undefined || REPORT_ROUTES.some((route) => route === value)) break;
        throw wrong(`reports is ${JSON.stringify(value)}; write one of: ${REPORT_ROUTES.join(', ')}`);
      case 'push':
        if (value !== undefined && value !== null) checkPushSettings(value);
        break;
      default:
        throw wrong(`there is no "${name}"; write some of: ${Object.keys(DEFAULT_SETTINGS).join(', ')}`);
    }
  }
}

function wrong(sentence: string): RangeError {
  return new RangeError(`account: ${sentence}.`);
}
