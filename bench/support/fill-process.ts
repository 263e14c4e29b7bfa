import { contend } from './contender.js';
import { migrate } from './databases.js';
import { fill, type FillTask } from './fill.js';

/** Makes the module's tables and fills them, by the schema of the tree that this process runs in. */
await contend(async ({ database, rows, state }: FillTask) => {
  await migrate(database);
  await fill(database, rows, state);
  return { rows };
});
