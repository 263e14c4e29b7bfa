import type { CallMessage } from './calls.js';

/**
 * What a caller is told of each message, a letter for each in the order of the call: short enough for a journal of
 * hundreds of thousands of messages.
 */
export const TOLD = {
  accepted: 'a',
  rejected: 'r',
  unconfirmed: 'c',
  /** Stored; it will be sent. */
  queued: 'q',
  ended: 'e',
  conflicts: 'x',
  /** Neither stored nor sent. */
  unsent: 'u',
  /** Stored, by an earlier call that has come further. */
  known: 's',
};
const LISTS = ['accepted', 'rejected', 'unconfirmed', 'queued', 'ended', 'conflicts', 'unsent'] as const;
const FORGOTTEN = '?';

/** What a call told its caller: a letter for each message, and `wrong` where the result is not about the messages given. */
export interface Told {
  readonly told: string;
  readonly wrong?: string | undefined;
}

/** As an entry of a result names its message. */
interface Named {
  readonly customImsId: string;
  readonly mobile: string;
}

type BatchLists = Readonly<Record<(typeof LISTS)[number], readonly Named[]>>;

/** The lists of a batch's result, which name each message exactly once. */
export function toldByLists(result: BatchLists, messages: readonly CallMessage[]): Told {
  const letters = new Map<string | undefined, string>();
  let named = 0;
  for (const list of LISTS) {
    for (const entry of result[list]) {
      named++;
      letters.set(nameOf(entry, messages), TOLD[list]);
    }
  }
  const told = messages.map((message) => letters.get(nameOf(message, messages)) ?? FORGOTTEN).join('');
  const isExact = named === messages.length && letters.size === named && !told.includes(FORGOTTEN);
  return { told, wrong: isExact ? undefined : 'the lists of the batch do not name each message once' };
}

/** Stored messages, in the order of the call. */
export function toldInOrder(results: readonly (Named & { state: string })[], messages: readonly CallMessage[]): Told {
  const isAbout =
    results.length === messages.length &&
    results.every(({ customImsId, mobile }, index) => {
      const wanted = messages[index];
      return mobile === wanted?.mobile && (wanted.customImsId ?? customImsId) === customImsId;
    });
  const told = results.map(({ state }) => (state === 'QUEUED' ? TOLD.queued : TOLD.known)).join('');
  return { told, wrong: isAbout ? undefined : 'the result is about other messages' };
}

/** By its id; without one of the caller's own, by its number, which such a call has once. */
function nameOf(entry: Partial<Named>, [first]: readonly CallMessage[]): string | undefined {
  return first?.customImsId === undefined ? entry.mobile : entry.customImsId;
}
