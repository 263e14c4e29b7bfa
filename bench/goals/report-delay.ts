import type { ReportDelayTask } from '../contenders/ours-report-delay.js';
import { withDatabase, type DatabaseKind } from '../support/databases.js';
import { withGateway } from '../support/gateway.js';
import { runContender } from '../support/processes.js';
import { atMost, atMostTimes, type Bench, type Goal, type Outcome } from './goal.js';
import { interleave } from './interleave.js';

const FULL = { warmUp: 3, messages: 20, gapMs: [100, 1_000] as [number, number] };
const QUICK = { warmUp: 1, messages: 2, gapMs: [50, 100] as [number, number] };

export const reportDelay: Goal = {
  key: 'P15',
  title: 'from a report at the gateway to the message that it ends, pushed and polled',
  async measure(bench) {
    const size = bench.isQuick ? QUICK : FULL;
    const outcomes: Outcome[] = [];
    for (const kind of bench.databases) {
      const measured = await interleave(bench, `P15 ${kind}`, {
        ours: () => delays(bench, kind, 'push', size),
        polled: () => delays(bench, kind, 'pull', size),
      });
      for (const which of ['median', 'p95'] as const) {
        const ours = measured.ours![`${which}Ms`]!;
        outcomes.push({
          key: `P15.${kind}.${which}`,
          what: `${which} of ${size.messages} reports, pushed (polled: every 5 s), ${kind}`,
          unit: 'ms',
          ours,
          comparisons: [
            atMostTimes(0.1, 'polled', ours, measured.polled![`${which}Ms`]!),
            ...(which === 'p95' ? [atMost(1_000, 'ms', ours)] : []),
          ],
        });
      }
    }
    return outcomes;
  },
};

function delays(bench: Bench, kind: DatabaseKind, source: ReportDelayTask['source'], size: typeof FULL) {
  return withDatabase(kind, (database) =>
    withGateway((gateway) => {
      const task: ReportDelayTask = { gatewayUrl: gateway.url, database, source, ...size };
      return runContender('ours-report-delay', task, bench.profileFolder);
    }),
  );
}
