import type { ImsViolation } from '../errors/emay-ims-errors.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import type { NewMessage } from '../messages/new-message.js';
import type { BatchEnd } from './batch-ledger.js';

/** A message of a call that is not in the database, as the call gave it: its number in E.164, its id perhaps made here. */
export type ImsUnstoredMessage = Readonly<NewMessage>;

/**
 * How the messages of a batch ended: each in exactly one of the lists, in the order given.
 *
 * Where the database went away meanwhile, this is as much as the process knows: what it could not record or read is
 * `unconfirmed`, with `STORE_FAILED`.
 */
export interface ImsBatchResult {
  /** The gateway took them. */
  accepted: ImsMessage[];
  /** The gateway refused them (or reported so already); they will not be sent. */
  rejected: ImsMessage[];
  /** They may have been accepted: do not send them again. The program does not either. */
  unconfirmed: ImsMessage[];
  /** Not handed over yet (gateway out of reach, account refused, for later): sent in the background. */
  queued: ImsMessage[];
  /** CANCELLED or EXPIRED in the queue; they will not be sent. With `attempts` above 0, an earlier attempt may have been. */
  ended: ImsMessage[];
  /** Another call has stored another message under their ids meanwhile: these are neither stored nor sent. */
  conflicts: ImsUnstoredMessage[];
  /** Neither stored nor sent, as the database went away before. To be given to another call, with the same ids or without. */
  unsent: ImsUnstoredMessage[];
  /** Only with `onInvalid: 'skip'`: what was left out, and why. */
  violations: ImsViolation[];
}

/** Sorts the messages of a batch into its lists. */
export function batchResult({ stored, conflicts, unsent }: BatchEnd, violations: ImsViolation[]): ImsBatchResult {
  const result: ImsBatchResult = {
    accepted: [],
    rejected: [],
    unconfirmed: [],
    queued: [],
    ended: [],
    conflicts,
    unsent,
    violations,
  };
  for (const message of stored) result[listFor(message)].push(message);
  return result;
}

function listFor({ state, acceptedAt }: ImsMessage): 'accepted' | 'rejected' | 'unconfirmed' | 'queued' | 'ended' {
  switch (state) {
    case 'REJECTED':
      return acceptedAt === null ? 'rejected' : 'accepted';
    case 'SUBMITTING':
    case 'UNCONFIRMED':
      return 'unconfirmed';
    case 'QUEUED':
      return 'queued';
    case 'CANCELLED':
    case 'EXPIRED':
      return 'ended';
    default:
      return 'accepted';
  }
}
