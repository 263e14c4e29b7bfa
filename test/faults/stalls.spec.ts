import { describe } from '@jest/globals';
import { databasesUnderTest } from '../support/databases.js';
import { itWithstands } from '../support/fault-runs.js';

/** Apart from `faults.spec.ts`, as each of them takes minutes where all databases are asked. */
describe.each(databasesUnderTest())('real processes whose work stands still on %s', (kind) => {
  itWithstands(kind, [
    { how: 'their statements are cancelled', mode: 'cancel-statements', rounds: 1 },
    { how: 'their connections are killed', mode: 'kill-connections', rounds: 1 },
    { how: 'their connections fall silent', mode: 'silent-connections', rounds: 1 },
    { how: "their host's limits end statements", mode: 'host-timeouts', rounds: 1 },
    { how: 'their host leaves transactions open', mode: 'open-transactions', rounds: 1 },
    { how: 'they stand still for longer than an attempt lasts', mode: 'stop-beyond-attempt', rounds: 1 },
  ]);
});
