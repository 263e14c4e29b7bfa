import { contend, must } from '../support/contender.js';
import type { BenchDatabase } from '../support/databases.js';
import { message } from '../support/messages.js';
import { startOurs } from './ours-app.js';

export interface StreamTask {
  gatewayUrl: string;
  database: BenchDatabase;
  messages: number;
}

async function* source(count: number) {
  for (let index = 0; index < count; index++) {
    const { mobile, content } = message(index);
    yield { mobile, content };
  }
}

/** Ours: `enqueueStream` from an async iterable, while what is stored is being sent and reported, as in any application. */
await contend(async ({ database, gatewayUrl, messages }: StreamTask) => {
  const { ims, close } = await startOurs(database, gatewayUrl, {});
  const began = performance.now();
  const { stored } = await ims.enqueueStream(source(messages));
  const seconds = (performance.now() - began) / 1_000;
  must(stored === messages, () => `${stored} of ${messages} stored`);
  // The kernel's own high-water mark, in KiB: no sampling that could miss the peak.
  const peakMiB = process.resourceUsage().maxRSS / 1_024;
  await close();
  return { peakMiB, seconds };
});
