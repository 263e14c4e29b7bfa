import { setTimeout as pause } from 'node:timers/promises';
import { Administrator } from './administrator.js';
import type { BreakingProxy } from './breaking-proxy.js';
import type { HostHabits } from './database.js';
import type { Kind } from './database-kind.js';
import type { FaultsRun, Round } from './faults-run.js';
import type { Disturbance } from './fleet.js';
import type { Random } from './random.js';
import { everybodyReady, killSome, worksAgain } from './round-steps.js';

/** Limits of the host's own, shorter than the administrator's locks. */
const HOST_TIMEOUTS: Record<Kind, HostHabits[]> = {
  // By the driver alone: the server goes on with what nobody waits for any more.
  postgres: [
    { extra: { query_timeout: 1_000 } },
    { extra: { query_timeout: 600 } },
    { extra: { query_timeout: 1_000, statement_timeout: 1_500, lock_timeout: 2_000 } },
    { extra: { query_timeout: 2_000, statement_timeout: 700, lock_timeout: 600 } },
  ],
  mariadb: [
    // TypeORM's own, for the host's statements: the driver gives up, the server goes on.
    { maxQueryExecutionTime: 1_000, enableQueryTimeout: true, extra: { connectTimeout: 1_000 } },
    {
      sessionStatements: ['SET lock_wait_timeout = 1, innodb_lock_wait_timeout = 1'],
      extra: { connectTimeout: 1_000 },
    },
    { sessionStatements: ['SET max_statement_time = 0.7'] },
  ],
  mysql: [
    { maxQueryExecutionTime: 1_000, enableQueryTimeout: true, extra: { connectTimeout: 1_000 } },
    {
      sessionStatements: ['SET lock_wait_timeout = 1, innodb_lock_wait_timeout = 1'],
      extra: { connectTimeout: 1_000 },
    },
    { sessionStatements: ['SET max_execution_time = 700'] },
  ],
  sqlite: [{}],
};

/** For statements that get no answer, or wait for somebody else's lock. */
const IMPATIENT_MS = 2_000;

/** What others do to the database that the workers share with them. */
export const DATABASE_ROUNDS: Record<string, Round> = {
  /** An administrator who cancels what takes long, or what he takes for something else. */
  'cancel-statements': {
    needsServer: true,
    run: (run) =>
      afterTrouble(run, 'statements', (administrator, random) =>
        administrator.cancelStatements(random.between(800, 2_500), random.pick([5, 20, 60])),
      ),
  },
  /** A server, or something in between, that ends connections, some just after what they asked for was done. */
  'kill-connections': {
    needsServer: true,
    impatientMs: IMPATIENT_MS,
    behindProxy: true,
    run: (run) =>
      afterTrouble(run, 'connections', async (administrator, random) => {
        await administrator.killConnections(random.between(400, 1_300), random.pick([10, 40, 150]));
        await loseAnswers(run, random.between(400, 1_300));
      }),
  },
  /** Connections that nobody hears from any more, without an end: a firewall has forgotten them. */
  'silent-connections': {
    needsServer: true,
    impatientMs: IMPATIENT_MS,
    behindProxy: true,
    // The host's own transactions would wait for ever, and are not what is tried here.
    habits: () => ({ patienceMs: 3_000 }),
    async run(run) {
      const { random, fleet } = run;
      const proxy = proxyOf(run);
      await everybodyReady(run);
      proxy.forget();
      await pause(random.between(200, 1_500));
      const share = random.weighted([
        [2, 1],
        [1, 0.6],
        [1, 0.3],
      ]);
      const from = Date.now();
      proxy.silence(() => random.chance(share));
      // Of those that are idle nobody knows until somebody wants to use them.
      fleet.disturbances.push({ kind: 'silence', origin: null, from, to: Infinity });
      await worksAgain(run, from);
    },
  },
  /** Statements that the host's own limits end while somebody has locked the messages. */
  'host-timeouts': {
    impatientMs: IMPATIENT_MS,
    habits: (kind, random) => random.pick(HOST_TIMEOUTS[kind]),
    async run(run) {
      const { random } = run;
      await afterTrouble(run, 'lock', (administrator) => administrator.lockMessages(random.between(1_200, 2_800)));
      await sometimesKill(run);
    },
  },
  /** A host that gives connections back to the pool inside a transaction. */
  'open-transactions': {
    needsServer: true,
    habits: () => ({ leavesOpen: { everyMs: 120 } }),
    async run(run) {
      const { random, fleet } = run;
      const from = Math.min(...fleet.alive.map(({ startedAt }) => startedAt));
      await everybodyReady(run);
      const since = Date.now();
      await pause(random.between(1_000, 2_500));
      await worksAgain(run, since);
      await sometimesKill(run);
      fleet.disturbances.push({ kind: 'left-open', origin: null, from, to: Date.now() });
    },
  },
};

function proxyOf({ proxy }: FaultsRun): BreakingProxy {
  if (!proxy) throw new Error('This mode needs a proxy before the database.');
  return proxy;
}

/** Makes trouble for the workers, and sees that they go on. */
async function afterTrouble(
  run: FaultsRun,
  kind: Disturbance['kind'],
  trouble: (administrator: Administrator, random: Random) => Promise<unknown>,
): Promise<void> {
  const { random, fleet, database } = run;
  await everybodyReady(run);
  await pause(random.between(100, 800));
  const from = Date.now();
  await trouble(new Administrator(database, random), random);
  const to = Date.now();
  fleet.disturbances.push({ kind, origin: null, from, to });
  await worksAgain(run, to);
}

/** What was never committed is gone with its process, whatever the process believed. */
async function sometimesKill(run: FaultsRun): Promise<void> {
  if (!run.random.chance(0.35)) return;
  await killSome(run, false);
  // Nobody pulls for the dead.
  await run.database.endLeases();
}

async function loseAnswers(run: FaultsRun, milliseconds: number): Promise<void> {
  const proxy = proxyOf(run);
  // Of all statements, the one that must not be taken for one that failed.
  proxy.losesAnswerTo = (piece) => run.random.chance(piece.includes('COMMIT') ? 0.15 : 0.005);
  await pause(milliseconds);
  proxy.losesAnswerTo = () => false;
}
