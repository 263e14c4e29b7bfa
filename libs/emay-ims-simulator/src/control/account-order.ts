import type { AccountSettings } from '../circumstances/account-settings.js';
import type { Simulator } from '../simulator.js';
import { isJsonObject } from '../wire/json.js';
import { asAsked, ControlError } from './control-error.js';
import { settingsWithoutPath } from './overview.js';
import { checkAccount } from './report-order.js';

/** Switches something at an account, or at all of them. Returns what is switched on or off at each now. */
export function changeAccount(simulator: Simulator, order: unknown): object[] {
  if (!isJsonObject(order)) throw new ControlError(400, 'Write { "appId": "…", "outOfBalance": true }.');
  const { appId, ...changes } = order;
  if (appId !== undefined) checkAccount(simulator, appId);
  // The simulator checks them: nothing passes that is no setting.
  asAsked(() => simulator.changeAccount(changes as AccountSettings, appId));
  return simulator.accounts
    .filter((account) => appId === undefined || account.appId === appId)
    .map((account) => ({ appId: account.appId, ...settingsWithoutPath(simulator.accountSettings(account.appId)) }));
}
