import { DEFAULT_ACCOUNT } from '../options.js';

export const DEFAULT_PORT = 8899;

export const USAGE = `emay-ims-simulator: the Emay international SMS gateway, simulated on this machine

Usage: emay-ims-simulator [options]

  --port <number>             port to listen on, 0 for a free one (default ${DEFAULT_PORT})
  --host <address>            address to listen on (default 127.0.0.1)
  --app-id <text>             account (default ${DEFAULT_ACCOUNT.appId})
  --secret-key <text>         its key (default ${DEFAULT_ACCOUNT.secretKey})
  --allowed-ips <list>        addresses that may call, such as 10.1.2.3,10.2.* (default: all)
  --report-delay-ms <number>  time until a report, or a range such as 100-900 (default 300)
  --log-file <path>           append one JSON line for each event to this file
  --seed <number>             makes the delays drawn from a range repeatable (default 1)
  --json                      print JSON lines instead of text
  --help                      print this
`;
