import { expect, it } from '@jest/globals';
import { modesOn, runFaults, type FaultsOptions } from '../faults/run.js';
import type { DatabaseKind } from './databases.js';

const SEED = Number(process.env.EMAY_FAULT_SEED ?? 1);
const MORE = Number(process.env.EMAY_FAULT_ROUNDS ?? 1);
const WITHIN_MS = 300_000 * MORE;

/** What is done to the processes, for a few rounds of what `scripts/faults.mjs` does at length. */
type Faults = Pick<FaultsOptions, 'mode' | 'rounds' | 'transport' | 'reports'> & { how: string };

/** A test for each of the faults that make sense there. Where one fails, its folder and database are kept. */
export function itWithstands(kind: DatabaseKind, faults: Faults[]): void {
  it.each(faults.filter(({ mode }) => modesOn(kind).includes(mode)))(
    'lose nothing, send nothing twice and hold nothing for ever when $how',
    async ({ mode, rounds, transport, reports }) => {
      const verdict = await runFaults({ kind, mode, rounds: rounds * MORE, seed: SEED, transport, reports });
      expect({ kept: verdict.folder, violations: verdict.violations }).toEqual({ kept: null, violations: [] });
      expect(verdict.numbers.messages).toMatchObject({ lost: 0, acceptedTwice: 0, heldForEver: 0 });
      expect(verdict.numbers.messages?.accepted).toBeGreaterThan(100);
    },
    WITHIN_MS,
  );
}
