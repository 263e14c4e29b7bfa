import { resolve } from 'node:path';
import type { Command } from 'commander';
import { isSandbox, type Environment } from '../config/environment.js';
import { describeSandboxDatabase } from '../config/sandbox-database.js';
import { readConfiguration } from './configuration.js';
import { failureOf } from './failure.js';
import { Terminal } from './terminal.js';
import { UsageError } from './command-errors.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** The terminal is gone. It comes twice, from the shell and from the system, and nobody has asked to end at once. */
const HANG_UP = 'SIGHUP';

/** What a command works with. */
export interface Session {
  terminal: Terminal;
  /** Aborted by SIGINT, SIGTERM or SIGHUP: finish what is under way and say how to go on. */
  stop: AbortSignal;
  /** The configuration, read at the first call; in the sandbox it says so. @throws UsageError */
  configuration: () => Environment;
  /** A path the user gave, from where the user stands. */
  path: (given: string) => string;
}

/** Runs a command; its exit code becomes the process's. Nothing is thrown. */
export async function perform(command: Command, work: (session: Session) => Promise<number>): Promise<void> {
  const { json, directory } = command.optsWithGlobals<{ json?: boolean; directory?: string }>();
  const terminal = new Terminal(json === true);
  const base = startingPoint();
  const { stop, release } = stopSignal(terminal);
  try {
    if (directory !== undefined) enter(resolve(base, directory));
    process.exitCode = await work({
      terminal,
      stop,
      configuration: () => announced(readConfiguration(), terminal),
      path: (given) => resolve(base, given),
    });
  } catch (error) {
    const { exitCode, ...failure } = failureOf(error);
    terminal.failure(failure);
    process.exitCode = exitCode;
  } finally {
    release();
  }
}

/** `npm run cli` runs in the folder of package.json, and tells where it was called. */
function startingPoint(): string {
  const { npm_lifecycle_event: script, INIT_CWD: calledIn } = process.env;
  return script === 'cli' && calledIn !== undefined ? calledIn : process.cwd();
}

function enter(directory: string): void {
  try {
    process.chdir(directory);
  } catch {
    throw new UsageError(
      `--directory ${directory} cannot be entered: name the folder in which the service is started.`,
    );
  }
}

/** The first signal asks to stop; Node's own way of ending stays for the second. */
function stopSignal(terminal: Terminal): { stop: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) return;
    terminal.note('Stopping: what is under way is finished first. Once more ends it at once.');
    controller.abort();
  };
  for (const signal of SIGNALS) process.once(signal, stop);
  process.on(HANG_UP, stop);
  return {
    stop: controller.signal,
    release: () => {
      for (const signal of [...SIGNALS, HANG_UP]) process.off(signal, stop);
    },
  };
}

function announced(environment: Environment, terminal: Terminal): Environment {
  if (isSandbox(environment)) {
    terminal.isSandbox = true;
    terminal.note(
      `SANDBOX, as no EMAY_IMS_ credentials are set in ${process.cwd()}: the gateway is a simulator that lasts as long as ` +
        `this command; messages are kept in ${describeSandboxDatabase(environment.EMAY_IMS_DATABASE_URL)}.`,
    );
  }
  return environment;
}
