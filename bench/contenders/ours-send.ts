import { contend, must } from '../support/contender.js';
import { startOurs } from './ours-app.js';
import { measureSends, type SendsTask } from './sends.js';

/** Ours: `send()` on SQLite with `synchronous=FULL`, stored before the request leaves and settled before it resolves. */
await contend(async (task: SendsTask) => {
  // Reports are another flow, and the other side has none.
  const app = await startOurs(task.database, task.gatewayUrl, { reports: { enabled: false } });
  const sample = await measureSends(task, async ({ mobile, content }) => {
    const { imsId } = await app.ims.send({ mobile, content });
    must(imsId !== null, () => 'accepted without a gateway id');
  });
  const accepted = await app.messages.countBy({ state: 'ACCEPTED' });
  const expected = task.warmUp + task.oneByOne + task.inParallel;
  must(accepted === expected, () => `${accepted} accepted, ${expected} expected`);
  await app.close();
  return sample;
});
