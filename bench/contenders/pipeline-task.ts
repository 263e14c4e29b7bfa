import type { BenchDatabase } from '../support/databases.js';

/** Stored → submitted → accepted → reported → final, of many messages. */
export interface PipelineTask {
  gatewayUrl: string;
  database: BenchDatabase;
  /** Sent before the clock starts, in the same process: connections stand and code is compiled. */
  warmUp: number;
  messages: number;
  /** Final rows that are there before. */
  stored: number;
}

/** Messages a second, from before the first is stored until the last is final. */
export async function timed(messages: number, work: () => Promise<void>): Promise<{ perSecond: number }> {
  const began = performance.now();
  await work();
  return { perSecond: messages / ((performance.now() - began) / 1_000) };
}
