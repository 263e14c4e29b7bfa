import type { QueueTask } from '../contenders/ours-queue.js';
import { withDatabase, type DatabaseKind } from '../support/databases.js';
import { withGateway } from '../support/gateway.js';
import { runContender } from '../support/processes.js';
import { spreadOf } from '../support/spread.js';
import { atMostTimes, type Bench, type Goal, type Outcome } from './goal.js';
import { interleave } from './interleave.js';
import { mustHaveTakenEachOnce } from './pipeline.js';

const MESSAGES_PER_REQUEST = 300;

export const requests: Goal = {
  key: 'P7',
  title: 'gateway requests for a queue, against ⌈N / 300⌉ + 1',
  async measure(bench) {
    // One more than fills the requests: that one needs a request of its own.
    const messages = (bench.isQuick ? 10 : 100) * MESSAGES_PER_REQUEST + 1;
    // And one that takes nothing, to try the way before any message goes.
    const fewest = spreadOf([Math.ceil(messages / MESSAGES_PER_REQUEST) + 1]);
    const outcomes: Outcome[] = [];
    for (const kind of bench.databases) {
      const measured = await interleave(bench, `P7 ${kind}`, { ours: () => send(bench, kind, messages) });
      const ours = measured.ours!.requests!;
      outcomes.push({
        key: `P7.${kind}`,
        what: `requests for ${messages.toLocaleString('en')} queued messages to different numbers, ${kind}`,
        unit: 'requests',
        ours,
        comparisons: [atMostTimes(1, '⌈N / 300⌉ + 1', ours, fewest)],
      });
    }
    return outcomes;
  },
};

function send(bench: Bench, kind: DatabaseKind, messages: number) {
  return withDatabase(kind, (database) =>
    withGateway(async (gateway) => {
      const task: QueueTask = { gatewayUrl: gateway.url, database, messages };
      const { seconds } = await runContender('ours-queue', task, bench.profileFolder);
      const counts = await gateway.counts();
      mustHaveTakenEachOnce(counts, messages);
      return { requests: counts.sendRequests, seconds: seconds! };
    }),
  );
}
