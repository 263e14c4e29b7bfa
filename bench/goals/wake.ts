import type { WakeTask } from '../contenders/ours-wake.js';
import { withDatabase, type DatabaseKind } from '../support/databases.js';
import { withGateway } from '../support/gateway.js';
import { runContender } from '../support/processes.js';
import { atMost, type Bench, type Goal } from './goal.js';
import { interleave } from './interleave.js';

const FULL = { warmUp: 5, messages: 60, gapMs: [100, 500] as [number, number] };
const QUICK = { warmUp: 2, messages: 5, gapMs: [50, 100] as [number, number] };

export const wake: Goal = {
  key: 'P12',
  title: 'from the end of enqueue in one process to the first byte at the gateway from another',
  async measure(bench) {
    const size = bench.isQuick ? QUICK : FULL;
    const contenders = bench.databases.map((kind) => [kind, () => waits(bench, kind, size)]);
    const measured = await interleave(bench, 'P12', Object.fromEntries(contenders));
    return bench.databases.flatMap((kind) =>
      (['median', 'p95'] as const).map((which) => {
        const ours = measured[kind]![`${which}Ms`]!;
        const hasGoal = kind === 'postgres' && which === 'median';
        return {
          key: `P12.${kind}.${which}`,
          what: `${which} of ${size.messages} single messages, ${size.gapMs.join(' to ')} ms apart, ${kind}`,
          unit: 'ms',
          ours,
          // The others are not told: they look, soon after they have found something.
          comparisons: hasGoal ? [atMost(15, 'ms', ours)] : [],
        };
      }),
    );
  },
};

function waits(bench: Bench, kind: DatabaseKind, size: typeof FULL): Promise<Record<string, number>> {
  return withDatabase(kind, (database) =>
    withGateway((gateway) => {
      const task: WakeTask = { gatewayUrl: gateway.url, database, ...size };
      return runContender('ours-wake', task, bench.profileFolder);
    }),
  );
}
