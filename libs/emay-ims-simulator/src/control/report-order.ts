import type { Simulator } from '../simulator.js';
import { isJsonObject, type JsonObject } from '../wire/json.js';
import { ControlError } from './control-error.js';

const FORMS =
  'Write { "appId": "…", "report": any JSON value }, { "imsId": "…", "state": "DELIVRD" } for a message that was accepted, ' +
  'or { "appId": "…", "mobile": "…", "customImsId": "…", "state": "DELIVRD" } for one that another system sent.';

/** Puts a report into a queue: any value, or a well-formed one of a remembered message or a stranger's. Returns it. */
export function pushReport(simulator: Simulator, order: unknown): unknown {
  if (!isJsonObject(order)) throw new ControlError(400, FORMS);
  const names = Object.keys(order).sort().join(' ');
  const { appId, report, imsId, state } = order;
  if (names === 'appId report' && typeof appId === 'string') {
    checkAccount(simulator, appId);
    simulator.pushReport(appId, report);
    return report;
  }
  if (names === 'imsId state' && typeof imsId === 'string' && typeof state === 'string' && state !== '') {
    const message = simulator.accepted().findLast((accepted) => accepted.imsId === imsId);
    if (!message) {
      throw new ControlError(404, `No message ${imsId} is remembered; name one that GET /_simulator/accepted lists.`);
    }
    const made = simulator.reportFor(message, state);
    simulator.pushReport(message.appId, made);
    return made;
  }
  const { mobile, customImsId, ...others } = order;
  if (typeof mobile !== 'string' || !isStrangers(others)) throw new ControlError(400, FORMS);
  checkAccount(simulator, appId);
  const made = simulator.reportOfStranger({
    mobile,
    ...(typeof customImsId === 'string' ? { customImsId } : {}),
    ...(typeof state === 'string' ? { state } : {}),
  });
  simulator.pushReport(appId, made);
  return made;
}

/** Nothing is left but the account and perhaps a state. */
function isStrangers({ appId: _appId, state = 'DELIVRD', ...others }: JsonObject): boolean {
  return typeof state === 'string' && state !== '' && Object.keys(others).length === 0;
}

/** Makes the waiting reports due, of one account or of all. Returns how many were not due yet. */
export function releaseReports(simulator: Simulator, order: unknown): number {
  if (!isJsonObject(order) || Object.keys(order).some((name) => name !== 'appId')) {
    throw new ControlError(400, 'Write { "appId": "…" } for one account, or {} for all.');
  }
  const { appId } = order;
  if (appId === undefined) return simulator.releaseReports();
  checkAccount(simulator, appId);
  return simulator.releaseReports(appId);
}

/** Throws unless it is the appId of an account. */
export function checkAccount({ accounts }: Simulator, appId: unknown): asserts appId is string {
  if (typeof appId !== 'string') throw new ControlError(400, 'appId is a text, such as "EUCP-EMY-SMS0-SIMUL".');
  if (accounts.some((account) => account.appId === appId)) return;
  const known = accounts.map((account) => account.appId).join(', ');
  throw new ControlError(404, `There is no account ${appId}; name one of: ${known}.`);
}
