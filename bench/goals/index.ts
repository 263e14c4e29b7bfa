import { accounts } from './accounts.js';
import { consolePages } from './console.js';
import { directSend } from './direct-send.js';
import { eventLoop } from './event-loop.js';
import type { Goal } from './goal.js';
import { growth } from './growth.js';
import { idle } from './idle.js';
import { memory } from './memory.js';
import { durablePipeline, otherPipelines, transports } from './pipeline.js';
import { reportDelay } from './report-delay.js';
import { reportIngestion } from './report-ingestion.js';
import { requests } from './requests.js';
import { wake } from './wake.js';

export const GOALS: readonly Goal[] = [
  durablePipeline,
  otherPipelines,
  reportIngestion,
  directSend,
  growth,
  memory,
  requests,
  idle,
  consolePages,
  eventLoop,
  wake,
  transports,
  reportDelay,
  accounts,
];
