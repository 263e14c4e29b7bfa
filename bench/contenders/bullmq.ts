import { EventEmitter, once } from 'node:events';
import { Queue, Worker } from 'bullmq';
import { contend, must } from '../support/contender.js';
import { LeanGatewayClient } from '../support/gateway-calls.js';
import { chunksOf, messages, type Message } from '../support/messages.js';
import { timed } from './pipeline-task.js';

/**
 * BullMQ on Redis: what people pick in place of a durable outbox. No database, no reports, each message done as soon as
 * the gateway has answered.
 *
 * Fair, because it has every advantage it can have: jobs added in bulk and removed when done, a worker with many jobs
 * under way, the lean HTTP client, Redis at its default (no write waits for the disk). One message for each request is what
 * a worker gives: a job is a message.
 */
const CHUNK = 1_000;
const CONCURRENCY = 100;

export interface BullmqTask {
  gatewayUrl: string;
  redisUrl: string;
  /** Prefix of all keys, so that nobody else's queue is touched. */
  prefix: string;
  warmUp: number;
  messages: number;
}

await contend(async (task: BullmqTask) => {
  const connection = { url: task.redisUrl };
  const gateway = new LeanGatewayClient(task.gatewayUrl, CONCURRENCY);
  const queue = new Queue<Message>('sms', { connection, prefix: task.prefix });
  const imsIds = new Set<string>();
  const progress = new EventEmitter();
  let wanted = 0;
  const worker = new Worker<Message>(
    'sms',
    async ({ data }) => {
      imsIds.add((await gateway.sendOne(data)).imsId);
    },
    { connection: { ...connection, maxRetriesPerRequest: null }, prefix: task.prefix, concurrency: CONCURRENCY },
  );
  let done = 0;
  worker.on('completed', () => {
    if (++done === wanted) progress.emit('all done');
  });
  worker.on('failed', (_job, error) => {
    throw error;
  });

  const run = async (all: Message[]) => {
    wanted = done + all.length;
    const finished = once(progress, 'all done');
    for (const chunk of chunksOf(all, CHUNK)) {
      await queue.addBulk(chunk.map((data) => ({ name: 'send', data, opts: { removeOnComplete: true } })));
    }
    await finished;
  };
  try {
    await run(messages(task.warmUp, task.messages));
    const sample = await timed(task.messages, () => run(messages(task.messages)));
    must(imsIds.size === task.warmUp + task.messages, () => `${imsIds.size} gateway ids`);
    return sample;
  } finally {
    await worker.close();
    await queue.obliterate({ force: true });
    await Promise.all([queue.close(), gateway.close()]);
  }
});
