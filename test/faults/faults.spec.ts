import { describe } from '@jest/globals';
import { databasesUnderTest } from '../support/databases.js';
import { itWithstands } from '../support/fault-runs.js';

describe.each(databasesUnderTest())('real processes on %s', (kind) => {
  itWithstands(kind, [
    { how: 'killed at random', mode: 'kill', rounds: 1 },
    { how: 'killed while they pull delivery reports', mode: 'kill-while-pulling', rounds: 1 },
    {
      how: 'killed while reports are pushed to them, by the encrypted interface',
      mode: 'kill-while-pushed',
      rounds: 1,
      transport: 'secure',
      reports: 'both',
    },
    { how: 'ended by SIGTERM', mode: 'sigterm', rounds: 1 },
  ]);
});
