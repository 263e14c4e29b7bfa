import { EmayImsValidationError, type ImsViolation } from '../errors/emay-ims-errors.js';
import type { MessageQuery } from '../message-store/message-finder.js';
import { IMS_MESSAGE_STATES, type ImsMessageState } from '../messages/message-state.js';
import { decodeCursor } from '../messages/page-cursor.js';
import { customImsIdProblem, readStoredMobile } from '../protocol/index.js';
import { MOBILE_PROBLEM } from './decorators.js';
import { readTime, TIME_PROBLEM } from './read-time.js';
import { DEFAULT_PAGE_SIZE, MAX_CODE_LENGTH, MAX_PAGE_SIZE, type FindImsDto } from './find-ims.dto.js';

/** Checks a filter; @throws EmayImsValidationError with every violation. */
export function readQuery(given: FindImsDto | null): MessageQuery {
  const filter = given ?? {};
  const violations: ImsViolation[] = [];
  const violate = (property: string, message: string) => violations.push({ index: -1, property, message });
  const query: MessageQuery = { limit: filter.limit ?? DEFAULT_PAGE_SIZE };

  if (!Number.isInteger(query.limit) || query.limit < 1 || query.limit > MAX_PAGE_SIZE) {
    violate('limit', `must be a whole number from 1 to ${MAX_PAGE_SIZE}`);
  }
  if (isGiven(filter.state)) {
    const states = Array.isArray(filter.state) ? filter.state : [filter.state];
    if (states.length === 0 || states.length > IMS_MESSAGE_STATES.length || !states.every(isState)) {
      violate('state', `must be one or more of ${IMS_MESSAGE_STATES.join(', ')}`);
    }
    query.states = states;
  }
  if (isGiven(filter.mobile)) {
    const mobile = typeof filter.mobile === 'string' ? readStoredMobile(filter.mobile) : null;
    if (mobile === null) violate('mobile', MOBILE_PROBLEM);
    else query.mobile = mobile;
  }
  if (isGiven(filter.code)) {
    const isCode = typeof filter.code === 'string' && filter.code !== '' && filter.code.length <= MAX_CODE_LENGTH;
    if (isCode) query.code = filter.code;
    else violate('code', `must be a text of 1 to ${MAX_CODE_LENGTH} characters`);
  }
  if (isGiven(filter.customImsIdPrefix)) {
    const prefix: unknown = filter.customImsIdPrefix;
    const problem = typeof prefix === 'string' ? customImsIdProblem(prefix) : 'must be a string';
    if (problem === null) query.idPrefix = filter.customImsIdPrefix;
    else violate('customImsIdPrefix', problem);
  }
  for (const property of ['createdFrom', 'createdBefore'] as const) {
    if (!isGiven(filter[property])) continue;
    const date = readTime(filter[property]);
    if (date === null) violate(property, TIME_PROBLEM);
    else query[property] = date;
  }
  if (isGiven(filter.cursor)) {
    const end = typeof filter.cursor === 'string' ? decodeCursor(filter.cursor) : null;
    if (end === null) violate('cursor', 'must be the nextCursor of the page before');
    else query.after = end;
  }
  if (violations.length > 0) throw new EmayImsValidationError(violations);
  return query;
}

function isState(state: unknown): state is ImsMessageState {
  return IMS_MESSAGE_STATES.includes(state as ImsMessageState);
}

/** `null` means the same as leaving it out, as in the DTOs. */
function isGiven<Value>(value: Value | null | undefined): value is Value {
  return value !== undefined && value !== null;
}
