/** As much of `pg` as the benchmark uses; the package brings no types. */
declare module 'pg' {
  export interface QueryResult {
    rows: Record<string, unknown>[];
    rowCount: number | null;
  }
  export class Pool {
    constructor(options: { connectionString: string; max: number });
    query(query: { text: string; name?: string; values?: unknown[] }): Promise<QueryResult>;
    end(): Promise<void>;
  }
}
