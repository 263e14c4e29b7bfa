import type { Terminal } from './terminal.js';

/** The terminal of this process. Ends at SIGINT and SIGTERM, and when nobody reads any more, as behind `| head`. */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    ending.abort();
  });
  // Nobody reads its errors: nothing to do about it.
  stderr.on('error', () => {});
  return {
    out: {
      write: (text) => {
        if (!stdout.destroyed) stdout.write(text);
      },
      get backlog() {
        return stdout.writableLength;
      },
      isScreen: stdout.isTTY && process.env.TERM !== 'dumb',
      get columns() {
        // Some terminals do not know.
        return stdout.columns || 80;
      },
    },
    err: (line) => stderr.write(`${line}\n`),
    now: () => Date.now(),
    every: (milliseconds, task) => {
      const timer = setInterval(task, milliseconds);
      return () => clearInterval(timer);
    },
    signal: ending.signal,
  };
}
