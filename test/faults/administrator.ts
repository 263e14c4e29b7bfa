import { setTimeout as pause } from 'node:timers/promises';
import type { FaultsDatabase } from './database.js';
import type { Dialect } from './database-kind.js';
import type { Random } from './random.js';

type PerServer<T> = Record<Exclude<Dialect, 'sqlite'>, T>;
type Sessions = Partial<PerServer<string>>;

/**
 * Sessions of the workers: those at a statement, or all. Not one that has only just begun: `pg` hands it out before
 * anybody listens for its errors, and a process ends of that whatever it runs.
 */
const SESSIONS: PerServer<(which: string) => string> = {
  postgres: (which) => `SELECT pid AS id FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    AND backend_start < clock_timestamp() - interval '250 ms' ${which}
    ORDER BY pid`,
  mysql: (which) => `SELECT id FROM information_schema.processlist WHERE db = DATABASE()
    AND id <> CONNECTION_ID() ${which} ORDER BY id`,
};
const AT_WORK: PerServer<string> = { postgres: "AND state = 'active'", mysql: "AND command = 'Query'" };
const CANCEL: PerServer<(id: number) => string> = {
  postgres: (id) => `SELECT pg_cancel_backend(${id})`,
  mysql: (id) => `KILL QUERY ${id}`,
};
const TERMINATE: PerServer<(id: number) => string> = {
  postgres: (id) => `SELECT pg_terminate_backend(${id})`,
  mysql: (id) => `KILL CONNECTION ${id}`,
};
/** Statements that keep everybody from the messages, or only those who write; and the end of it. */
const LOCKS = {
  postgres: [
    ['BEGIN', 'LOCK TABLE emay_ims_message IN ACCESS EXCLUSIVE MODE'],
    ['BEGIN', 'LOCK TABLE emay_ims_message IN SHARE MODE'],
  ],
  mysql: [['LOCK TABLES emay_ims_message WRITE'], ['LOCK TABLES emay_ims_message READ']],
  sqlite: [['BEGIN IMMEDIATE']],
};
const UNLOCK = { postgres: 'ROLLBACK', mysql: 'UNLOCK TABLES', sqlite: 'ROLLBACK' };

/** What administrators of a database do to those who work with it, on a connection of their own. */
export class Administrator {
  constructor(
    private readonly database: FaultsDatabase,
    private readonly random: Random,
  ) {}

  /** Cancels somebody's statement, again and again, for so long; resolves to how many were at one. */
  cancelStatements(milliseconds: number, everyMs: number): Promise<number> {
    return this.each(milliseconds, everyMs, AT_WORK, CANCEL);
  }

  /** Ends somebody's connection, at work or not, again and again. */
  killConnections(milliseconds: number, everyMs: number): Promise<number> {
    return this.each(milliseconds, everyMs, this.random.chance(0.5) ? AT_WORK : {}, TERMINATE);
  }

  /** Locks the messages, waits and lets go, as somebody does who is about to change the table and thinks better of it. */
  lockMessages(milliseconds: number): Promise<void> {
    const { dialect } = this.database;
    return this.database.use(async (_run, source) => {
      const runner = source.createQueryRunner();
      try {
        for (const statement of this.random.pick(LOCKS[dialect])) await runner.query(statement);
        await pause(milliseconds);
      } finally {
        await runner.query(UNLOCK[dialect]);
        await runner.release();
      }
    });
  }

  private each(milliseconds: number, everyMs: number, which: Sessions, statement: PerServer<(id: number) => string>) {
    const dialect = this.database.serverDialect;
    return this.database.use(async (run) => {
      const until = performance.now() + milliseconds;
      let met = 0;
      while (performance.now() < until) {
        const sessions = await run<{ id: number }>(SESSIONS[dialect](which[dialect] ?? ''));
        if (sessions.length > 0) {
          met++;
          // It may be gone by now.
          await run(statement[dialect](this.random.pick(sessions).id)).catch(() => undefined);
        }
        await pause(this.random.between(1, 2 * everyMs));
      }
      return met;
    });
  }
}
