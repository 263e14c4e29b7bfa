import { createPostgresBackend, DEFAULT_SCHEMA, runMigrations, withBackend } from 'bullmq';
import { Pool } from 'pg';
import { contend } from '../support/contender.js';
import type { BenchDatabase } from '../support/databases.js';
import type { Message } from '../support/messages.js';
import { databaseCpu } from '../support/server-cpu.js';
import { CONCURRENCY, runBullmq, type BullmqCounts } from './bullmq-run.js';

/** BullMQ on its PostgreSQL backend, at PostgreSQL's own durability. */
export interface BullmqPostgresTask extends BullmqCounts {
  database: BenchDatabase;
}

/** Of each of the two pools: more made no difference. */
const CONNECTIONS = 20;

await contend(async (task: BullmqPostgresTask) => {
  // In ES modules BullMQ takes pools that are there. It names its tables without their schema.
  const pools = [0, 1].map(
    () =>
      new Pool({
        connectionString: task.database.location,
        max: CONNECTIONS,
        options: `-c search_path=${DEFAULT_SCHEMA}`,
        keepAlive: true,
      }),
  );
  const [ofQueue, ofWorker] = pools as [Pool, Pool];
  const client = await ofQueue.connect();
  await runMigrations(client);
  client.release();
  const { Queue, Worker } = withBackend(createPostgresBackend);
  try {
    return await runBullmq(
      task,
      new Queue<Message>('sms', { connection: ofQueue }),
      (send) => new Worker<Message>('sms', send, { connection: ofWorker, concurrency: CONCURRENCY }),
      databaseCpu(task.database),
    );
  } finally {
    await Promise.all(pools.map((pool) => pool.end()));
  }
});
