import type { Exchange } from '../http/exchange.js';
import { code } from './code.js';
import { delay } from './delay.js';
import { drip } from './drip.js';
import type { Fault, FaultKind } from './fault.js';
import type { FaultBehaviour } from './fault-behaviour.js';
import { gzip } from './gzip.js';
import { hang } from './hang.js';
import { html } from './html.js';
import { missingEntries } from './missing-entries.js';
import { numericIds } from './numeric-ids.js';
import { oversize } from './oversize.js';
import { redirect } from './redirect.js';
import { reorderedEntries } from './reordered-entries.js';
import { resetAfter } from './reset-after.js';
import { resetBefore } from './reset-before.js';
import { status } from './status.js';
import { strangerEntries } from './stranger-entries.js';
import { truncate } from './truncate.js';

type FaultsByKind = { [F in Fault as F['kind']]: F };

const behaviours: { readonly [K in FaultKind]: FaultBehaviour<FaultsByKind[K]> } = {
  code,
  delay,
  drip,
  gzip,
  hang,
  html,
  'missing-entries': missingEntries,
  'numeric-ids': numericIds,
  oversize,
  redirect,
  'reordered-entries': reorderedEntries,
  'reset-after': resetAfter,
  'reset-before': resetBefore,
  status,
  'stranger-entries': strangerEntries,
  truncate,
};

export function isFaultKind(text: string): text is FaultKind {
  return Object.hasOwn(behaviours, text);
}

/** Every kind of fault. */
export const FAULT_KINDS: readonly FaultKind[] = Object.keys(behaviours).filter(isFaultKind);

export async function playFault(fault: Fault, exchange: Exchange): Promise<void> {
  await playKind(fault.kind, fault, exchange);
}

/** Generic so that the compiler sees each kind meet its own behaviour. */
async function playKind<K extends FaultKind>(kind: K, fault: FaultsByKind[K], exchange: Exchange): Promise<void> {
  await behaviours[kind](exchange, fault);
}
