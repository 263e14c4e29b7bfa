import { setTimeout as pause } from 'node:timers/promises';
import { contend } from '../support/contender.js';
import type { BenchDatabase } from '../support/databases.js';
import { startOurs } from './ours-app.js';

export interface IdleTask {
  gatewayUrl: string;
  database: BenchDatabase;
  /** Until what starting up leaves behind is done. */
  settleMs: number;
  measureMs: number;
}

/** Ours with nothing to do, all options at their defaults: dispatching every second, polling every five, sweeping. */
await contend(async ({ database, gatewayUrl, settleMs, measureMs }: IdleTask) => {
  const { close } = await startOurs(database, gatewayUrl, {});
  await pause(settleMs);
  const before = process.cpuUsage();
  const began = performance.now();
  await pause(measureMs);
  const { user, system } = process.cpuUsage(before);
  const percent = ((user + system) / 1_000 / (performance.now() - began)) * 100;
  await close();
  return { percent };
});
