import type { AcceptedOutcome, SendOutcome } from '../client/index.js';
import type { ClaimedMessage, Settlement } from '../messages/message-store.js';
import { classifyAnswerCode, isHolding, isRefusal, type AnswerCodeMeanings } from '../protocol/index.js';

/** What the outcome of a request means for the messages it carried. */
export type Verdict =
  /** Each message has its result. */
  | { kind: 'settled'; settlements: Settlement[] }
  /** Nothing was accepted, through no fault of the messages: they go back into the queue. */
  | { kind: 'released'; code: string; refusesAccount: boolean }
  /** Nothing was accepted, because of one of them, or of its size: halve the request. */
  | { kind: 'split'; code: string };

const CONTENT_CODES = new Set(['ERROR_CONTENT_EMPTY', 'ERROR_LONG_CONTENT']);

/** Reads an outcome. Pure: the one place that decides what an answer does to a message. */
export function judge(
  outcome: SendOutcome,
  messages: readonly ClaimedMessage[],
  meanings?: AnswerCodeMeanings,
): Verdict {
  switch (outcome.kind) {
    case 'accepted':
      return { kind: 'settled', settlements: matchEntries(outcome, messages) };
    case 'unsent':
      if (outcome.isTooLarge && messages.length > 1) return { kind: 'split', code: outcome.reason };
      return { kind: 'released', code: outcome.reason, refusesAccount: false };
    case 'unconfirmed':
      return allUnconfirmed(messages, outcome.reason, outcome.rawAnswer);
    case 'refused': {
      const { code } = outcome;
      const kind = classifyAnswerCode(code, meanings);
      if (isHolding(kind)) return { kind: 'released', code, refusesAccount: kind !== 'pace' };
      if (!isRefusal(kind)) return allUnconfirmed(messages, code, null);
      if (messages.length > 1 && !(CONTENT_CODES.has(code) && isSameText(messages))) return { kind: 'split', code };
      return {
        kind: 'settled',
        settlements: messages.map(({ customImsId }) => settlement(customImsId, 'REJECTED', { code })),
      };
    }
  }
}

function allUnconfirmed(messages: readonly ClaimedMessage[], code: string, rawAnswer: string | null): Verdict {
  return {
    kind: 'settled',
    settlements: messages.map(({ customImsId }) => settlement(customImsId, 'UNCONFIRMED', { code, rawAnswer })),
  };
}

export function isSameText(messages: readonly ClaimedMessage[]): boolean {
  return messages.every(({ content }) => content === messages[0]?.content);
}

/**
 * Gives each message its entry: by `customImsId`, then by number, which is unique within a request. Strangers and
 * repeats are left over; a message without an entry may or may not have been accepted.
 */
function matchEntries({ entries }: AcceptedOutcome, messages: readonly ClaimedMessage[]): Settlement[] {
  const ours = new Set(messages.map(({ customImsId }) => customImsId));
  const byId = new Map(
    entries.filter((entry) => entry.customImsId !== null).map((entry) => [entry.customImsId, entry]),
  );
  const byMobile = new Map(
    entries
      .filter((entry) => entry.mobile !== null && (entry.customImsId === null || !ours.has(entry.customImsId)))
      .map((entry) => [entry.mobile, entry]),
  );
  return messages.map(({ customImsId, mobile }) => {
    const entry = byId.get(customImsId) ?? byMobile.get(mobile);
    return entry
      ? settlement(customImsId, 'ACCEPTED', { code: 'SUCCESS', imsId: entry.imsId })
      : settlement(customImsId, 'UNCONFIRMED', { code: 'MISSING_ENTRY' });
  });
}

/** A class, so that V8 does not take them for long-lived after the first ones: see `protocol/decode.ts`. */
class Settled implements Settlement {
  constructor(
    readonly customImsId: string,
    readonly state: Settlement['state'],
    readonly code: string | null,
    readonly imsId: string | null,
    readonly rawAnswer: string | null,
  ) {}
}

function settlement(
  customImsId: string,
  state: Settlement['state'],
  { code = null, imsId = null, rawAnswer = null }: Partial<Pick<Settlement, 'code' | 'imsId' | 'rawAnswer'>>,
): Settlement {
  return new Settled(customImsId, state, code, imsId, rawAnswer);
}
