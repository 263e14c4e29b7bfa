import { describe, expect, it } from '@jest/globals';
import { databasesUnderTest } from '../support/databases.js';
import { runFaults } from './run.mjs';

const SEED = Number(process.env.EMAY_FAULT_SEED ?? 1);
const MORE = Number(process.env.EMAY_FAULT_ROUNDS ?? 1);
const WITHIN_MS = 60_000 * MORE;

/** A few rounds of what `scripts/faults.mjs` does at length. Where one fails, its folder and database are kept. */
describe.each(databasesUnderTest())('real processes on %s', (kind) => {
  it.each([
    ['killed at random', 'kill', 5],
    ['killed while they pull delivery reports', 'kill-while-pulling', 2],
    ['ended by SIGTERM', 'sigterm', 1],
  ])(
    'lose nothing and send nothing twice when %s',
    async (_how, mode, rounds) => {
      const verdict = await runFaults({ kind, mode, rounds: rounds * MORE, seed: SEED });
      expect({ kept: verdict.folder, violations: verdict.violations }).toEqual({ kept: null, violations: [] });
      expect(verdict.numbers.messages).toMatchObject({ lost: 0, acceptedTwice: 0 });
      expect(verdict.numbers.messages?.accepted).toBeGreaterThan(100);
    },
    WITHIN_MS,
  );
});
