import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { REPORT_PAGE_CHANNEL, type ImsReportPageNotice } from 'nestjs-emay-ims';
import { contend } from '../support/contender.js';
import { chunksOf, messages, type Message } from '../support/messages.js';
import { databaseCpu } from '../support/server-cpu.js';
import { mustAllBeDelivered, startOurs, type OurApp } from './ours-app.js';
import { timed, type PipelineTask } from './pipeline-task.js';

/**
 * Ours, as a user would: the real module in a Nest application, `enqueue` in chunks, everything else in the background.
 * The one option that is not at its default is how soon an unfilled page of reports is asked for again: the other
 * contenders do not wait five seconds either.
 */
const CHUNK = 1_000;
const REPORTS = { intervalMs: 50 };

async function run({ ims }: OurApp, all: Message[]): Promise<void> {
  const final = reported(all.length);
  for (const chunk of chunksOf(all, CHUNK)) {
    await ims.enqueue(chunk.map(({ mobile, content }) => ({ mobile, content })));
  }
  await final;
}

/** Resolves once that many more messages have been moved by their reports: told by the module, so nobody has to ask the database. */
function reported(wanted: number): Promise<void> {
  return new Promise((resolve) => {
    let moved = 0;
    const count = (page: unknown) => {
      moved += (page as ImsReportPageNotice).applied;
      if (moved < wanted) return;
      unsubscribe(REPORT_PAGE_CHANNEL, count);
      resolve();
    };
    subscribe(REPORT_PAGE_CHANNEL, count);
  });
}

await contend(async (task: PipelineTask) => {
  const app = await startOurs(task.database, task.gatewayUrl, {
    reports: REPORTS,
    ...(task.transport ? { transport: task.transport } : {}),
  });
  await run(app, messages(task.warmUp, task.messages));
  const sample = await timed(task.messages, () => run(app, messages(task.messages)), databaseCpu(task.database));
  await mustAllBeDelivered(app.messages, task.stored + task.warmUp + task.messages);
  await app.close();
  return sample;
});
