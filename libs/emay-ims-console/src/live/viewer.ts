import type { ServerResponse } from 'node:http';
import type { ConsoleStream } from '../api.js';
import { setSecureHeaders } from '../http/secure-headers.js';
import { eventText } from './event-text.js';

/** What may wait for one viewer. Beyond it, the viewer does not read, and opens the stream anew once it does. */
const MAX_WAITING_BYTES = 64 * 1_024;

/** One open stream. */
export class Viewer {
  private isOver = false;

  constructor(
    readonly account: string,
    readonly caller: string,
    private readonly response: ServerResponse,
    /** Asks again whether the viewer may see the stream; rejects where they may not. */
    readonly checkAccess: () => Promise<void>,
  ) {}

  open(onClose: () => void): void {
    const { response } = this;
    response.on('close', () => {
      this.isOver = true;
      onClose();
    });
    setSecureHeaders(response);
    response.statusCode = 200;
    response.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
    // Neither nginx nor a compressing middleware is to wait for more.
    response.setHeader('X-Accel-Buffering', 'no');
    response.setHeader('Cache-Control', 'no-store, no-transform');
    response.flushHeaders();
  }

  /** @param text of whole events */
  write(text: string): void {
    const { response } = this;
    if (this.isOver || response.destroyed) return;
    // What has been written waits in memory as long as it is not read.
    if (response.writableLength > MAX_WAITING_BYTES) return void response.destroy();
    response.write(text);
  }

  /** Says why, and ends. */
  bye(reason: ConsoleStream['bye']['reason']): void {
    if (this.isOver || this.response.destroyed) return;
    this.isOver = true;
    this.response.end(eventText('bye', { reason }));
    // Whoever does not read the end, either, is not waited for.
    setTimeout(() => this.response.destroy(), 1_000).unref();
  }
}
