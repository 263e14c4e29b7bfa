import { crc32 } from 'node:zlib';
import type {
  BoundStatement,
  RowColumns,
  RowsParameters,
  RowsStatement,
  RowValues,
  UpdateFromRows,
} from '../sql-dialect.js';
import { assignments } from './assignments.js';
import { jsonArrays } from './json-arrays.js';

/** From as many on, MariaDB may make a table of an IN list. */
const TOO_MANY_ROWS = 1_000;

/** No blank, which comparisons may ignore at the end. */
const PLAIN_ID = /^[!-~]{1,64}$/;

/** Most UTF-16 units of a value. What is longer goes by the join, whose columns have types. */
const LENGTHS = { varchar64: 64, varchar255: 255, varchar1000: 1_000, text: 0 } as const;

const KEY = 'm.custom_ims_id = r.custom_ims_id';
/** What rows and parameters fill in. */
const PLACES = /m\.custom_ims_id = r\.custom_ims_id|\br\.(\w+)|\?/g;

type Expression = [sql: string, ...parameters: unknown[]];

/** `table` is that of the rows. Each finds its message by primary key, whatever the table's statistics say. */
export function updateByJoin({ columns, set, where }: UpdateFromRows, table: string): RowsStatement {
  const sql = `UPDATE ${table} STRAIGHT_JOIN emay_ims_message AS m ON ${where} SET ${assignments(set, 'm.')}`;
  return {
    make: ({ rows, where: conditions, set: values = [] }) => ({
      sql,
      parameters: [...jsonArrays(columns, rows), ...conditions, ...values],
    }),
  };
}

/**
 * An UPDATE of the messages alone, by primary key. That of a join notes in a temporary table what it is going to write. See
 * docs/performance-internals.md.
 *
 * - Lists are one parameter each, which `mysql2` writes out: so a statement has few texts, and no values in them.
 * - `null` where a message might take another row's values, or a value may be too long.
 */
export function updateByKey({ columns, set, where }: UpdateFromRows): (of: RowsParameters) => BoundStatement | null {
  if (!where.includes(KEY)) throw new Error(`Rows have to find their messages by ${KEY}.`);
  const text = `UPDATE emay_ims_message AS m FORCE INDEX (PRIMARY) SET ${assignments(set, 'm.')} WHERE ${where}`;
  return ({ set: values = [], rows, where: conditions }) => {
    const expressions = expressionsOf(columns, rows);
    if (expressions === null) return null;
    const given = [...values, ...conditions].values();
    const parameters: unknown[] = [];
    const sql = text.replace(PLACES, (place: string, column = 'custom_ims_id') => {
      const [expression, ...more] =
        place === '?' ? [place, given.next().value] : (expressions.get(column) as Expression);
      parameters.push(...more);
      return expression;
    });
    return { sql, parameters };
  };
}

/** What stands for the columns of the rows, and for the key: the condition that one of the rows is about the message. */
function expressionsOf(columns: RowColumns, rows: readonly RowValues[]): Map<string, Expression> | null {
  const ids = rows.map((row) => String(row.custom_ims_id));
  if (ids.length === 0 || ids.length >= TOO_MANY_ROWS || !ids.every((id) => PLAIN_ID.test(id))) return null;
  const expressions = new Map<string, Expression>([['custom_ims_id', ['m.custom_ims_id IN (?)', ids]]]);
  let order: ByChecksum | null = null;
  for (const [column, type] of Object.entries(columns)) {
    if (column === 'custom_ims_id') continue;
    const values = rows.map((row) => row[column] ?? null);
    if (type !== 'bigint' && values.some((value) => String(value).length > LENGTHS[type])) return null;
    const [first] = values;
    if (values.every((value) => value === first)) {
      expressions.set(column, first === null ? ['NULL'] : [typed('?', type), first]);
      continue;
    }
    order ??= byChecksum(ids);
    if (order === null) return null;
    const { checksums, places } = order;
    // A binary search among the checksums, and the value at that place.
    const picked = typed('ELT(INTERVAL(CRC32(m.custom_ims_id), ?), ?)', type);
    expressions.set(column, [picked, checksums, places.map((place) => values[place])]);
  }
  // An id that compares as equal but is written in another way would take the values of any row.
  if (order) {
    expressions.set('custom_ims_id', [
      'm.custom_ims_id IN (?) AND CRC32(m.custom_ims_id) IN (?)',
      ids,
      order.checksums,
    ]);
  }
  return expressions;
}

/** A text compares by its bytes, and a number is no text, as in a column of rows. */
function typed(expression: string, type: RowColumns[string]): string {
  return type === 'bigint' ? `CAST(${expression} AS SIGNED)` : `${expression} COLLATE utf8mb4_bin`;
}

interface ByChecksum {
  /** Rising. */
  checksums: number[];
  /** Where the id of each stands. */
  places: number[];
}

/** `null`: two have the same. */
function byChecksum(ids: readonly string[]): ByChecksum | null {
  // Numbers sort several times as fast as pairs. A checksum has 32 bits.
  const sorted = Float64Array.from(ids, (id, place) => crc32(id) * TOO_MANY_ROWS + place).sort();
  const checksums = Array.from(sorted, (both) => Math.floor(both / TOO_MANY_ROWS));
  if (checksums.some((checksum, index) => checksum === checksums[index + 1])) return null;
  return { checksums, places: Array.from(sorted, (both) => both % TOO_MANY_ROWS) };
}
