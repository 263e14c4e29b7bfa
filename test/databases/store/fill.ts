import type { ImsDatabase } from '../../../libs/emay-ims/src/database/ims-database.js';

const ROWS_AT_A_TIME = 500;

/** Puts many rows into a table, past the store. */
export async function fill(
  database: ImsDatabase,
  table: string,
  count: number,
  rowOf: (index: number) => Record<string, string | number | null>,
): Promise<void> {
  const literal = (value: string | number | null) => (typeof value === 'string' ? `'${value}'` : String(value));
  for (let first = 0; first < count; first += ROWS_AT_A_TIME) {
    const rows = Array.from({ length: Math.min(count - first, ROWS_AT_A_TIME) }, (_, index) => rowOf(first + index));
    const values = rows.map((row) => `(${Object.values(row).map(literal).join(', ')})`);
    await database.run(`INSERT INTO ${table} (${Object.keys(rows[0]!).join(', ')}) VALUES ${values.join(', ')}`, []);
  }
}

let made = 0;

/** For a column of a key: no two are the same, and they rise. */
export function nextId(): string {
  return String(++made).padStart(32, '0');
}
