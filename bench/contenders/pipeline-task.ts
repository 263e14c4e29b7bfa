import type { BenchDatabase } from '../support/databases.js';
import type { WatchServerCpu } from '../support/server-cpu.js';

/** Stored → submitted → accepted → reported → final, of many messages. */
export interface PipelineTask {
  gatewayUrl: string;
  database: BenchDatabase;
  /** Sent before the clock starts, in the same process: connections stand and code is compiled. */
  warmUp: number;
  messages: number;
  /** Final rows that are there before. */
  stored: number;
  /** How our requests travel. Default: plain. */
  transport?: 'plain' | 'secure';
}

/** A contender's rate, and the CPU time it took for each message. */
export type Timing = {
  perSecond: number;
  /** Of its process, all threads. */
  processMicroseconds: number;
  /** Of its server, where that can be read. */
  serverMicroseconds?: number;
};

const US_PER_S = 1_000_000;

/** From before the first message is stored until the last is final. */
export async function timed(
  messages: number,
  work: () => Promise<void>,
  watchServerCpu?: WatchServerCpu,
): Promise<Timing> {
  const serverCpu = await watchServerCpu?.();
  const before = process.cpuUsage();
  const began = performance.now();
  await work();
  const perSecond = messages / ((performance.now() - began) / 1_000);
  const { user, system } = process.cpuUsage(before);
  const serverSeconds = (await serverCpu?.()) ?? null;
  return {
    perSecond,
    processMicroseconds: (user + system) / messages,
    ...(serverSeconds === null ? {} : { serverMicroseconds: (serverSeconds * US_PER_S) / messages }),
  };
}
