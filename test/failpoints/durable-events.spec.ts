import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startSimulator, type Simulator } from 'emay-ims-simulator';
import type { DataSource } from 'typeorm';
import { createTestDatabase, databasesUnderTest, type TestDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { ACCOUNT, QUIET } from '../support/gateway-app.js';
import { runProcess, type RunningProcess } from '../support/processes.js';

const MESSAGE = { mobile: '+61422118000', content: 'Hello', customImsId: 'one' };

describe.each(databasesUnderTest())('a host that is killed between a change and its durable handler on %s', (kind) => {
  let simulator: Simulator;
  let database: TestDatabase;
  let look: DataSource;
  let host: RunningProcess;

  beforeEach(async () => {
    simulator = await startSimulator({ accounts: [ACCOUNT] });
    database = await createTestDatabase(kind);
    look = await database.open();
  });
  afterEach(async () => {
    await host.end('SIGKILL');
    await look.destroy();
    await database.drop();
    await simulator.stop();
  });

  /** Runs what is built, in a process of its own. */
  const start = (given: { send?: object; failpoints?: string }) => {
    const { typeOrmOptions, moduleOptions } = database;
    const settings = {
      typeOrm: typeOrmOptions && { type: kind, url: database.url },
      module: { ...ACCOUNT, baseUrl: simulator.url, database: moduleOptions, ...QUIET },
      send: given.send,
    };
    const script = new URL('durable-host.mjs', import.meta.url).pathname;
    const environment = given.failpoints === undefined ? {} : { EMAY_IMS_FAILPOINTS: given.failpoints };
    host = runProcess(script, [JSON.stringify(settings)], environment);
  };
  const waiting = async () => look.query<{ attempts: number | string }[]>('SELECT attempts FROM emay_ims_event');

  it.each([
    ['after-settle=kill', 0],
    ['before-handler=kill', 1],
  ])('%s: the handler is called after the next start', async (failpoints, claimed) => {
    start({ send: MESSAGE, failpoints });
    expect(await host.ended()).toBe(null);
    expect(host.output()).not.toContain('handled');
    const [left, ...more] = await waiting();
    expect(more).toEqual([]);
    expect(Number(left?.attempts)).toBeGreaterThanOrEqual(claimed);

    // The time of a claim is over: here, at once.
    await look.query('UPDATE emay_ims_event SET due_at = 0');
    start({});
    expect(await host.saying('handled ')).toBe('message.accepted one');
    await eventually(waiting, ({ length }) => length === 0);
    expect(simulator.accepted()).toHaveLength(1);
  });
});
