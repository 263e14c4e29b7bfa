import type { SqlDialect } from '../../database/sql-dialect.js';
import type { ImsMessage } from '../../messages/ims-message.entity.js';
import { countryOf } from '../../protocol/index.js';
import { decodeToken } from '../page-token.js';
import type { ReadSearch } from './read-search.js';

/** A place in the order of messages, newest first: everything before it has been looked at. */
export interface Place {
  createdAt: number;
  customImsId: string;
}

/** Where a page of messages begins. @throws EmayImsValidationError for a token that is not of the same query */
export function placeBehind(query: unknown, after: string | undefined): Place | null {
  const token = decodeToken(query, after, ['time', 'id']);
  return token && { createdAt: Number(token[0]), customImsId: String(token[1]) };
}

/** Conditions in SQL, with their parameters. */
export interface Conditions {
  sql: string;
  parameters: unknown[];
}

/** What the database can tell of a message that is sought, by the columns of `alias`. */
export function conditionsOf(
  { states, code, mobile, idPrefix }: ReadSearch,
  dialect: SqlDialect,
  alias: string,
): Conditions {
  const conditions: string[] = ['1 = 1'];
  const parameters: unknown[] = [];
  const where = (condition: string, ...values: unknown[]) => {
    conditions.push(condition);
    parameters.push(...values);
  };
  if (states) where(`${alias}.state IN (${states.map(() => '?').join(', ')})`, ...states);
  if (code !== null) where(`${alias}.code = ?`, code);
  if (mobile !== null) where(`${alias}.mobile = ?`, mobile);
  if (idPrefix !== null) where(...dialect.beginsWith(`${alias}.custom_ims_id`, idPrefix));
  return { sql: conditions.join(' AND '), parameters };
}

/** What remains to be told by the message itself. */
export function isSought(message: ImsMessage, { country }: ReadSearch): boolean {
  return country === null || countryOf(message.mobile) === country;
}
