/** Type of a column of rows that are parameters: MySQL handles a short one several times as fast as a `text`. */
export type RowColumnType = 'varchar64' | 'varchar255' | 'varchar1000' | 'text' | 'bigint';

/** The columns of such rows, by name. */
export type RowColumns = Readonly<Record<string, RowColumnType>>;

/** Values of one row by column; what is left out is NULL. */
export type RowValues = Readonly<Record<string, string | number | undefined>>;

/** An update of `emay_ims_message AS m` from many rows at once, called `r`. */
export interface UpdateFromRows {
  columns: RowColumns;
  /**
   * Assignments, without `m.` on the left. The right side may use `r.*`, and `m.*` of the assigned column only: MySQL
   * assigns one after the other and lets later ones see the new values. MySQL also
   * replaces each `r.*`, here and in `where`, by an expression that searches for the value.
   */
  set: Readonly<Record<string, string>>;
  /** How a row finds its message, by `m.custom_ims_id = r.custom_ims_id`, and under which condition it may change it. */
  where: string;
}

/** The first rows of a table in an order that an index has. */
export interface FirstRows {
  table: string;
  /** Its primary key. */
  key: readonly string[];
  /** The index that leads from the first row on. */
  index: string;
  where: string;
  orderBy: string;
}

/** Rows whose keys differ in their last column. */
export interface ListedRows {
  table: string;
  /** The columns before it, and what they hold. */
  common: Readonly<Record<string, unknown>>;
  /** The last column, and its type. */
  column: string;
  type: RowColumns[string];
  /** What it holds; may be repeated. */
  values: readonly unknown[];
}

/** A statement and its parameters, in order. */
export interface BoundStatement {
  sql: string;
  parameters: unknown[];
}

/** What a statement over many rows is made of: the rows, and the parameters of its own clauses. */
export interface RowsParameters {
  set?: readonly unknown[];
  rows: readonly RowValues[];
  where: readonly unknown[];
}

/**
 * A statement over many rows. Its clauses, and so its parameters, stand in another order on each database; on MySQL the text also depends on
 * the rows. A statement has few texts, whatever the rows: texts are kept.
 */
export interface RowsStatement {
  make: (parameters: RowsParameters) => BoundStatement;
}

/**
 * What differs between the databases; everything else is written once. Statements use `?` for parameters, in order.
 *
 * Bulk work is one statement whose rows are parameters: one of JSON, or on PostgreSQL an array for each column.
 */
export interface SqlDialect {
  readonly name: 'postgres' | 'mysql' | 'sqlite';
  /** The database's own clock in epoch milliseconds: the only clock that leases, due times and attempts go by. */
  readonly now: string;
  /** The name of a 64-bit integer in a CAST. */
  readonly bigint: string;
  /** Whether an UPDATE can return the rows it touched. */
  readonly hasReturning: boolean;
  /** How an UPDATE of `emay_ims_message AS m` names the columns it returns. */
  readonly returned: (column: string) => string;
  /** Where a row lies, so that one statement finds what it has just read without another search. */
  readonly rowLocation: string;
  /** Appended to a SELECT that reserves rows for this transaction, passing over those of other transactions. */
  lockSkippingLocked(of?: 'm'): string;
  /** Most reports of one statement: where its text holds them, it must not become one of those long strings (`longText`). */
  readonly reportsAtATime: number;
  /** Appended to a SELECT that locks its rows, waiting for others. Of a join with rows that are parameters, those of messages `m`. */
  lock(of?: 'm'): string;
  /**
   * The condition `m.account = ?` in a join of rows `r` with messages `m`, so that each row, known by `rowKey`, looks up
   * its message and not each message of the account its row.
   */
  accountIs(rowKey: string): string;
  /** The condition `(first, second) < (?, ?)`, so that an index over both leads to the place; and its parameters. */
  before(columns: readonly [string, string], values: readonly [unknown, unknown]): [string, ...unknown[]];
  /**
   * A condition on ids that begin with a text of printable ASCII, byte by byte, and its parameters. A range of the index where the
   * column's collation is binary; that of PostgreSQL may be any, so there it may be read row by row.
   */
  beginsWith(column: string, prefix: string): [string, ...unknown[]];
  /**
   * `ORDER BY order` of a subquery that follows an index whose first columns, `decided`, are those of an outer row.
   */
  alongIndex(decided: string, order: string): string;
  /**
   * `FROM … JOIN … ON …` that reads rows as they were last committed, in a transaction of whatever isolation; they are locked with it
   * where the database needs that.
   */
  latest(rows: string, table: string, on: string): string;
  /** A table expression over many rows that are parameters, with its alias: `FROM ${rows(…)}`. */
  rows(columns: RowColumns, alias: string): string;
  /** Those parameters: one of JSON, or an array for each column. */
  encodeRows(columns: RowColumns, rows: readonly RowValues[]): unknown[];
  /**
   * A text of many kilobytes as a parameter: in UTF-8 where it would have to wait for its statement. See docs/performance-internals.md.
   */
  longText(text: string | Buffer): string | Buffer;
  /** Most bytes to read of one value at a time, where its driver decodes them in one go, while nobody else works; `null`: it does not. */
  readonly bytesAtATime: number | null;
  /** A SELECT of the `custom_ims_id`s in the column `ids` of a table, texts of JSON; its parameter is the account. */
  idsIn(table: string): string;
  /** Whether `insertNew` locks rows whose key is there already, until the transaction ends. */
  readonly locksExisting: boolean;
  /** `INSERT` that leaves rows alone whose key is there already. `source` is a SELECT. */
  insertNew(table: string, columns: readonly string[], source: string): string;
  /** `INSERT` that adds these columns where the key is there already. `source` is a SELECT from rows `r` that have all columns. */
  insertAdding(
    table: string,
    columns: readonly string[],
    key: readonly string[],
    added: readonly string[],
    source: string,
  ): string;
  /** Behind a table in a FROM clause: read it by this index. */
  through(index: string): string;
  /** `DELETE` of rows by a list of their keys, which waits for no other row: a host may have it locked. */
  deleteListed(rows: ListedRows): BoundStatement;
  /** `DELETE` of the first rows in an order; the limit is the last parameter. */
  deleteFirst(selection: FirstRows): string;
  /** `UPDATE emay_ims_message AS m … FROM rows AS r`, returning these expressions where the database can. */
  updateMessagesFromRows(update: UpdateFromRows, returning?: readonly string[]): RowsStatement;
  /** Turns the statement's `?` into what the driver takes. */
  placeholders(sql: string): string;
}
