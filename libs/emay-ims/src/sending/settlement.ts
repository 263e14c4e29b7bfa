import type { AcceptedOutcome, SendOutcome } from '../client/index.js';
import type { ClaimedMessage, Settlement } from '../messages/attempt.js';
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
 * Gives each message its entry, whatever the order: the one with its `customImsId`, else the one with its number, which is
 * unique within a request. A message without an entry may or may not have been accepted.
 *
 * - By the number alone where the entry has no id, or what is left of the message's: cut, or in another case. One with a
 *   stranger's id answers another request, and counts for nobody.
 * - Where one entry names two of the messages, by id and by number, its `imsId` may be either's, so it is nobody's. So is one that
 *   several entries have. The delivery report brings it.
 */
function matchEntries({ entries }: AcceptedOutcome, messages: readonly ClaimedMessage[]): Settlement[] {
  const byId = new Map(messages.map((message) => [message.customImsId, message]));
  const byMobile = new Map(messages.map((message) => [message.mobile, message]));
  const imsIds = new Map<string, string | null>();
  const owners = new Map<string | null, string>();
  const shared = new Set<string | null>();
  for (const { customImsId: id, mobile, imsId } of entries) {
    const named = id === null ? undefined : byId.get(id);
    const numbered = mobile === null ? undefined : byMobile.get(mobile);
    const message = numbered && (id === null || isLeftOf(id, numbered.customImsId)) ? numbered : named;
    if (!message) continue;
    const { customImsId } = message;
    const isSure = numbered === undefined || numbered === message;
    if (isSure) imsIds.set(customImsId, imsId);
    else if (!imsIds.has(customImsId)) imsIds.set(customImsId, null);
    if (isSure && (owners.get(imsId) ?? customImsId) !== customImsId) shared.add(imsId);
    owners.set(imsId, customImsId);
  }
  return messages.map(({ customImsId }) => {
    const imsId = imsIds.get(customImsId);
    return imsId === undefined
      ? settlement(customImsId, 'UNCONFIRMED', { code: 'MISSING_ENTRY' })
      : settlement(customImsId, 'ACCEPTED', { code: 'SUCCESS', imsId: shared.has(imsId) ? null : imsId });
  });
}

/** Whether it may be the id as the gateway has written it: whole, cut, or with something added; in any case of letters. */
function isLeftOf(written: string, id: string): boolean {
  if (written === id) return true;
  const [short, long] = [written.toLowerCase(), id.toLowerCase()].toSorted((one, other) => one.length - other.length);
  return long!.startsWith(short!) || long!.endsWith(short!);
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
