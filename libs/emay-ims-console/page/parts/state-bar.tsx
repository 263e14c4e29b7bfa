import type { StateCounts } from '../api/types.js';
import { STATE_TONE, STATES } from './state-mark.js';

/** Counts by state as one bar, `share` of the width long. The numbers stand beside it. */
export function StateBar({ states, share }: { states: StateCounts; share: number }) {
  const all = STATES.reduce((sum, state) => sum + states[state], 0) || 1;
  return (
    <span class="state-bar" aria-hidden="true" style={{ width: `${Math.max(100 * share, 1)}%` }}>
      {STATES.filter((state) => states[state] > 0).map((state) => (
        <span
          key={state}
          class={`fill-${STATE_TONE[state]} fill-of-${state}`}
          style={{ width: `${(100 * states[state]) / all}%` }}
        />
      ))}
    </span>
  );
}
