import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A process of ours, with everything it has printed. */
export interface RunningProcess {
  child: ChildProcess;
  output(): string;
  /** Resolves with what follows the text in its line; rejects, with the output, when the process ends without it. */
  saying(text: string): Promise<string>;
  /** Resolves with the exit code (`null` where a signal ended it) once it has ended by itself. */
  ended(): Promise<number | null>;
  /** Sends the signal and resolves with the exit code (`null` where a signal ended it). */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** @param folder where it runs; default: here */
export function runProcess(
  script: string,
  args: string[],
  environment: NodeJS.ProcessEnv = {},
  folder?: string,
): RunningProcess {
  const env = { PATH: process.env.PATH, NO_COLOR: '1', ...environment };
  const child = spawn(process.execPath, [script, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exited = once(child, 'exit') as Promise<[number | null]>;

  return {
    child,
    output: () => output,
    saying: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = output.indexOf(text);
          const end = output.indexOf('\n', found);
          if (found >= 0 && end >= 0) resolve(output.slice(found + text.length, end).trim());
        };
        child.stdout?.on('data', look);
        child.stderr?.on('data', look);
        child.once('exit', () => reject(new Error(`It ended without saying "${text}":\n${output}`)));
        look();
      }),
    ended: async () => (await exited)[0],
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return (await exited)[0];
    },
  };
}
