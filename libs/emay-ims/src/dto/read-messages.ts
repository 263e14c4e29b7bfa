import { EmayImsValidationError, type ImsViolation } from '../errors/emay-ims-errors.js';
import { newCustomImsId } from '../messages/ids.js';
import type { NewMessage } from '../messages/message-store.js';
import { contentProblem, customImsIdProblem, normalizeMobile } from '../protocol/index.js';
import type { IdentifiedMessages } from '../messages/message-identity.js';
import { MOBILE_PROBLEM } from './decorators.js';
import { readTime, TIME_PROBLEM } from './read-time.js';
import { MAX_PRIORITY, MIN_PRIORITY, type SendImsDto } from './send-ims.dto.js';

/** What to do with messages that are not acceptable. */
export type OnInvalid = 'throw' | 'skip';

export interface ReadMessages extends IdentifiedMessages {
  violations: ImsViolation[];
}

/**
 * Checks messages as the DTO classes do, but without their cost for each, and with the account's own limit; makes them
 * ready to be stored.
 *
 * @param firstIndex index of the first message, for the violations
 * @throws EmayImsValidationError with every violation, unless they are to be skipped
 */
export function readMessages(
  messages: readonly SendImsDto[],
  maxContentLength: number,
  onInvalid: OnInvalid = 'throw',
  firstIndex = 0,
): ReadMessages {
  if (!Array.isArray(messages)) {
    throw new EmayImsValidationError([{ index: -1, property: 'messages', message: 'must be a list of messages' }]);
  }
  const violations: ImsViolation[] = [];
  const seenIds = new Set<string>();
  // Of the messages that go on only: for these ids the store is asked, and may take up again what it holds back.
  const givenIds = new Set<string>();
  const read: NewMessage[] = [];
  for (const [position, message] of messages.entries()) {
    const index = firstIndex + position;
    const before = violations.length;
    const violate = (property: string, problem: string) => violations.push({ index, property, message: problem });
    const checked = readMessage(message, maxContentLength, violate);
    const hasId = checked !== null && message.customImsId !== undefined && message.customImsId !== null;
    if (hasId) {
      if (seenIds.has(checked.customImsId)) violate('customImsId', 'must not be used twice in one call');
      seenIds.add(checked.customImsId);
    }
    if (checked === null || violations.length > before) continue;
    if (hasId) givenIds.add(checked.customImsId);
    read.push(checked);
  }
  if (violations.length > 0 && onInvalid === 'throw') throw new EmayImsValidationError(violations);
  return { messages: read, givenIds, violations };
}

type Violate = (property: string, problem: string) => void;

function readMessage(message: SendImsDto, maxContentLength: number, violate: Violate): NewMessage | null {
  if (typeof message !== 'object' || message === null) {
    violate('message', 'must be an object with mobile and content');
    return null;
  }
  const { mobile, content, customImsId, priority } = message;
  const normalized = typeof mobile === 'string' ? normalizeMobile(mobile) : null;
  if (normalized === null) violate('mobile', MOBILE_PROBLEM);

  const wrongContent = typeof content === 'string' ? contentProblem(content, maxContentLength) : 'must be a string';
  if (wrongContent !== null) violate('content', wrongContent);

  const hasId = customImsId !== undefined && customImsId !== null;
  const wrongId = !hasId
    ? null
    : typeof customImsId === 'string'
      ? customImsIdProblem(customImsId)
      : 'must be a string';
  if (wrongId !== null) violate('customImsId', wrongId);

  const rank = priority ?? MIN_PRIORITY;
  if (!Number.isInteger(rank) || rank < MIN_PRIORITY || rank > MAX_PRIORITY) {
    violate('priority', `must be a whole number from ${MIN_PRIORITY} to ${MAX_PRIORITY}`);
  }
  const sendAt = readDate(message.sendAt, 'sendAt', violate);
  const expiresAt = readDate(message.expiresAt, 'expiresAt', violate);
  if (sendAt && expiresAt && expiresAt <= sendAt) violate('expiresAt', 'must be after sendAt');

  if (normalized === null) return null;
  return {
    customImsId: hasId ? customImsId : newCustomImsId(),
    mobile: normalized,
    content,
    priority: rank,
    sendAt,
    expiresAt,
  };
}

function readDate(value: unknown, property: string, violate: Violate): Date | null {
  if (value === undefined || value === null) return null;
  const date = readTime(value);
  if (date === null) violate(property, TIME_PROBLEM);
  return date;
}
