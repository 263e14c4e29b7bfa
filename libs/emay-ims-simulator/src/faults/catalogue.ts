import type { Exchange } from '../exchange/exchange.js';
import type { PushExchange, PushOutcome } from '../exchange/push-exchange.js';
import { absurdPage } from './absurd-page.js';
import { clockSkew } from './clock-skew.js';
import { code } from './code.js';
import { compressedBomb } from './compressed-bomb.js';
import { conflictingReports } from './conflicting-reports.js';
import { delay } from './delay.js';
import { drip } from './drip.js';
import { duplicateReports } from './duplicate-reports.js';
import { earlyReports } from './early-reports.js';
import { encoded } from './encoded.js';
import type { FaultDefinition, FaultField } from './fault-definition.js';
import type { Fault, FaultKind } from './fault.js';
import { gzip } from './gzip.js';
import { hang } from './hang.js';
import { html } from './html.js';
import { lateReports } from './late-reports.js';
import { lostReports } from './lost-reports.js';
import { malformedReports } from './malformed-reports.js';
import { missingEntries } from './missing-entries.js';
import { numericIds } from './numeric-ids.js';
import { oddReports } from './odd-reports.js';
import { oversize } from './oversize.js';
import { partlyAccepted } from './partly-accepted.js';
import { redirect } from './redirect.js';
import { refuse } from './refuse.js';
import { reorderedEntries } from './reordered-entries.js';
import { resetAfter } from './reset-after.js';
import { resetBefore } from './reset-before.js';
import { resultHeader } from './result-header.js';
import { returnedPage } from './returned-page.js';
import { status } from './status.js';
import { strangerEntries } from './stranger-entries.js';
import { strangerReports } from './stranger-reports.js';
import { truncate } from './truncate.js';
import { untrueEntries } from './untrue-entries.js';
import { wronglyPushed } from './wrongly-pushed.js';
import { wronglySealed } from './wrongly-sealed.js';

type FaultsByKind = { [F in Fault as F['kind']]: F };

/** Every kind of fault, from the connection to the reports. */
export const FAULTS: { readonly [K in FaultKind]: FaultDefinition<FaultsByKind[K]> } = {
  refuse,
  'reset-before': resetBefore,
  'reset-after': resetAfter,
  hang,
  delay,
  drip,
  truncate,
  html,
  status,
  code,
  'result-header': resultHeader,
  'partly-accepted': partlyAccepted,
  redirect,
  oversize,
  gzip,
  encoded,
  'compressed-bomb': compressedBomb,
  'wrongly-sealed': wronglySealed,
  'missing-entries': missingEntries,
  'reordered-entries': reorderedEntries,
  'stranger-entries': strangerEntries,
  'untrue-entries': untrueEntries,
  'numeric-ids': numericIds,
  'clock-skew': clockSkew,
  'duplicate-reports': duplicateReports,
  'late-reports': lateReports,
  'early-reports': earlyReports,
  'lost-reports': lostReports,
  'conflicting-reports': conflictingReports,
  'stranger-reports': strangerReports,
  'returned-page': returnedPage,
  'odd-reports': oddReports,
  'malformed-reports': malformedReports,
  'absurd-page': absurdPage,
  'wrongly-pushed': wronglyPushed,
};

export function isFaultKind(text: string): text is FaultKind {
  return Object.hasOwn(FAULTS, text);
}

/** Every kind of fault. */
export const FAULT_KINDS: readonly FaultKind[] = Object.keys(FAULTS).filter(isFaultKind);

/** Fills in the defaults of what the fault leaves open, and plays it. */
export async function playFault(fault: Fault, exchange: Exchange): Promise<void> {
  await playKind(fault.kind, fault, exchange);
}

/** The same for a fault of a push. */
export async function playPushFault(fault: Fault, push: PushExchange): Promise<PushOutcome> {
  return playPushKind(fault.kind, fault, push);
}

/** Generic: what is made of a fault of any kind fits the behaviour of none. */
async function playKind<K extends FaultKind>(kind: K, fault: FaultsByKind[K], exchange: Exchange): Promise<void> {
  const { fields, play } = FAULTS[kind];
  await play?.(exchange, withDefaults(fields, fault));
}

async function playPushKind<K extends FaultKind>(
  kind: K,
  fault: FaultsByKind[K],
  push: PushExchange,
): Promise<PushOutcome> {
  const { fields, playPush } = FAULTS[kind];
  return playPush ? playPush(push, withDefaults(fields, fault)) : push.post();
}

/** With a value for every field that has a default: what the behaviour of the kind asks for. */
// oxlint-disable-next-line typescript/no-explicit-any -- the type of no kind fits what holds for all of them
function withDefaults(fields: object, fault: Fault): any {
  const known: [string, FaultField][] = Object.entries(fields);
  const defaults = [['accept', false], ...known.map(([name, field]) => [name, field.default])];
  const given = Object.entries(fault).filter(([, value]) => value !== undefined);
  return Object.fromEntries([...defaults, ...given]);
}
