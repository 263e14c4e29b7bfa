import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';

const running = new Set<ChildProcess>();

// However this process ends by itself, what it started ends with it.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface ProcessToStart {
  /** Default: Node. */
  command?: string;
  args: string[];
  /** The file for all that it prints. */
  output: string;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number;
  gid?: number;
}

export type RunningProcess = ReturnType<typeof startProcess>;

/** Starts a process whose output goes straight into a file, so that nothing is lost when either side is killed. */
export function startProcess({ command = process.execPath, args, output, env = {}, ...place }: ProcessToStart) {
  const file = openSync(output, 'a', 0o600);
  const child = spawn(command, args, {
    ...place,
    env: { PATH: process.env.PATH, NO_COLOR: '1', ...env },
    stdio: ['pipe', file, file],
  });
  closeSync(file);
  child.stdin?.on('error', () => undefined);
  running.add(child);
  const ended = once(child, 'exit') as Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  const exited = ended.then(([code, signal]) => {
    running.delete(child);
    return { code, signal, at: Date.now() };
  });
  return {
    pid: child.pid,
    exited,
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    /** Sends the signal; returns when. */
    signal(name: NodeJS.Signals) {
      child.kill(name);
      return Date.now();
    },
  };
}
