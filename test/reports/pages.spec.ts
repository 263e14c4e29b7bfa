import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DEFAULT_PROTOCOL_OPTIONS } from 'nestjs-emay-ims';
import { EventTransactions } from '../../libs/emay-ims/src/events/event-transactions.js';
import type { ResolvedEmayImsOptions } from '../../libs/emay-ims/src/options/module-options.js';
import { PageReader } from '../../libs/emay-ims/src/reports/page/page-reader.js';
import { ReportBatchStore } from '../../libs/emay-ims/src/reports/report-batch-store.js';
import { ReportInbox } from '../../libs/emay-ims/src/reports/report-inbox.js';
import { MessageTraces } from '../../libs/emay-ims/src/message-store/message-trace.js';
import { ReportApplication } from '../../libs/emay-ims/src/reports/report-application.js';
import { ReportIngestor, type IngestedPage } from '../../libs/emay-ims/src/reports/report-ingestor.js';
import { ReportSpool } from '../../libs/emay-ims/src/reports/report-spool.js';
import { UnappliedReportStore } from '../../libs/emay-ims/src/reports/unapplied-report-store.js';
import { openTestDatabase } from '../databases/open-database.js';
import { HOUR, newAccount, newAttempt, newMessage, StoreBench } from '../databases/store/store-bench.js';
import { databasesUnderTest } from '../support/databases.js';
import { absurdPages } from './absurd-pages.js';
import { chanceOf } from './chance.js';
import { generatePage } from './page-generator.js';
import { strainOf, type Strain } from './strain.js';

/** `npm run test:pages` asks for more, and for what they take. */
const COUNT = Number(process.env.PAGES ?? 300);
const SEED = Number(process.env.PAGES_SEED ?? 1);
const isMeasured = process.env.PAGES !== undefined;
// On a machine that is busy.
if (!isMeasured) jest.setTimeout(120_000);
const APPLIED_COUNT = Math.ceil(COUNT / 6);

const PAGE_BYTES = Number(process.env.PAGE_BYTES ?? 4 * 1024 * 1024);
const MAX_STRETCH_MS = 100;
const MAX_MEMORY_MIB = 64 + 4;
/** What no run needs to check in full. */
const A_FEW_BYTES = 40_000;

const options = {
  name: 'default',
  protocol: DEFAULT_PROTOCOL_OPTIONS,
  http: { maxResponseBytes: PAGE_BYTES },
} as ResolvedEmayImsOptions;

// Of almost each of these pages something is logged.
beforeAll(() => Logger.overrideLogger(false));
afterAll(() => Logger.overrideLogger(true));

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
      if (page.whole.length === 0) continue;
      expect([told, reading.kind]).toEqual([told, 'reports']);
      // What is lost is never passed over.
      if (page.whole.length < page.reports) expect([told, reading.isWhole]).toEqual([told, false]);
      if (!page.isDamaged) expect([told, reading.isWhole]).toEqual([told, !page.isCut]);
    }
  });
});

it.each(['{"code":"SUCCESS","data":[{"a":{"b":[1,{}]}', '{"code":"SUCCESS","data":[{"a":[{"b":{}}]'])(
  'a page is cut also where it ends in brackets: %s',
  async (text) => {
    const page = { body: Buffer.from(text), contentType: null, contentEncoding: null };
    expect(await new PageReader(options).read(page)).toMatchObject({ kind: 'reports', isWhole: false });
  },
);

describe.each(databasesUnderTest())('such pages on %s', (kind) => {
  let bench: StoreBench;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
  });
  afterAll(() => bench.close());

  const receiver = () => {
    const account = newAccount();
    const store = bench.store(account);
    const batches = new ReportBatchStore(bench.database, account);
    const events = new EventTransactions(bench.database, account);
    const inbox = new ReportInbox(batches, new ReportSpool('', account, 'APP'), events);
    const unappliedReports = new UnappliedReportStore(bench.database, account);
    const application = new ReportApplication(store.results, new MessageTraces(bench.database, account));
    const ingestor = new ReportIngestor(events, inbox, unappliedReports, application, { ...options, name: account });
    const ingest = async (page: { body: Buffer; contentType?: string | null; contentEncoding?: string | null }) => {
      const id = await inbox.ask(500, HOUR);
      await batches.store({
        contentType: null,
        contentEncoding: null,
        cut: null,
        requested: 500,
        progress: 0,
        ...page,
        id,
      });
      return (await ingestor.ingest((await batches.load(id))!))!;
    };
    const states = () =>
      bench.database.rows('SELECT state FROM emay_ims_report_batch WHERE account = ? ORDER BY id', [account]);
    return { store, ingest, states };
  };

  it('are kept as they came and applied', async () => {
    const chance = chanceOf(SEED);
    const { store, ingest } = receiver();
    let ids = 0;
    let whole = 0;
    for (let count = 0; count < APPLIED_COUNT; count++) {
      const made: string[] = [];
      const page = generatePage(chance, () => {
        made.push(`id-${++ids}`);
        return `id-${ids}`;
      });
      if (made.length > 0) {
        await store.queue.insertSubmitting(
          made.map((customImsId) => newMessage({ customImsId })),
          newAttempt(),
        );
      }
      const told = `page ${count} of seed ${SEED}: ${page.what}`;
      expect([told, (await ingest(page)).applied]).toEqual([told, page.whole.length]);
      whole += page.whole.length;
    }
    expect(await store.finder.stats()).toMatchObject({ DELIVERED: whole, SUBMITTING: ids - whole });
  });

  it('that no gateway makes end as well, and are kept', async () => {
    const { ingest, states } = receiver();
    const strains: Record<string, Strain> = {};
    for (const [what, body] of Object.entries(absurdPages(isMeasured ? PAGE_BYTES : A_FEW_BYTES))) {
      let ingested: IngestedPage | undefined;
      const work = async () => {
        ingested = await ingest({ body });
      };
      if (isMeasured) strains[what] = await strainOf(work);
      else await work();
      expect([what, ingested]).toEqual([what, expect.objectContaining({ applied: 0 })]);
      expect([what, (await states()).at(-1)?.state]).toEqual([what, expect.not.stringMatching(/STORED|PULLING/)]);
    }
    if (!isMeasured) return;
    process.stderr.write(`${kind} ${JSON.stringify(strains, null, 2)}\n`);
    const beyond = Object.entries(strains).filter(
      ([, { longestStretchCpuMs, memoryMiB }]) => longestStretchCpuMs > MAX_STRETCH_MS || memoryMiB > MAX_MEMORY_MIB,
    );
    expect(beyond).toEqual([]);
  });
});
