import type { StreamTask } from '../contenders/ours-stream.js';
import { withDatabase, type DatabaseKind } from '../support/databases.js';
import { withGateway } from '../support/gateway.js';
import { runContender } from '../support/processes.js';
import { atMostMore, type Bench, type Goal, type Outcome } from './goal.js';
import { interleave } from './interleave.js';

/** `sendBatch` takes a list, which holds all its recipients already: only `enqueueStream` can be fed from a source. */
export const memory: Goal = {
  key: 'P6',
  title: 'peak memory of enqueueStream from a long source, against a short one',
  async measure(bench) {
    const long = bench.isQuick ? 30_000 : 1_000_000;
    const short = 10_000;
    const outcomes: Outcome[] = [];
    for (const kind of bench.databases) {
      const measured = await interleave(bench, `P6 ${kind}`, {
        long: () => stream(bench, kind, long),
        short: () => stream(bench, kind, short),
      });
      const ours = measured.long!.peakMiB!;
      const few = `${short.toLocaleString('en')} messages`;
      outcomes.push({
        key: `P6.${kind}`,
        what: `peak RSS of enqueueStream with ${long.toLocaleString('en')} messages from an async iterable, ${kind}`,
        unit: 'MiB',
        ours,
        comparisons: [atMostMore(64, 'MiB', few, ours, measured.short!.peakMiB!)],
      });
    }
    return outcomes;
  },
};

function stream(bench: Bench, kind: DatabaseKind, messages: number) {
  return withDatabase(kind, (database) =>
    withGateway((gateway) => {
      const task: StreamTask = { gatewayUrl: gateway.url, database, messages };
      return runContender('ours-stream', task, bench.profileFolder);
    }),
  );
}
