import type { EventEmitter } from 'node:events';
import type { DataSource } from 'typeorm';
import { closePool, openOwnPool } from '../database/own-pools.js';
import { DEFAULT_LIMITS, PooledConnection } from '../database/pooled-connection.js';
import type { DriverConnection } from '../database/query-by-callback.js';
import { withoutData } from '../database/store-failure.js';

/** What is heard on a connection. */
export interface Heard {
  notification(payload: string): void;
  /** The connection is over. */
  end(): void;
}

export interface ListenConnection {
  close(): Promise<void>;
}

/**
 * A connection of its own that listens to a channel: the pool's connections serve everybody, and may be replaced at any time.
 *
 * @param address of the server, if not that of the host's DataSource
 * @throws EmayImsStoreError
 */
export async function openListenConnection(
  host: DataSource,
  address: string | undefined,
  channel: string,
  heard: Heard,
): Promise<ListenConnection> {
  const { poolTimeoutMs, statementTimeoutMs } = DEFAULT_LIMITS;
  const source = await withoutData(() => openOwnPool(host, { poolSize: 1, poolTimeoutMs }, address));
  const runner = source.createQueryRunner('master');
  const close = async () => {
    await runner.release();
    await closePool(source);
  };
  try {
    const driver = (await withoutData(() => runner.connect())) as DriverConnection & EventEmitter;
    driver.on('notification', ({ payload }: { payload?: string }) => heard.notification(payload ?? ''));
    for (const event of ['error', 'end']) driver.on(event, () => heard.end());
    await new PooledConnection(runner, driver).query(`LISTEN ${channel}`, [], statementTimeoutMs);
    return { close };
  } catch (error) {
    await close();
    throw error;
  }
}
