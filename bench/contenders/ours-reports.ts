import { Test } from '@nestjs/testing';
import { EmayImsClient, type ReportExchange } from 'nestjs-emay-ims';
import { contend, must } from '../support/contender.js';
import { REPORTS_PER_PAGE } from '../support/gateway-calls.js';
import { databaseCpu } from '../support/server-cpu.js';
import { ourApp, ourImports } from './ours-app.js';
import { timed } from './pipeline-task.js';
import { reportPages, type ReportsTask } from './reports-task.js';

/**
 * Ours, receiving alone: `pullReports()` of the real module, with all it does for a page (lease, recorded intent, raw body
 * stored, applied in a transaction), only that the pages come from memory and not from the wire.
 */
const answer = (data: unknown): ReportExchange => ({
  kind: 'answered',
  body: Buffer.from(JSON.stringify({ code: 'SUCCESS', data })),
  contentType: 'application/json',
  contentEncoding: null,
});
const NO_MORE = answer([]);

const answersOf = (first: number, count: number) => reportPages(first, count).map(answer);

await contend(async ({ database, pages, warmUpPages }: ReportsTask) => {
  let answers = answersOf(0, warmUpPages);
  const gateway = { getImsReport: async () => answers.shift() ?? NO_MORE };
  const options = { dispatch: { enabled: false }, reports: { enabled: false } };
  const testing = await Test.createTestingModule({ imports: ourImports(database, 'http://127.0.0.1', options) })
    .overrideProvider(EmayImsClient)
    .useValue(gateway)
    .compile();
  const { ims, close } = ourApp(await testing.init());

  const pull = async (count: number) => {
    const { applied, stoppedBy } = await ims.pullReports();
    must(applied === count * REPORTS_PER_PAGE, () => `${applied} reports applied, stopped by ${stoppedBy}`);
  };
  await pull(warmUpPages);
  answers = answersOf(warmUpPages, pages);
  const sample = await timed(pages * REPORTS_PER_PAGE, () => pull(pages), databaseCpu(database));
  await close();
  return sample;
});
