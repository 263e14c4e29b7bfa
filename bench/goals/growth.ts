import type { PipelineTask } from '../contenders/pipeline-task.js';
import { migrate, withDatabase, type BenchDatabase } from '../support/databases.js';
import { fill } from '../support/fill.js';
import { withGateway } from '../support/gateway.js';
import { runContender } from '../support/processes.js';
import { atMostTimes, type Bench, type Goal, type Outcome } from './goal.js';
import { interleave } from './interleave.js';
import { mustHaveTakenEachOnce } from './pipeline.js';

const FULL = { few: 10_000, many: 1_000_000, messages: 15_000, warmUp: 3_000 };
const QUICK = { few: 10_000, many: 100_000, messages: 3_000, warmUp: 600 };

const US_PER_S = 1_000_000;

export const growth: Goal = {
  key: 'P5',
  title: 'cost per message with many rows stored, against few',
  async measure(bench) {
    const size = bench.isQuick ? QUICK : FULL;
    const outcomes: Outcome[] = [];
    for (const kind of bench.databases) {
      // The large one is filled once and grows a little from round to round; the small one is made anew, to stay small.
      const measured = await withDatabase(kind, async (large) => {
        bench.say(`P5 ${kind} · filling in ${size.many} rows`);
        await filled(large, size.many);
        let grown = size.many;
        return interleave(bench, `P5 ${kind}`, {
          many: async () => {
            const sample = await costOf(bench, large, grown, size);
            grown += size.messages + size.warmUp;
            return sample;
          },
          few: () =>
            withDatabase(kind, async (small) => {
              await filled(small, size.few);
              return costOf(bench, small, size.few, size);
            }),
        });
      });
      const ours = measured.many!.microseconds!;
      const few = `${size.few.toLocaleString('en')} rows`;
      outcomes.push({
        key: `P5.${kind}`,
        what: `${size.messages} messages, queued to final, with ${size.many.toLocaleString('en')} rows stored, ${kind}`,
        unit: 'µs/msg',
        ours,
        comparisons: [atMostTimes(1.2, few, ours, measured.few!.microseconds!)],
      });
    }
    return outcomes;
  },
};

async function filled(database: BenchDatabase, rows: number): Promise<void> {
  await migrate(database);
  await fill(database, rows, 'DELIVERED');
}

function costOf(bench: Bench, database: BenchDatabase, stored: number, size: typeof FULL) {
  const { messages, warmUp } = size;
  return withGateway(async (gateway) => {
    const task: PipelineTask = { gatewayUrl: gateway.url, database, messages, warmUp, stored };
    const sample = await runContender('ours-pipeline', task, bench.profileFolder);
    mustHaveTakenEachOnce(await gateway.counts(), messages + warmUp);
    return { microseconds: US_PER_S / sample.perSecond! };
  });
}
