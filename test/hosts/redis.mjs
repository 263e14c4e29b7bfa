import { Redis } from 'ioredis';

export const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379';

/** Whether Redis answers. */
export async function isRedisReachable() {
  const client = new Redis(REDIS_URL, { lazyConnect: true, connectTimeout: 3_000, retryStrategy: () => null });
  // What it tells by this event it tells by the call as well.
  client.on('error', () => {});
  return client
    .ping()
    .then(
      () => true,
      () => false,
    )
    .finally(() => client.disconnect());
}
