import { once } from 'node:events';
import { connect } from 'node:net';

const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379';
const PATIENCE_MS = 3_000;

/** The URL of Redis, or `null` where it does not answer. */
export async function findRedis(): Promise<string | null> {
  return (await answers(REDIS_URL)) ? REDIS_URL : null;
}

/** Whether somebody listens at the URL of a Redis. */
export async function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port || 6379) });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(PATIENCE_MS) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
