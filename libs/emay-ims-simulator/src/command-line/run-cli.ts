import { readFileSync } from 'node:fs';
import { types } from 'node:util';
import type { ReceivedRequest } from '../oracle/records.js';
import type { Simulator } from '../simulator.js';
import { startSimulator } from '../start-simulator.js';
import { ArgumentError } from './argument-error.js';
import { exposure, greeting } from './greeting.js';
import { JsonOutput } from './json-output.js';
import { faultListing, magicNumberListing } from './listings.js';
import { type LiveOutput, TICK_MS } from './live-output.js';
import { type Command, parseArguments } from './parse-arguments.js';
import type { Terminal } from './terminal.js';
import { TextOutput } from './text-output.js';
import { USAGE } from './usage.js';

type Serve = Exclude<Command, { print: string }>;

const LISTINGS = {
  help: () => [USAGE.trimEnd()],
  version: () => [version()],
  faults: faultListing,
  'magic-numbers': magicNumberListing,
} as const;

/** Runs the command until its signal, and resolves with the exit code: 0, 1 when it cannot listen, 2 for wrong flags. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const command = parseArguments(args);
    if (command.print) {
      for (const line of LISTINGS[command.print]()) terminal.out.write(`${line}\n`);
      return 0;
    }
    await serve(command, terminal);
    return 0;
  } catch (error) {
    const message = types.isNativeError(error) ? error.message : String(error);
    terminal.err(`emay-ims-simulator: ${message}`);
    return error instanceof ArgumentError || error instanceof RangeError ? 2 : 1;
  }
}

async function serve(command: Serve, terminal: Terminal): Promise<void> {
  const { options, faults, output } = command;
  let live: LiveOutput | undefined;
  const onRequest = (request: ReceivedRequest) => live?.request(request);
  const simulator = await startSimulator({ ...options, ...(output === 'quiet' ? {} : { onRequest }) }).catch(
    (error: unknown) => {
      throw explain(error, options.port);
    },
  );
  let stopTicking: (() => void) | undefined;
  try {
    for (const fault of faults) simulator.inject(fault);
    greet(simulator, command, terminal);
    if (output !== 'quiet') {
      live = output === 'json' ? new JsonOutput(simulator, terminal) : new TextOutput(simulator, terminal);
      live.tick();
      stopTicking = terminal.every(TICK_MS, () => live?.tick());
    }
    await aborted(terminal.signal);
  } finally {
    stopTicking?.();
    await simulator.stop();
    live?.end();
  }
}

function greet(simulator: Simulator, { options: { host, control = true }, output }: Serve, terminal: Terminal): void {
  const warning = exposure(host, control);
  if (warning !== undefined) terminal.err(`emay-ims-simulator: ${warning}`);
  const { url, accounts } = simulator;
  const lines =
    output === 'json'
      ? [
          JSON.stringify({
            listening: url,
            appIds: accounts.map(({ appId }) => appId),
            ...(control ? { page: `${url}/` } : {}),
          }),
        ]
      : greeting(simulator, control);
  for (const line of lines) terminal.out.write(`${line}\n`);
}

function explain(error: unknown, port: number | undefined): unknown {
  if (!types.isNativeError(error) || !('code' in error)) return error;
  if (error.code === 'EADDRINUSE') {
    return new Error(`port ${port} is taken; write another one, such as --port ${Number(port) + 1}, or --port 0.`);
  }
  return error;
}

function version(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return manifest.version;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
