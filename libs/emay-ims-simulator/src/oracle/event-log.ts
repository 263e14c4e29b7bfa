import { closeSync, openSync, writeSync } from 'node:fs';

/** One line of the log. `at` is added as it is written. */
export type LogEvent =
  | {
      event: 'request';
      requestId: string;
      call: string | null;
      path: string;
      appId: string | null;
      bytes: number;
      complete: boolean;
    }
  | {
      event: 'accepted';
      requestId: string;
      appId: string;
      imsId: string;
      customImsId: string | null;
      mobile: string;
    }
  | {
      event: 'handed-out';
      requestId: string;
      appId: string;
      imsId: string | null;
      customImsId: string | null;
      mobile: string | null;
      state: string | null;
    }
  | {
      event: 'answer-finished' | 'answer-unfinished';
      requestId: string;
      status: number | null;
      code: string | null;
      fault: string | null;
    };

/**
 * Append-only JSON lines.
 * - One synchronous write for the events of one step, before the answer goes out: what a client was told is in the file.
 * - Not fsynced: the lines survive any process, this one included, but not the machine.
 */
export class EventLog {
  private readonly file: number;
  private closed = false;

  constructor(
    path: string,
    private readonly now: () => number,
  ) {
    this.file = openSync(path, 'a', 0o600);
  }

  write(events: readonly LogEvent[]): void {
    if (this.closed || events.length === 0) return;
    const at = this.now();
    let lines = '';
    for (const event of events) lines += `${JSON.stringify({ at, ...event })}\n`;
    // A regular file takes less than asked for only when the disk is full, and the next write then throws.
    let rest = Buffer.from(lines);
    while (rest.length > 0) rest = rest.subarray(writeSync(this.file, rest));
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    closeSync(this.file);
  }
}
