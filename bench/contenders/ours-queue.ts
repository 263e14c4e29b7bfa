import { contend } from '../support/contender.js';
import type { BenchDatabase } from '../support/databases.js';
import { messages as messagesOf } from '../support/messages.js';
import { startOurs } from './ours-app.js';

export interface QueueTask {
  gatewayUrl: string;
  database: BenchDatabase;
  messages: number;
}

/** Ours: a queue that has built up while nothing was sent, then sent in one go. */
await contend(async ({ database, gatewayUrl, messages }: QueueTask) => {
  const reports = { enabled: false };
  const queueing = await startOurs(database, gatewayUrl, { dispatch: { enabled: false }, reports });
  await queueing.ims.enqueueStream(messagesOf(messages));
  await queueing.close();
  const began = performance.now();
  const sending = await startOurs(database, gatewayUrl, { reports });
  await sending.none(['QUEUED', 'SUBMITTING']);
  const seconds = (performance.now() - began) / 1_000;
  await sending.close();
  return { seconds };
});
