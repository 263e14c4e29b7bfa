import { contend } from '../support/contender.js';
import { chunksOf, messages, type Message } from '../support/messages.js';
import { mustAllBeDelivered, startOurs, type OurApp } from './ours-app.js';
import { timed, type PipelineTask } from './pipeline-task.js';

/**
 * Ours, as a user would: the real module in a Nest application, `enqueue` in chunks, everything else in the background.
 * The one option that is not at its default is how soon an unfilled page of reports is asked for again: the other
 * contenders do not wait five seconds either.
 */
const CHUNK = 1_000;
const REPORTS = { intervalMs: 50 };

async function run({ ims, none }: OurApp, all: Message[]): Promise<void> {
  for (const chunk of chunksOf(all, CHUNK)) {
    await ims.enqueue(chunk.map(({ mobile, content }) => ({ mobile, content })));
  }
  await none(['QUEUED', 'SUBMITTING', 'UNCONFIRMED', 'ACCEPTED']);
}

await contend(async (task: PipelineTask) => {
  const app = await startOurs(task.database, task.gatewayUrl, { reports: REPORTS });
  await run(app, messages(task.warmUp, task.messages));
  const sample = await timed(task.messages, () => run(app, messages(task.messages)));
  await mustAllBeDelivered(app.messages, task.stored + task.warmUp + task.messages);
  await app.close();
  return sample;
});
