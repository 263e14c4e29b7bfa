import { IMS_MESSAGE_STATES, normalizeMobile } from 'nestjs-emay-ims';
import type { Grant } from '../access/access.js';
import { invalid } from '../http/console-error.js';
import type { MessageSearch } from '../operations.js';
import { listOf, matching, oneOf, optional, text, time, whole, type Read, type Reader } from './readers.js';

export const MAX_PAGE = 500;

/** What the gateway answers, or the system: `ERROR_SIGN`, `ECONNREFUSED`, `HTTP_502`. */
export const code = matching(/^[\w.:-]{1,64}$/, 'an answer code');
export const country = matching(/^[A-Z]{2}$/, 'a country such as AU (ISO 3166-1 alpha-2)');
export const cursor = text(1_024);
export const limit = whole(1, MAX_PAGE);
const states = listOf(oneOf(IMS_MESSAGE_STATES), IMS_MESSAGE_STATES.length);

/** A whole number: by parts of one, whoever sees it masked would find out the rest. */
const mobile: Reader<string> = (given, field) => {
  const written = text(40)(given, field);
  const number = normalizeMobile(written) ?? (/^\+[1-9]\d{6,14}$/.test(written) ? written : null);
  if (number === null) throw invalid(field, 'must be a whole number with its country code, such as +61422118000');
  return number;
};

const FILTER = {
  code: optional(code),
  country: optional(country),
  mobile: optional(mobile),
  id: optional(text(33)),
  from: optional(time),
  to: optional(time),
};

/** Of a query, where the states are `state`. */
export const SEARCH_QUERY = {
  ...FILTER,
  state: optional(states),
  after: optional(cursor),
  limit: optional(limit),
};

/** Of a body. A cursor has no place in it: it is about all that match. */
export const SEARCH_BODY = { ...FILTER, states: optional(states) };

export function searchOfQuery({ state, ...rest }: Read<typeof SEARCH_QUERY>, grant: Grant): MessageSearch {
  return permitted({ ...rest, states: state }, grant);
}

export function searchOfBody(search: Read<typeof SEARCH_BODY>, grant: Grant): MessageSearch {
  return permitted(search, grant);
}

type Wanted = { [Name in keyof MessageSearch]: MessageSearch[Name] | undefined };

/** @throws ConsoleError for a prefix where numbers are masked: ids of the host's own making may begin with one */
function permitted(wanted: Wanted, { numbers }: Grant): MessageSearch {
  if (numbers !== 'full' && wanted.id?.includes('*')) {
    throw invalid('id', 'must be a whole id: you see numbers masked, and ids may begin with one');
  }
  return withoutUndefined(wanted);
}

/** The core takes a field that is there for one that is meant. */
export function withoutUndefined<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
