import { setTimeout as pause } from 'node:timers/promises';
import { subscribe } from 'node:diagnostics_channel';
import type { AddressInfo, Server } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { REPORT_PAGE_CHANNEL, type ImsReportPageNotice } from 'nestjs-emay-ims';
import { EmayImsPushModule } from 'nestjs-emay-ims/push';
import { ACCOUNT } from '../support/account.js';
import { contend, must } from '../support/contender.js';
import type { BenchDatabase } from '../support/databases.js';
import { mustAllBeDelivered, ourApp, ourImports } from './ours-app.js';

export interface ReportDelayTask {
  gatewayUrl: string;
  database: BenchDatabase;
  source: 'pull' | 'push';
  warmUp: number;
  messages: number;
  /** From one report to the next message, in ms: between these two. */
  gapMs: [number, number];
}

const APPLIED_WITHIN_MS = 30_000;
/** The gateway looks so often for what is due. */
const PUSH_EVERY_MS = 10;

class BenchModule {}

/**
 * Single messages whose reports are due as they are accepted: how long, from the end of `send`, until the report is applied. Encrypted
 * pushes, against polling with all options at their defaults.
 */
await contend(async ({ gatewayUrl, database, source, warmUp, messages, gapMs: [least, most] }: ReportDelayTask) => {
  const push = source === 'push' ? [EmayImsPushModule.forRoot({ path: '/push' })] : [];
  const imports = [...ourImports(database, gatewayUrl, { reports: { source } }), ...push];
  const app = await NestFactory.create({ module: BenchModule, imports }, { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  if (source === 'push') await pushTo(gatewayUrl, ((app.getHttpServer() as Server).address() as AddressInfo).port);
  const { ims, messages: stored, close } = ourApp(app);
  let applied: (() => void) | null = null;
  subscribe(REPORT_PAGE_CHANNEL, (page) => {
    if ((page as ImsReportPageNotice).applied > 0) applied?.();
  });
  const delays: number[] = [];
  for (let index = 0; index < warmUp + messages; index++) {
    await pause(least + Math.random() * (most - least));
    const reported = new Promise<number>((resolve) => (applied = () => resolve(performance.now())));
    await ims.send({ mobile: '+61422118000', content: `Message ${index}` });
    const accepted = performance.now();
    const at = await Promise.race([reported, pause(APPLIED_WITHIN_MS, null, { ref: false })]);
    must(at !== null, () => `the report of message ${index} was not applied within ${APPLIED_WITHIN_MS} ms`);
    // A report may come before `send` has returned.
    if (index >= warmUp) delays.push(Math.max(0, at! - accepted));
  }
  await mustAllBeDelivered(stored, warmUp + messages);
  await close();
  delays.sort((one, other) => one - other);
  return { medianMs: delays[Math.floor(delays.length / 2)]!, p95Ms: delays[Math.floor(delays.length * 0.95)]! };
});

async function pushTo(gatewayUrl: string, port: number): Promise<void> {
  const answer = await fetch(`${gatewayUrl}/_simulator/accounts`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      appId: ACCOUNT.appId,
      push: { url: `http://127.0.0.1:${port}/push`, everyMs: PUSH_EVERY_MS },
    }),
  });
  must(answer.ok, () => `the gateway does not push: ${answer.status}`);
}
