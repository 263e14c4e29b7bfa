import type { AcceptedOutcome, SendOutcome } from '../client/index.js';
import type { ClaimedMessage, MessageOutcome } from '../messages/attempt.js';
import { classifyAnswerCode, isHolding, isRefusal, type AnswerCodeMeanings } from '../protocol/index.js';

/** What the outcome of a request means for the messages it carried. */
export type Verdict =
  /** Each message has its outcome. */
  | { kind: 'decided'; outcomes: MessageOutcome[] }
  /** Nothing was accepted, for a reason other than the messages: they go back into the queue. */
  | { kind: 'released'; code: string; refusesAccount: boolean }
  /** Nothing was accepted, because of one message or the request's size: halve the request. */
  | { kind: 'split'; code: string };

const CONTENT_CODES = new Set(['ERROR_CONTENT_EMPTY', 'ERROR_LONG_CONTENT']);

/** Decides what the outcome of a request does to its messages. Pure; nothing else decides that. */
export function judge(
  outcome: SendOutcome,
  messages: readonly ClaimedMessage[],
  meanings?: AnswerCodeMeanings,
): Verdict {
  switch (outcome.kind) {
    case 'accepted':
      return { kind: 'decided', outcomes: matchEntries(outcome, messages) };
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
        kind: 'decided',
        outcomes: messages.map(({ customImsId }) => outcomeOf(customImsId, 'REJECTED', { code })),
      };
    }
  }
}

function allUnconfirmed(messages: readonly ClaimedMessage[], code: string, rawAnswer: string | null): Verdict {
  return {
    kind: 'decided',
    outcomes: messages.map(({ customImsId }) => outcomeOf(customImsId, 'UNCONFIRMED', { code, rawAnswer })),
  };
}

export function isSameText(messages: readonly ClaimedMessage[]): boolean {
  return messages.every(({ content }) => content === messages[0]?.content);
}

/**
 * Matches entries to messages, in any order: by `customImsId`, else by the number, which is unique within a request. A message without an
 * entry may have been accepted.
 *
 * - By the number only if the entry has no id, or an altered form of the message's: cut, or in another case. An entry with any other id
 *   answers another request and is ignored.
 * - If id and number of an entry point to two messages, or several entries share an `imsId`, that `imsId` is not stored. The delivery report
 *   brings it.
 */
function matchEntries({ entries }: AcceptedOutcome, messages: readonly ClaimedMessage[]): MessageOutcome[] {
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
      ? outcomeOf(customImsId, 'UNCONFIRMED', { code: 'MISSING_ENTRY' })
      : outcomeOf(customImsId, 'ACCEPTED', { code: 'SUCCESS', imsId: shared.has(imsId) ? null : imsId });
  });
}

/** Whether `written` may be the id as altered by the gateway: cut or extended, in any case of letters. */
function isLeftOf(written: string, id: string): boolean {
  if (written === id) return true;
  const [short, long] = [written.toLowerCase(), id.toLowerCase()].toSorted((one, other) => one.length - other.length);
  return long!.startsWith(short!) || long!.endsWith(short!);
}

/** A class, not a literal: see docs/performance-internals.md. */
class Outcome implements MessageOutcome {
  constructor(
    readonly customImsId: string,
    readonly state: MessageOutcome['state'],
    readonly code: string | null,
    readonly imsId: string | null,
    readonly rawAnswer: string | null,
  ) {}
}

function outcomeOf(
  customImsId: string,
  state: MessageOutcome['state'],
  { code = null, imsId = null, rawAnswer = null }: Partial<Pick<MessageOutcome, 'code' | 'imsId' | 'rawAnswer'>>,
): MessageOutcome {
  return new Outcome(customImsId, state, code, imsId, rawAnswer);
}
