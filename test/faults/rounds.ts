import { setTimeout as pause } from 'node:timers/promises';
import { DATABASE_ROUNDS } from './database-rounds.js';
import type { Round } from './faults-run.js';
import type { GatewayEvent } from './gateway.js';
import { LYING_ROUNDS } from './lying-rounds.js';
import { everybodyReady, killSome } from './round-steps.js';

/** A pull goes on as long as its request may take, and what storing may take: `report-poller.ts`. */
const PULL_LEASE_BEYOND_TIMEOUT_MS = 15_000;
const SWEEP_EVERY_MS = 10_000;

/** What one round of each mode does to the workers, and what it is good for. */
export const ROUNDS: Record<string, Round> = {
  ...DATABASE_ROUNDS,
  ...LYING_ROUNDS,
  /** At any moment, start-up included. */
  kill: {
    endsWith: 'kill',
    async run(run) {
      const { random } = run;
      await pause(random.between(30, 1_800));
      await killSome(run, random.chance(0.5));
    },
  },
  /** While reports are on their way from the gateway into the database. */
  'kill-while-pulling': {
    endsWith: 'kill',
    async run(run) {
      const { random, gateway } = run;
      await pause(random.between(300, 1_500));
      const moment = random.weighted<(event: GatewayEvent) => boolean>([
        [6, ({ event }) => event === 'handed-out'],
        [2, (event) => event.event === 'answer-finished' && gateway.pulls.has(event.requestId)],
        [1, (event) => event.event === 'request' && event.call === 'getIMSReport'],
      ]);
      // A surviving lease of a killed worker keeps the others from pulling for a while.
      const met = await gateway.next(moment, run.limits.timeoutMs + PULL_LEASE_BEYOND_TIMEOUT_MS + 5_000);
      if (!met) run.notes.push('a round met no pull');
      // How long a page takes from the wire through the database depends on the machine: strike before, in and after.
      const delay = random.weighted([
        [2, 0],
        [3, random.between(1, 40)],
        [5, random.between(40, 300)],
      ]);
      if (delay > 0) await pause(delay);
      await killSome(run, random.chance(0.7));
    },
  },
  /** While reports are pushed to them: before they are stored, before they are answered, before they are applied. */
  'kill-while-pushed': {
    endsWith: 'kill',
    needsPushes: true,
    async run(run) {
      const { random, gateway } = run;
      await pause(random.between(300, 1_500));
      const met = await gateway.next(({ event }) => event === 'pushing', 30_000);
      if (!met) run.notes.push('a round met no push');
      const delay = random.weighted([
        [2, 0],
        [4, random.between(1, 20)],
        [4, random.between(20, 150)],
      ]);
      if (delay > 0) await pause(delay);
      await killSome(run, random.chance(0.7));
    },
  },
  /** As an orchestrator ends a process, in the middle of its work. */
  sigterm: {
    async run(run) {
      const { random, fleet } = run;
      await everybodyReady(run);
      await pause(random.between(100, 1_500));
      const { alive } = fleet;
      const some = random.chance(0.5) ? alive : [random.pick(alive)];
      await Promise.all(some.map((life) => fleet.terminate(life)));
      for (const { slot } of some) fleet.start(slot);
    },
  },
  /** Standing still for longer than requests, attempts and leases last, and then going on as if nothing were. */
  sigstop: {
    needsServer: true,
    async run(run) {
      const { random, fleet, database, limits } = run;
      await everybodyReady(run);
      await pause(random.between(200, 1_500));
      const life = random.pick(fleet.alive);
      const from = life.process.signal('SIGSTOP');
      await pause(limits.attemptMs + 500);
      await database.endLeases();
      await pause(SWEEP_EVERY_MS + random.between(500, 3_000));
      const to = life.process.signal('SIGCONT');
      fleet.disturbances.push({ kind: 'stop', origin: life.origin, from, to });
      await pause(random.between(500, 1_500));
    },
  },
  /**
   * Standing still for longer than an attempt lasts, at any moment of a high load, with messages whose end comes meanwhile:
   * what was claimed, and not sent yet, must not be sent any more.
   */
  'stop-beyond-attempt': {
    timeoutMs: 2_500,
    expiring: true,
    async run(run) {
      const { random, fleet, database, limits } = run;
      await everybodyReady(run);
      await pause(random.between(200, 1_200));
      // A whole machine, or one of several processes: then the others find its attempts abandoned.
      const some = random.chance(0.6) ? fleet.alive : [random.pick(fleet.alive)];
      const stopped = some.map((life) => ({ life, from: life.process.signal('SIGSTOP') }));
      await pause(limits.attemptMs + random.between(200, 2_500));
      if (some.length < fleet.alive.length) await database.endLeases();
      for (const { life, from } of stopped) {
        fleet.disturbances.push({ kind: 'stop', origin: life.origin, from, to: life.process.signal('SIGCONT') });
      }
      await pause(random.between(300, 1_000));
    },
  },
  /** The database server goes away under everybody, and comes back. */
  'kill-database': {
    needsServer: true,
    ownServer: true,
    async run(run) {
      const { random, fleet, server, gateway } = run;
      if (!server) throw new Error('This mode needs a database server of its own.');
      await everybodyReady(run);
      await pause(random.between(200, 2_000));
      // Every other time while reports are on their way into it.
      if (random.chance(0.5)) await gateway.next(({ event }) => event === 'handed-out', 5_000);
      const from = await server.kill(random.chance(0.7));
      await pause(
        random.weighted([
          [3, random.between(0, 500)],
          [2, random.between(500, 4_000)],
          [1, random.between(4_000, 9_000)],
        ]),
      );
      const to = await server.start();
      fleet.disturbances.push({ kind: 'database', origin: null, from, to });
      await pause(random.between(1_000, 2_000));
    },
  },
};
