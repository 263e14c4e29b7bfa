import type { BoundStatement, ListedRows } from '../sql-dialect.js';

/** By a list of parameters. */
export function deleteByList({ table, common, column, values }: ListedRows): BoundStatement {
  const conditions = [
    ...Object.keys(common).map((name) => `${name} = ?`),
    `${column} IN (${values.map(() => '?').join(', ')})`,
  ];
  return {
    sql: `DELETE FROM ${table} WHERE ${conditions.join(' AND ')}`,
    parameters: [...Object.values(common), ...values],
  };
}

/**
 * By a join that looks up each key. For a list, MySQL and MariaDB read a small table, or all that has the other columns in common, from
 * one end to the other, and wait for each row there that somebody has locked.
 *
 * @param rows makes a table `r` of the parameter that comes first
 */
export function deleteByJoin({ table, common, column, values }: ListedRows, rows: string): BoundStatement {
  const conditions = [`m.${column} = r.${column}`, ...Object.keys(common).map((name) => `m.${name} = ?`)];
  return {
    sql: `DELETE m FROM ${rows} STRAIGHT_JOIN ${table} AS m FORCE INDEX (PRIMARY) ON ${conditions.join(' AND ')}`,
    parameters: [JSON.stringify([...new Set(values)].map((value) => [value])), ...Object.values(common)],
  };
}
