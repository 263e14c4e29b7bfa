import type { ImsDatabase, SqlRow } from '../database/ims-database.js';
import type { SearchPage } from './api/message-search.js';
import { decodeToken, DEFAULT_LIMIT, encodeToken } from './page-token.js';

/**
 * A page of a table whose ids are in the order of time, newest first.
 *
 * @param only columns and what they have to be; `undefined`: anything
 * @throws EmayImsValidationError where `after` belongs to another query
 */
export async function pageNewestFirst<Item extends { id: string; at: Date }>(
  database: ImsDatabase,
  from: { table: string; columns: string; account: string },
  only: Readonly<Record<string, string | undefined>>,
  after: string | undefined,
  toItem: (row: SqlRow) => Item,
): Promise<SearchPage<Item>> {
  const asOf = new Date();
  const query = Object.fromEntries(Object.entries(only).map(([column, value]) => [column, value ?? null]));
  const place = decodeToken(query, after, ['id']);
  const wanted: [string, unknown][] = [
    ['account = ?', from.account],
    ...Object.entries(only).map(([column, value]): [string, unknown] => [`${column} = ?`, value]),
    ['id < ?', place?.[0]],
  ];
  const conditions = wanted.filter(([, value]) => value !== undefined);
  const rows = await database.rows(
    `SELECT ${from.columns} FROM ${from.table} WHERE ${conditions.map(([condition]) => condition).join(' AND ')}
     ORDER BY id DESC LIMIT ${DEFAULT_LIMIT + 1}`,
    conditions.map(([, value]) => value),
  );
  const items = rows.slice(0, DEFAULT_LIMIT).map(toItem);
  const last = items.at(-1);
  const isMore = rows.length > DEFAULT_LIMIT && last !== undefined;
  return {
    items,
    next: isMore ? encodeToken(query, [last.id]) : null,
    searchedTo: isMore ? last.at : null,
    matches: !isMore && place === null ? { n: items.length, exact: true } : null,
    asOf,
  };
}
