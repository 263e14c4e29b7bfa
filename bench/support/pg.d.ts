/** As much of `pg` as the benchmark uses, and as BullMQ asks of a pool; the package brings no types. */
declare module 'pg' {
  import type { PgPool } from 'bullmq';
  export interface QueryResult {
    rows: Record<string, unknown>[];
    rowCount: number | null;
  }
  export class Pool implements PgPool {
    constructor(options: { connectionString: string; max: number; options?: string; keepAlive?: boolean });
    query(query: { text: string; name?: string; values?: unknown[] }): Promise<QueryResult>;
    query<Row>(text: string, values?: readonly unknown[]): Promise<{ rows: Row[]; rowCount: number | null }>;
    connect: PgPool['connect'];
    on: PgPool['on'];
    removeAllListeners: PgPool['removeAllListeners'];
    end(): Promise<void>;
  }
}
