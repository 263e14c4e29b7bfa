import { contend } from '../support/contender.js';
import type { BenchDatabase } from '../support/databases.js';
import { inParallel } from '../support/in-parallel.js';
import { messages as messagesOf } from '../support/messages.js';
import { startOurs } from './ours-app.js';

export interface QueueTask {
  gatewayUrl: string;
  database: BenchDatabase;
  messages: number;
  /** Each message by a call of its own, instead of all of them as one stream. */
  isOneByOne: boolean;
}

/** Calls at a time: as an application that answers requests. */
const CONCURRENCY = 16;

/** Ours: a queue that has built up while nothing was sent, then sent in one go. */
await contend(async ({ database, gatewayUrl, messages, isOneByOne }: QueueTask) => {
  const reports = { enabled: false };
  const queueing = await startOurs(database, gatewayUrl, { dispatch: { enabled: false }, reports });
  if (isOneByOne) {
    await inParallel(messagesOf(messages), CONCURRENCY, async ({ mobile, content }) => {
      await queueing.ims.enqueue([{ mobile, content }]);
    });
  } else {
    await queueing.ims.enqueueStream(messagesOf(messages));
  }
  await queueing.close();
  const began = performance.now();
  const sending = await startOurs(database, gatewayUrl, { reports });
  await sending.none(['QUEUED', 'SUBMITTING']);
  const seconds = (performance.now() - began) / 1_000;
  await sending.close();
  return { seconds };
});
