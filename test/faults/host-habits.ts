import type { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource, Logger } from 'typeorm';
import { dialectOf, type ServerKind } from './database-kind.js';
import { seeded } from './random.js';

/** How a host leaves a connection behind: statements of its own, of which the last may fail, and then its release. */
const LEFT_OPEN = {
  postgres: [
    ['BEGIN', 'SELECT COUNT(*) FROM faults_order WHERE id = id'],
    ['BEGIN', "INSERT INTO faults_order (id) VALUES ('open-' || gen_random_uuid())"],
    ['BEGIN', 'SELECT 1 / 0'],
    ['BEGIN ISOLATION LEVEL REPEATABLE READ', 'SELECT COUNT(*) FROM faults_order WHERE id = id'],
    ['BEGIN READ ONLY', 'SELECT COUNT(*) FROM faults_order WHERE id = id'],
  ],
  mysql: [
    ['START TRANSACTION', 'SELECT COUNT(*) FROM faults_order WHERE id = id'],
    ['START TRANSACTION', "INSERT INTO faults_order (id) VALUES (CONCAT('open-', UUID()))"],
    ['SET autocommit = 0'],
    ['SET autocommit = 0', "INSERT INTO faults_order (id) VALUES (CONCAT('open-', UUID()))"],
    ['START TRANSACTION READ ONLY', 'SELECT COUNT(*) FROM faults_order WHERE id = id'],
  ],
};

/** Now and then takes a connection out of the pool and gives it back inside a transaction, until `isOver`. */
export async function leaveTransactionsOpen(
  dataSource: DataSource,
  { key, everyMs }: { key: string; everyMs: number },
  isOver: () => boolean,
): Promise<void> {
  const random = seeded(key);
  while (!isOver()) {
    await pause(random.between(1, 2 * everyMs));
    const runner = dataSource.createQueryRunner();
    try {
      for (const statement of random.pick(
        LEFT_OPEN[dialectOf(dataSource.options.type as ServerKind) as keyof typeof LEFT_OPEN],
      ))
        await runner.query(statement);
    } catch {
      // As in a host that forgets its transaction where a statement fails.
    } finally {
      await runner.release();
    }
  }
}

/** Has the host's settings said on each connection of its pool, as `pool.on('connection')` of mysql2 is used for. */
export function saySettings(dataSource: DataSource, statements: readonly string[]): void {
  const { pool } = dataSource.driver as unknown as { pool: EventEmitter };
  pool.on('connection', (connection: { query(statement: string, done: () => void): void }) => {
    // A connection that breaks meanwhile breaks for whoever uses it next.
    for (const statement of statements) connection.query(statement, () => undefined);
  });
}

/** A host whose logger keeps slow statements, which hold numbers and texts, to itself. */
export const SILENT_LOGGER: Logger = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};
