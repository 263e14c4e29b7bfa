import type { LoopTask } from '../contenders/ours-loop.js';
import { withDatabase } from '../support/databases.js';
import { withGateway } from '../support/gateway.js';
import { runContender } from '../support/processes.js';
import { atMost, type Goal } from './goal.js';
import { interleave } from './interleave.js';

const FULL = { warmUpSteps: 10, steps: 60 };
const QUICK = { warmUpSteps: 2, steps: 6 };

export const eventLoop: Goal = {
  key: 'P11',
  title: "the host's event loop under load, SQLite",
  async measure(bench) {
    if (!bench.databases.includes('sqlite')) return [];
    const size = bench.isQuick ? QUICK : FULL;
    const measured = await interleave(bench, 'P11 sqlite', {
      ours: () =>
        withDatabase('sqlite', (database) =>
          withGateway((gateway) => {
            const task: LoopTask = { gatewayUrl: gateway.url, database, ...size };
            return runContender('ours-loop', task, bench.profileFolder);
          }),
        ),
    });
    const { p999Ms, maxMs, cpuSeconds } = measured.ours!;
    bench.say(`P11 sqlite: at most ${maxMs!.median.toFixed(1)} ms, ${cpuSeconds!.median.toFixed(2)} s of CPU`);
    return [
      {
        key: 'P11',
        what: `p99.9 of how long the event loop is held at a stretch, 1,020 messages a second over ${size.steps / 2} s, sqlite`,
        unit: 'ms',
        ours: p999Ms!,
        comparisons: [atMost(20, 'ms', p999Ms!)],
      },
    ];
  },
};
