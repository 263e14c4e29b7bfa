/** As much of `pg` as the benchmark uses, and as BullMQ asks of a pool; the package brings no types. */
declare module 'pg' {
  import type { PgPool, PgQueryable } from 'bullmq';
  export interface QueryResult {
    rows: Record<string, unknown>[];
    rowCount: number | null;
  }
  export class Pool implements PgPool {
    constructor(options: { connectionString: string; max: number; options?: string; keepAlive?: boolean });
    query(query: { text: string; name?: string; values?: unknown[] }): Promise<QueryResult>;
    query(text: string, values?: readonly unknown[]): ReturnType<PgQueryable['query']>;
    connect: PgPool['connect'];
    on: PgPool['on'];
    removeAllListeners: PgPool['removeAllListeners'];
    end(): Promise<void>;
  }
}
