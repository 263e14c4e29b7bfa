import { inParallel } from '../support/in-parallel.js';
import { messages, type Message } from '../support/messages.js';
import { quantile } from '../support/spread.js';
import type { BenchDatabase } from '../support/databases.js';
import { timed } from './pipeline-task.js';

/** Single messages sent at once, as for a login code: one after the other, then some at a time. */
export interface SendsTask {
  gatewayUrl: string;
  database: BenchDatabase;
  warmUp: number;
  oneByOne: number;
  inParallel: number;
  concurrency: number;
}

export async function measureSends(
  task: SendsTask,
  send: (message: Message) => Promise<void>,
): Promise<Record<'medianMs' | 'p99Ms' | 'perSecond', number>> {
  const { warmUp, oneByOne, concurrency } = task;
  await inParallel(messages(warmUp), concurrency, send);
  const durations: number[] = [];
  for (const message of messages(oneByOne, warmUp)) {
    const began = performance.now();
    await send(message);
    durations.push(performance.now() - began);
  }
  const { perSecond } = await timed(task.inParallel, () =>
    inParallel(messages(task.inParallel, warmUp + oneByOne), concurrency, send),
  );
  durations.sort((one, other) => one - other);
  return { medianMs: quantile(durations, 0.5), p99Ms: quantile(durations, 0.99), perSecond };
}
