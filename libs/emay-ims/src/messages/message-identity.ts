import type { NewMessage } from './new-message.js';

/** Messages ready to be stored, and which of their ids the caller chose: only those can be there already. */
export interface IdentifiedMessages {
  messages: NewMessage[];
  givenIds: ReadonlySet<string>;
}

type Payload = Pick<NewMessage, 'mobile' | 'content'>;

/**
 * Whether two calls with one id mean the same SMS: same recipient, same text. When to send it is no part of that: a
 * caller who tries again computes `sendAt` and `expiresAt` anew.
 */
export function isSamePayload(one: Payload, other: Payload): boolean {
  return one.mobile === other.mobile && one.content === other.content;
}

/** The ids that are stored with another payload than wanted. */
export function conflictingIds(wanted: readonly NewMessage[], stored: ReadonlyMap<string, Payload>): string[] {
  return wanted
    .filter((message) => {
      const known = stored.get(message.customImsId);
      return known !== undefined && !isSamePayload(known, message);
    })
    .map(({ customImsId }) => customImsId);
}
