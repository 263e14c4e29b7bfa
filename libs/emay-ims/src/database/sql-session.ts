/** One row as the driver returns it; 64-bit integers may come as strings. */
export type SqlRow = Record<string, string | number | null>;

/** Runs statements, inside a transaction or each on its own. */
export interface SqlSession {
  rows(sql: string, parameters?: readonly unknown[]): Promise<SqlRow[]>;
  /** Resolves to the number of affected rows. */
  run(sql: string, parameters?: readonly unknown[]): Promise<number>;
}

/** A statement and its parameters. */
export type SqlStatement = readonly [sql: string, parameters: readonly unknown[]];

/** Something to do with a session, as a whole. */
export type SqlWork<T> = (session: SqlSession) => Promise<T>;
