import type { QueueTask } from '../contenders/ours-queue.js';
import { withDatabase, type DatabaseKind } from '../support/databases.js';
import { withGateway } from '../support/gateway.js';
import { runContender } from '../support/processes.js';
import { spreadOf } from '../support/spread.js';
import { atMostTimes, type Bench, type Goal, type Outcome } from './goal.js';
import { interleave, type Measured } from './interleave.js';
import { mustHaveTakenEachOnce } from './pipeline.js';

const MESSAGES_PER_REQUEST = 300;

export const requests: Goal = {
  key: 'P7',
  title: 'gateway requests for a queue, against ⌈N / 300⌉ + 1',
  async measure(bench) {
    // One more than fills the requests: that one needs a request of its own.
    const messages = (bench.isQuick ? 10 : 100) * MESSAGES_PER_REQUEST + 1;
    const singles = (bench.isQuick ? 1 : 10) * MESSAGES_PER_REQUEST + 1;
    const outcomes: Outcome[] = [];
    for (const kind of bench.databases) {
      const measured = await interleave(bench, `P7 ${kind}`, {
        'in one stream': () => send(bench, kind, messages, false),
        'one by one': () => send(bench, kind, singles, true),
      });
      outcomes.push(outcome(`P7.${kind}`, messages, 'in one stream', measured, kind));
      outcomes.push(outcome(`P7.${kind}.singles`, singles, 'one by one', measured, kind));
    }
    return outcomes;
  },
};

function outcome(key: string, messages: number, how: string, measured: Measured, kind: DatabaseKind): Outcome {
  const ours = measured[how]!.requests!;
  // And one that takes nothing, to try the way before any message goes.
  const fewest = spreadOf([Math.ceil(messages / MESSAGES_PER_REQUEST) + 1]);
  return {
    key,
    what: `requests for ${messages.toLocaleString('en')} messages to different numbers, queued ${how}, ${kind}`,
    unit: 'requests',
    ours,
    comparisons: [atMostTimes(1, '⌈N / 300⌉ + 1', ours, fewest)],
  };
}

function send(bench: Bench, kind: DatabaseKind, messages: number, isOneByOne: boolean) {
  return withDatabase(kind, (database) =>
    withGateway(async (gateway) => {
      const task: QueueTask = { gatewayUrl: gateway.url, database, messages, isOneByOne };
      const { seconds } = await runContender('ours-queue', task, bench.profileFolder);
      const counts = await gateway.counts();
      mustHaveTakenEachOnce(counts, messages);
      return { requests: counts.sendRequests, seconds: seconds! };
    }),
  );
}
