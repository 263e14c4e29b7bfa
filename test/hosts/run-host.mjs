import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabase } from './databases.mjs';
import { lastLines, runCommand } from './command.mjs';
import { REDIS_URL } from './redis.mjs';

/** Those with tests of their own start jest or vitest first. */
const TIMEOUT_MS = 120_000;

/**
 * Runs a prepared host once, on an empty database.
 *
 * @returns the line of JSON that it prints last
 */
export async function runHost({ folder, main }, { binary, database, redis = false }) {
  await Promise.all(['data', 'emay-ims-spool'].map((name) => rm(join(folder, name), { recursive: true, force: true })));
  const server = database === 'postgres' || database === 'mariadb' ? await createDatabase(database) : null;
  try {
    // Nothing of this repository's surroundings: no NODE_OPTIONS, no NODE_PATH, no npm variables.
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1' };
    if (server) env.DATABASE_URL = server.url;
    if (redis) env.REDIS_URL = REDIS_URL;
    const { code, stdout, all } = await runCommand(binary, [main], { cwd: folder, env, timeoutMs: TIMEOUT_MS });
    if (code !== 0) throw new Error(`It ended with ${code ?? 'a signal, or its time was up'}:\n${lastLines(all, 15)}`);
    if (/Warning/.test(all)) throw new Error(`Node warns:\n${lastLines(all, 15)}`);
    return JSON.parse(lastLines(stdout, 1));
  } finally {
    await server?.drop();
  }
}
