import { setTimeout as pause } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { EmayImsOperations, EmayImsOperationsModule, type AccountOperations } from 'nestjs-emay-ims/operations';
import { EmayImsService } from 'nestjs-emay-ims';
import { contend, must } from '../support/contender.js';
import type { BenchDatabase } from '../support/databases.js';
import { filledIds } from '../support/fill.js';
import { ourImports } from './ours-app.js';

export interface ConsoleTask {
  database: BenchDatabase;
  gatewayUrl: string;
  rows: number;
  /** How often each page is read. */
  times: number;
  /** Whether the roll-up does without its rests, which are nearly all of its time. */
  isHurried: boolean;
}

class BenchModule {}

/** Reads every page of the console, and `stats()`, once the roll-up has counted all messages; resolves to the 95th percentile of each, in ms. */
await contend(async ({ database, gatewayUrl, rows, times, isHurried }: ConsoleTask) => {
  if (isHurried) await leaveOutRests();
  const imports = [...ourImports(database, gatewayUrl, { reports: { enabled: false } }), EmayImsOperationsModule];
  const app = await NestFactory.createApplicationContext(
    { module: BenchModule, imports },
    { logger: ['error', 'warn'] },
  );
  const ims = app.get(EmayImsService);
  const began = performance.now();
  // Its process is ended where that takes too long.
  for (;;) {
    const { counts, asOf } = await ims.statsAsOf();
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    if (asOf !== null) {
      must(all === rows, () => `${all} of ${rows} messages counted`);
      break;
    }
    await pause(30_000); // Until then, each look counts all messages.
  }
  const sample: Record<string, number> = { countedSeconds: (performance.now() - began) / 1_000 };
  const operations = app.get(EmayImsOperations).of('default');
  for (const [page, read] of Object.entries(pages(ims, operations, rows))) {
    await read();
    const took: number[] = [];
    for (let time = 0; time < times; time++) {
      const start = performance.now();
      await read();
      took.push(performance.now() - start);
    }
    took.sort((one, other) => one - other);
    sample[page] = took[Math.ceil(times * 0.95) - 1]!;
  }
  await app.close();
  return sample;
});

async function leaveOutRests(): Promise<void> {
  const { href } = new URL('figures/figure-counter.js', import.meta.resolve('nestjs-emay-ims'));
  const { FigureCounter } = (await import(href)) as { FigureCounter: { prototype: Record<string, unknown> } };
  must('rested' in FigureCounter.prototype, () => 'the counter rests in another way');
  FigureCounter.prototype.rested = (work: () => unknown) => work();
}

function pages(
  ims: EmayImsService,
  operations: AccountOperations,
  rows: number,
): Record<string, () => Promise<unknown>> {
  const { customImsId } = filledIds(Math.floor(rows / 2));
  return {
    stats: () => ims.stats(),
    'overview-24h': () => operations.overview('24h'),
    'overview-30d': () => operations.overview('30d'),
    messages: () => operations.search({}),
    'messages-by-state': () => operations.search({ states: ['REJECTED'] }),
    'messages-by-code': () => operations.search({ code: 'ERROR_MOBILE_ERROR' }),
    'messages-by-country': () => operations.search({ country: 'SG' }),
    'messages-by-id': () => operations.search({ id: `${customImsId.slice(0, 28)}*` }),
    message: () => operations.message(customImsId),
    doubts: () => operations.doubts(),
    reports: () => operations.reports({ kind: 'orphaned' }),
    'countries-7d': () => operations.countries('7d'),
    events: () => operations.handlers(),
    account: () => operations.details(),
    audit: () => operations.audit(),
  };
}
