import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { fromTree } from './other-tree.js';

/** No contender needs as long; one that does has come to a standstill. */
const DEADLINE_MS = 15 * 60_000;

const running = new Set<ChildProcess>();

/** Every child ends with this process, however it ends. */
process.once('exit', endProcesses);

export function endProcesses(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Has a child end with this process. */
export function keepWatch(child: ChildProcess): void {
  running.add(child);
  child.once('exit', () => running.delete(child));
}

/** Starts a script of the benchmark, named from its root, in a process of its own. */
export function start(script: string, task: unknown, execArgv: string[] = []): ChildProcess {
  const path = fileURLToPath(new URL(`../${script}.js`, import.meta.url));
  const child = fork(path, [JSON.stringify(task)], { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  keepWatch(child);
  return child;
}

/** Runs a contender in a fresh process: nobody inherits another one's heap, compiled code or connections. */
export async function runContender(
  name: string,
  task: unknown,
  profileFolder: string | null,
  /** Folder of another commit, built, whose packages it takes; `null`: this one's. */
  tree: string | null = null,
  deadlineMs = DEADLINE_MS,
): Promise<Record<string, number>> {
  const profiling = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}/${name}`];
  return runScript(`contenders/${name}`, task, [...profiling, ...fromTree(tree)], deadlineMs);
}

/** Runs a script until it ends, and resolves to what it tells. */
export async function runScript(
  script: string,
  task: unknown,
  execArgv: string[] = [],
  deadlineMs = DEADLINE_MS,
): Promise<Record<string, number>> {
  const child = start(script, task, execArgv);
  const deadline = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
  let sample: Record<string, number> | null = null;
  child.once('message', (message) => (sample = message as Record<string, number>));
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  clearTimeout(deadline);
  if (code === 0 && sample) return sample;
  throw new Error(`${script} ended with ${signal ?? `exit code ${code}`}${sample ? '' : ' and without a result'}`);
}
