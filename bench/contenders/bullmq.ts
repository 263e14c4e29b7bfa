import { Queue, Worker } from 'bullmq';
import { contend } from '../support/contender.js';
import type { Message } from '../support/messages.js';
import { redisCpu } from '../support/server-cpu.js';
import { CONCURRENCY, runBullmq, type BullmqCounts } from './bullmq-run.js';

/** BullMQ on Redis. How durable that is, is up to the Redis given. */
export interface BullmqTask extends BullmqCounts {
  redisUrl: string;
  /** Prefix of all keys, so that nobody else's queue is touched. */
  prefix: string;
}

await contend(async (task: BullmqTask) => {
  const { prefix } = task;
  const connection = { url: task.redisUrl };
  const queue = new Queue<Message>('sms', { connection, prefix });
  const unlimited = { ...connection, maxRetriesPerRequest: null };
  return runBullmq(
    task,
    queue,
    (send) => new Worker<Message>('sms', send, { connection: unlimited, prefix, concurrency: CONCURRENCY }),
    redisCpu(task.redisUrl),
  );
});
