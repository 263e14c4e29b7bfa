import { Readable } from 'node:stream';
import { runCommandLine } from '../../src/cli/program.js';
import type { CommandEnd } from './command-line.js';

/** What a process would be given. */
export interface Surroundings {
  cwd: string;
  env: NodeJS.ProcessEnv;
  input: string | Buffer;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a command line within this process: a tenth of what it costs to start one. What belongs to a process (folder,
 * variables, streams, exit code) is lent to it, so only one can run at a time.
 */
export function runHere(args: readonly string[], surroundings: Surroundings): Promise<CommandEnd> {
  const end = last.then(() => run(args, surroundings));
  last = end.catch(() => undefined);
  return end;
}

async function run(args: readonly string[], { cwd, env, input }: Surroundings): Promise<CommandEnd> {
  const before = { cwd: process.cwd(), env: process.env, stdin: Object.getOwnPropertyDescriptor(process, 'stdin') };
  const written = { stdout: '', stderr: '' };
  const restore = (['stdout', 'stderr'] as const).map((name) => {
    const { write } = process[name];
    process[name].write = (text: string | Uint8Array) => {
      written[name] += String(text);
      return true;
    };
    return () => (process[name].write = write);
  });
  process.chdir(cwd);
  process.env = env;
  process.exitCode = undefined;
  Object.defineProperty(process, 'stdin', { configurable: true, value: Readable.from([Buffer.from(input)]) });
  try {
    const code = await exitCodeOf(args);
    return { code, ...written };
  } finally {
    process.exitCode = undefined;
    process.env = before.env;
    process.chdir(before.cwd);
    if (before.stdin) Object.defineProperty(process, 'stdin', before.stdin);
    for (const undo of restore) undo();
  }
}

async function exitCodeOf(args: readonly string[]): Promise<number> {
  await runCommandLine(args);
  return Number(process.exitCode ?? 0);
}
