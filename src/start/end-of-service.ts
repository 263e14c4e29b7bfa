import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { EmayImsError } from 'nestjs-emay-ims';
import { errorCode } from '../config/error-code.js';
import { SERVICE } from '../config/service-name.js';
import { framesOf } from '../config/stack-frames.js';
import type { Opened } from './serve.js';
import { StartError } from './start-error.js';

/** A service that cannot serve is gone within five seconds. */
const CLOSING_MS = 4_000;

/**
 * Ends the process because of an error: closes what is open, says last what to do, and exits with 1, whatever may hang.
 * A service that half works is the worst: it takes messages, or fetches reports, where nobody sees it.
 */
export class EndOfService {
  private isEnding = false;

  constructor(private readonly opened: Opened) {}

  async because(reason: unknown): Promise<void> {
    if (this.isEnding) return;
    this.isEnding = true;
    await Promise.race([this.close(), pause(CLOSING_MS)]);
    const logger = new Logger(SERVICE);
    for (const line of linesOf(reason)) logger.error(line);
    process.exit(1);
  }

  private async close(): Promise<void> {
    const { app, server } = this.opened;
    server?.closeAllConnections();
    // What cannot be closed ends with the process; the first error is the one to tell.
    if (app) await app.close().catch(() => undefined);
    else server?.close();
  }
}

function linesOf(error: unknown): string[] {
  if (error instanceof StartError || error instanceof EmayImsError) return [error.message];
  return [
    `Where it happened:\n${framesOf(error)}`,
    `The service has ended on an error that it does not know (${errorCode(error)}). Start it again; report it if it comes back.`,
  ];
}
