import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_PROTOCOL_OPTIONS } from 'nestjs-emay-ims';
import { EventTransactions } from '../../libs/emay-ims/src/events/event-transactions.js';
import type { ResolvedEmayImsOptions } from '../../libs/emay-ims/src/options/module-options.js';
import { PageReader } from '../../libs/emay-ims/src/reports/page/page-reader.js';
import { ReportInbox } from '../../libs/emay-ims/src/reports/report-inbox.js';
import { ReportIngestor } from '../../libs/emay-ims/src/reports/report-ingestor.js';
import { SecondLookStore } from '../../libs/emay-ims/src/reports/second-look-store.js';
import { openTestDatabase } from '../databases/open-database.js';
import { HOUR, newAccount, newAttempt, newMessage, StoreBench } from '../databases/store/store-bench.js';
import { databasesUnderTest } from '../support/databases.js';
import { chanceOf } from './chance.js';
import { generatePage } from './page-generator.js';

/** `npm run test:pages` asks for many, and for what they take. */
const COUNT = Number(process.env.PAGES ?? 300);
const SEED = Number(process.env.PAGES_SEED ?? 1);
const isMeasured = process.env.PAGES !== undefined;
const options = {
  name: 'default',
  protocol: DEFAULT_PROTOCOL_OPTIONS,
  http: { maxResponseBytes: 4 * 1024 * 1024 },
} as ResolvedEmayImsOptions;

describe('pages in any charset, packed in any way, cut anywhere', () => {
  it('give every report that is whole in their bytes, once', async () => {
    const chance = chanceOf(SEED);
    const reader = new PageReader(options);
    let ids = 0;
    for (let count = 0; count < COUNT; count++) {
      const page = generatePage(chance, () => `id-${++ids}`);
      const reading = await reader.read(page);
      const found: (string | null)[] = [];
      const positions: number[] = [];
      for await (const { reports, malformed } of reading.parts()) {
        found.push(...reports.map(({ customImsId }) => customImsId));
        positions.push(...[...reports, ...malformed].map(({ position }) => position));
      }
      const told = `page ${count} of seed ${SEED}: ${page.what}`;
      expect([told, found]).toEqual([told, page.whole]);
      expect([told, new Set(positions).size]).toEqual([told, reading.items]);
      if (page.whole.length > 0) expect([told, reading.kind]).toEqual([told, 'reports']);
      // What is lost is never passed over.
      if (page.whole.length < page.reports && page.whole.length > 0)
        expect([told, reading.isWhole]).toEqual([told, false]);
      if (reading.kind === 'reports' && !page.isDamaged) expect([told, reading.isWhole]).toEqual([told, !page.isCut]);
    }
  });
});
