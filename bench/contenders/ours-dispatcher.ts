import { once } from 'node:events';
import type { BenchDatabase } from '../support/databases.js';
import { startOurs } from './ours-app.js';

export interface DispatcherTask {
  gatewayUrl: string;
  database: BenchDatabase;
}

/** An instance that submits what others store, all options at their defaults, until its parent is gone or lets go of it. */
const { database, gatewayUrl } = JSON.parse(process.argv[2] ?? '') as DispatcherTask;
const ended = once(process, 'disconnect');
const app = await startOurs(database, gatewayUrl, { reports: { enabled: false } });
process.send?.('started');
await ended;
await app.close();
