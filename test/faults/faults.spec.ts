import { describe, expect, it } from '@jest/globals';
import { databasesUnderTest } from '../support/databases.js';
import { modesOn, runFaults } from './run.js';

const SEED = Number(process.env.EMAY_FAULT_SEED ?? 1);
const MORE = Number(process.env.EMAY_FAULT_ROUNDS ?? 1);
const WITHIN_MS = 300_000 * MORE;

/** A few rounds of what `scripts/faults.mjs` does at length. Where one fails, its folder and database are kept. */
describe.each(databasesUnderTest())('real processes on %s', (kind) => {
  const faults = [
    { how: 'killed at random', mode: 'kill', rounds: 5 },
    { how: 'killed while they pull delivery reports', mode: 'kill-while-pulling', rounds: 2 },
    {
      how: 'killed while reports are pushed to them, by the encrypted interface',
      mode: 'kill-while-pushed',
      rounds: 2,
      transport: 'secure' as const,
      reports: 'both' as const,
    },
    { how: 'ended by SIGTERM', mode: 'sigterm', rounds: 1 },
    { how: 'their statements are cancelled', mode: 'cancel-statements', rounds: 1 },
    { how: 'their connections are killed', mode: 'kill-connections', rounds: 1 },
    { how: 'their connections fall silent', mode: 'silent-connections', rounds: 1 },
    { how: "their host's limits end statements", mode: 'host-timeouts', rounds: 1 },
    { how: 'their host leaves transactions open', mode: 'open-transactions', rounds: 1 },
    { how: 'they stand still for longer than an attempt lasts', mode: 'stop-beyond-attempt', rounds: 1 },
  ];
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
});
