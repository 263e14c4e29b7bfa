import { parseArgs, types } from 'node:util';
import { DEFAULT_ACCOUNT, type SimulatorOptions } from '../options.js';
import { DEFAULT_PORT } from './usage.js';

export type Command = { readonly help: true } | { readonly options: SimulatorOptions; readonly json: boolean };

/** A wrong argument; the message says what to write. */
export class ArgumentError extends Error {}

export function parseArguments(args: readonly string[]): Command {
  const flags = readFlags(args);
  if (flags.help) return { help: true };
  const { seed, host } = flags;
  const logFile = flags['log-file'];
  return {
    json: flags.json ?? false,
    options: {
      port: flags.port === undefined ? DEFAULT_PORT : wholeNumber('--port', flags.port, DEFAULT_PORT),
      ...(host === undefined ? {} : { host }),
      accounts: [
        {
          appId: flags['app-id'] ?? DEFAULT_ACCOUNT.appId,
          secretKey: flags['secret-key'] ?? DEFAULT_ACCOUNT.secretKey,
          allowedIps: list(flags['allowed-ips']),
        },
      ],
      ...(flags['report-delay-ms'] === undefined ? {} : { reportDelayMs: delay(flags['report-delay-ms']) }),
      ...(logFile === undefined ? {} : { logFile }),
      ...(seed === undefined ? {} : { seed: wholeNumber('--seed', seed, 1) }),
    },
  };
}

function readFlags(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const toggle = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: text,
        host: text,
        'app-id': text,
        'secret-key': text,
        'allowed-ips': text,
        'report-delay-ms': text,
        'log-file': text,
        seed: text,
        json: toggle,
        help: toggle,
      },
    }).values;
  } catch (error) {
    // parseArgs explains at length how to pass a positional; its first sentence names the culprit.
    const sentence = types.isNativeError(error) ? error.message.split('. ', 1)[0]! : String(error);
    throw new ArgumentError(`${sentence.replace(/\.$/, '')}. Run emay-ims-simulator --help for the flags there are.`);
  }
}

function wholeNumber(flag: string, text: string, example: number): number {
  if (!/^\d{1,15}$/.test(text))
    throw new ArgumentError(`${flag} is "${text}"; write a whole number, such as ${flag} ${example}.`);
  return Number(text);
}

function delay(text: string): number | { min: number; max: number } {
  const match = /^(\d{1,12})(?:-(\d{1,12}))?$/.exec(text);
  if (!match) {
    throw new ArgumentError(
      `--report-delay-ms is "${text}"; write milliseconds, such as --report-delay-ms 300 or --report-delay-ms 100-900.`,
    );
  }
  const min = Number(match[1]);
  return match[2] === undefined ? min : { min, max: Number(match[2]) };
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
