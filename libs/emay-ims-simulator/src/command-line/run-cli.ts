import { types } from 'node:util';
import { type Simulator, startSimulator } from '../simulator.js';
import { ArgumentError, type Command, parseArguments } from './parse-arguments.js';
import { requestLine, requestObject } from './request-line.js';
import { USAGE } from './usage.js';

/** What the command talks to. */
export interface Terminal {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Ends the command. */
  readonly signal: AbortSignal;
}

/** Runs the command until its signal, and resolves with the exit code: 0, 1 when it cannot listen, 2 for wrong flags. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const command = parseArguments(args);
    if ('help' in command) {
      terminal.out(USAGE.trimEnd());
      return 0;
    }
    const simulator = await start(command, terminal);
    await aborted(terminal.signal);
    await simulator.stop();
    return 0;
  } catch (error) {
    const message = types.isNativeError(error) ? error.message : String(error);
    terminal.err(`emay-ims-simulator: ${message}`);
    return error instanceof ArgumentError || error instanceof RangeError ? 2 : 1;
  }
}

async function start({ options, json }: Exclude<Command, { help: true }>, { out }: Terminal): Promise<Simulator> {
  const simulator = await startSimulator({
    ...options,
    onRequest: (request) => out(json ? JSON.stringify(requestObject(request)) : requestLine(request)),
  }).catch((error: unknown) => {
    throw explain(error, options.port);
  });
  const { url } = simulator;
  const appIds = simulator.accounts.map(({ appId }) => appId);
  out(
    json
      ? JSON.stringify({ listening: url, appIds })
      : `Emay IMS simulator listens on ${url} for appId ${appIds.join(', ')}. Ctrl+C ends it.`,
  );
  return simulator;
}

function explain(error: unknown, port: number | undefined): unknown {
  if (!types.isNativeError(error) || !('code' in error)) return error;
  if (error.code === 'EADDRINUSE') {
    return new Error(`port ${port} is taken; write another one, such as --port ${Number(port) + 1}, or --port 0.`);
  }
  return error;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
