import { EventEmitter, once } from 'node:events';
import type { Queue } from 'bullmq';
import { must } from '../support/contender.js';
import { LeanGatewayClient } from '../support/gateway-calls.js';
import { chunksOf, messages, type Message } from '../support/messages.js';
import type { WatchServerCpu } from '../support/server-cpu.js';
import { timed, type Timing } from './pipeline-task.js';

/** The gateway's part of both of BullMQ's contenders. */
export interface BullmqCounts {
  gatewayUrl: string;
  warmUp: number;
  messages: number;
}

type OurQueue = Pick<Queue<Message>, 'addBulk' | 'obliterate' | 'close'>;
interface OurWorker {
  on(event: 'completed', listener: () => void): unknown;
  on(event: 'failed', listener: (job: unknown, error: Error) => void): unknown;
  close(): Promise<void>;
}

/**
 * BullMQ: what people pick in place of a durable outbox. No reports; each message is done as soon as the gateway has
 * answered.
 *
 * Fair, because it has every advantage it can have: jobs added in bulk and removed when done, a worker with many jobs
 * under way, the lean HTTP client. One message for each request is what a worker gives: a job is a message.
 */
export const CONCURRENCY = 100;
const CHUNK = 1_000;

export async function runBullmq(
  task: BullmqCounts,
  queue: OurQueue,
  startWorker: (send: (job: { data: Message }) => Promise<void>) => OurWorker,
  watchServerCpu: WatchServerCpu,
): Promise<Timing> {
  const gateway = new LeanGatewayClient(task.gatewayUrl, CONCURRENCY);
  const imsIds = new Set<string>();
  const progress = new EventEmitter();
  let wanted = 0;
  let done = 0;
  const worker = startWorker(async ({ data }) => {
    imsIds.add((await gateway.sendOne(data)).imsId);
  });
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
    const sample = await timed(task.messages, () => run(messages(task.messages)), watchServerCpu);
    must(imsIds.size === task.warmUp + task.messages, () => `${imsIds.size} gateway ids`);
    return sample;
  } finally {
    await worker.close();
    await queue.obliterate({ force: true });
    await Promise.all([queue.close(), gateway.close()]);
  }
}
