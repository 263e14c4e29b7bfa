import { MAX_CODE_LENGTH } from '../../dto/find-ims.dto.js';
import { readTime, TIME_PROBLEM } from '../../dto/read-time.js';
import { EmayImsValidationError, type ImsViolation } from '../../errors/emay-ims-errors.js';
import { IMS_MESSAGE_STATES, type ImsMessageState } from '../../messages/message-state.js';
import { customImsIdProblem, readStoredMobile } from '../../protocol/index.js';
import type { MessageSearch } from '../api/message-search.js';

/** A search as it is carried out. */
export interface ReadSearch {
  states: readonly ImsMessageState[] | null;
  code: string | null;
  country: string | null;
  mobile: string | null;
  /** One message. */
  id: string | null;
  idPrefix: string | null;
  from: Date | null;
  to: Date | null;
}

/** Checks a search but for `limit` and `after`. @throws EmayImsValidationError with every violation */
export function readSearch(given: MessageSearch): ReadSearch {
  const violations: ImsViolation[] = [];
  const read = <Value>(property: keyof MessageSearch, message: string, value: (given: unknown) => Value | null) => {
    const found = given[property];
    if (found === undefined || found === null) return null;
    const result = value(found);
    if (result === null) violations.push({ index: -1, property, message });
    return result;
  };
  const states = read('states', `must be a list of ${IMS_MESSAGE_STATES.join(', ')}`, readStates);
  const code = read('code', `must be a text of 1 to ${MAX_CODE_LENGTH} characters`, (value) =>
    typeof value === 'string' && value !== '' && value.length <= MAX_CODE_LENGTH ? value : null,
  );
  const country = read('country', 'must be an ISO 3166-1 alpha-2 code, such as AU', (value) =>
    typeof value === 'string' && /^[A-Za-z]{2}$/.test(value) ? value.toUpperCase() : null,
  );
  const mobile = read('mobile', 'must be an international number, such as +61422118000', (value) =>
    typeof value === 'string' ? readStoredMobile(value) : null,
  );
  const wanted = read('id', 'must be an id, or the beginning of one followed by *', readId);
  const from = read('from', TIME_PROBLEM, readTime);
  const to = read('to', TIME_PROBLEM, readTime);
  if (violations.length > 0) throw new EmayImsValidationError(violations);
  const { id = null, idPrefix = null } = wanted ?? {};
  return { states, code, country, mobile, id, idPrefix, from, to };
}

function readStates(value: unknown): ImsMessageState[] | null {
  const isList = Array.isArray(value) && value.length > 0 && value.length <= IMS_MESSAGE_STATES.length;
  if (!isList || !value.every((state) => IMS_MESSAGE_STATES.includes(state as ImsMessageState))) return null;
  return IMS_MESSAGE_STATES.filter((state) => value.includes(state));
}

function readId(value: unknown): { id?: string; idPrefix?: string } | null {
  if (typeof value !== 'string') return null;
  const text = value.trim();
  const isPrefix = text.endsWith('*');
  const wanted = isPrefix ? text.slice(0, -1) : text;
  if (customImsIdProblem(wanted) !== null) return null;
  return isPrefix ? { idPrefix: wanted } : { id: wanted };
}
