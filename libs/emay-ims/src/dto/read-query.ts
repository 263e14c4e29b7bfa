import { EmayImsValidationError, type ImsViolation } from '../errors/emay-ims-errors.js';
import type { MessageQuery } from '../messages/message-finder.js';
import { IMS_MESSAGE_STATES, type ImsMessageState } from '../messages/message-state.js';
import { decodeCursor } from '../messages/page-cursor.js';
import { normalizeMobile } from '../protocol/index.js';
import { MOBILE_PROBLEM } from './decorators.js';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, type FindImsDto } from './find-ims.dto.js';

/** Checks a filter; @throws EmayImsValidationError with every violation. */
export function readQuery(filter: FindImsDto): MessageQuery {
  const violations: ImsViolation[] = [];
  const violate = (property: string, message: string) => violations.push({ index: -1, property, message });
  const query: MessageQuery = { limit: filter.limit ?? DEFAULT_PAGE_SIZE };

  if (!Number.isInteger(query.limit) || query.limit < 1 || query.limit > MAX_PAGE_SIZE) {
    violate('limit', `must be a whole number from 1 to ${MAX_PAGE_SIZE}`);
  }
  if (filter.state !== undefined) {
    const states = Array.isArray(filter.state) ? filter.state : [filter.state];
    const isKnown = (state: unknown) => IMS_MESSAGE_STATES.includes(state as ImsMessageState);
    if (states.length === 0 || !states.every(isKnown)) {
      violate('state', `must be one or more of ${IMS_MESSAGE_STATES.join(', ')}`);
    }
    query.states = states;
  }
  if (filter.mobile !== undefined) {
    const mobile = typeof filter.mobile === 'string' ? normalizeMobile(filter.mobile) : null;
    if (mobile === null) violate('mobile', MOBILE_PROBLEM);
    else query.mobile = mobile;
  }
  for (const property of ['createdFrom', 'createdBefore'] as const) {
    const date = filter[property];
    if (date === undefined) continue;
    if (!(date instanceof Date) || Number.isNaN(date.getTime())) violate(property, 'must be a Date');
    query[property] = date;
  }
  if (filter.cursor !== undefined) {
    const end = decodeCursor(String(filter.cursor));
    if (end === null) violate('cursor', 'must be the nextCursor of the page before');
    else query.after = end;
  }
  if (violations.length > 0) throw new EmayImsValidationError(violations);
  return query;
}
