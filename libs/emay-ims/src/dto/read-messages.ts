import { EmayImsValidationError, type ImsViolation } from '../errors/emay-ims-errors.js';
import { newCustomImsId } from '../messages/ids.js';
import type { NewMessage } from '../messages/new-message.js';
import { contentProblem, customImsIdProblem, normalizeMobile } from '../protocol/index.js';
import type { IdentifiedMessages } from '../messages/message-identity.js';
import { MOBILE_PROBLEM } from './decorators.js';
import { readTime, TIME_PROBLEM } from './read-time.js';
import { MAX_PRIORITY, MIN_PRIORITY } from '../messages/priority.js';
import type { SendImsDto } from './send-ims.dto.js';

/** What to do with messages that are not acceptable. */
export type OnInvalid = 'throw' | 'skip';

export interface ReadMessages extends IdentifiedMessages {
  violations: ImsViolation[];
}

/**
 * Checks messages as the DTO classes do, but without their cost for each, and with the account's own limit; makes them
 * ready to be stored.
 *
 * @throws EmayImsValidationError with every violation, unless they are to be skipped
 */
export function readMessages(
  messages: readonly SendImsDto[],
  maxContentLength: number,
  onInvalid: OnInvalid = 'throw',
): ReadMessages {
  if (!Array.isArray(messages)) {
    throw new EmayImsValidationError([{ index: -1, property: 'messages', message: 'must be a list of messages' }]);
  }
  const reader = new MessageReader(maxContentLength);
  for (const [index, message] of messages.entries()) reader.read(message, index);
  if (reader.violations.length > 0 && onInvalid === 'throw') throw new EmayImsValidationError(reader.violations);
  return reader;
}

/** The same message by message: what the caller gave need not be kept until the last has come. */
export class MessageReader implements ReadMessages {
  readonly messages: NewMessage[] = [];
  /** Of the messages that go on only: for these ids the store is asked, and may take up again what it holds back. */
  readonly givenIds = new Set<string>();
  readonly violations: ImsViolation[] = [];
  private readonly seenIds = new Set<string>();

  constructor(private readonly maxContentLength: number) {}

  /** @param index what violations call the message */
  read(message: SendImsDto, index: number): void {
    const before = this.violations.length;
    const violate = (property: string, problem: string) => this.violations.push({ index, property, message: problem });
    const checked = readMessage(message, this.maxContentLength, violate);
    const hasId = checked !== null && message.customImsId !== undefined && message.customImsId !== null;
    if (hasId) {
      if (this.seenIds.has(checked.customImsId)) violate('customImsId', 'must not be used twice in one call');
      this.seenIds.add(checked.customImsId);
    }
    if (checked === null || this.violations.length > before) return;
    if (hasId) this.givenIds.add(checked.customImsId);
    this.messages.push(checked);
  }
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
  return new AcceptableMessage(hasId ? customImsId : newCustomImsId(), normalized, content, rank, sendAt, expiresAt);
}

/** A class, not a literal: see docs/performance-internals.md. */
class AcceptableMessage implements NewMessage {
  constructor(
    readonly customImsId: string,
    readonly mobile: string,
    readonly content: string,
    readonly priority: number,
    readonly sendAt: Date | null,
    readonly expiresAt: Date | null,
  ) {}
}

function readDate(value: unknown, property: string, violate: Violate): Date | null {
  if (value === undefined || value === null) return null;
  const date = readTime(value);
  if (date === null) violate(property, TIME_PROBLEM);
  return date;
}
