import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { contend } from '../support/contender.js';
import type { BenchDatabase } from '../support/databases.js';
import { messages, type Message } from '../support/messages.js';
import { mustAllBeDelivered, startOurs } from './ours-app.js';

export interface LoopTask {
  gatewayUrl: string;
  database: BenchDatabase;
  /** Of the steps below, before the clock starts and while it runs. */
  warmUpSteps: number;
  steps: number;
}

/** What a step asks for, and how often there is one: 1,000 messages and 20 sends a second. */
const STEP = { everyMs: 500, enqueued: 500, sent: 10, pageSize: 100 };
const RESOLUTION_MS = 1;

/** Ours under a steady load of everything: how long the event loop is held at a stretch, by us and by all else in the process. */
await contend(async ({ database, gatewayUrl, warmUpSteps, steps }: LoopTask) => {
  const app = await startOurs(database, gatewayUrl, { reports: { intervalMs: 200 } });
  const perStep = STEP.enqueued + STEP.sent;
  const all = messages((warmUpSteps + steps) * perStep);

  async function step(number: number): Promise<void> {
    const mine = all
      .slice(number * perStep, (number + 1) * perStep)
      .map(({ mobile, content }) => ({ mobile, content }));
    const send = (message: Pick<Message, 'mobile' | 'content'>) => app.ims.send(message);
    await Promise.all([
      app.ims.enqueue(mine.slice(STEP.sent)),
      ...mine.slice(0, STEP.sent).map(send),
      app.ims.find({ limit: STEP.pageSize }),
      pause(STEP.everyMs),
    ]);
  }

  for (let number = 0; number < warmUpSteps; number++) await step(number);
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const before = process.cpuUsage();
  delay.enable();
  for (let number = warmUpSteps; number < warmUpSteps + steps; number++) await step(number);
  delay.disable();
  const { user, system } = process.cpuUsage(before);
  await app.none(['QUEUED', 'SUBMITTING', 'ACCEPTED']);
  await mustAllBeDelivered(app.messages, all.length);
  await app.close();
  const held = (nanoseconds: number) => Math.max(0, nanoseconds / 1_000_000 - RESOLUTION_MS);
  return {
    p999Ms: held(delay.percentile(99.9)),
    maxMs: held(delay.max),
    cpuSeconds: (user + system) / 1_000_000,
  };
});
