import { DEFAULT_ACCOUNT } from '../options.js';

export const DEFAULT_PORT = 8899;

export const USAGE = `emay-ims-simulator: the Emay international SMS gateway, simulated on this machine

Usage: emay-ims-simulator [options]

Where it listens, and for whom
  --port <number>               0 for a free one (default ${DEFAULT_PORT})
  --host <address>              (default 127.0.0.1)
  --app-id <text>               account (default ${DEFAULT_ACCOUNT.appId})
  --secret-key <text>           its key (default ${DEFAULT_ACCOUNT.secretKey})
  --allowed-ips <list>          addresses that may call, such as 10.1.2.3,10.2.* (default: all)
  --out-of-balance              its send calls are answered ERROR_BALANCE
  --reports <route>             pulled, held (polls get []), or pushed to another address
                                (default pulled)
  --poisoned                    one report in its queue makes polls ERROR_PARAMS
  --push-to <url>               push its reports to this address; polls get []
  --push-form <form>            encrypted (the standard: header appId), or plain (form field
                                reports)
  --push-retry-after-ms <list>  waits before the next tries, else 10000,60000,600000
  --push-batch-size <number>    most reports of one push, else 500
  --push-every-ms <number>      how often it looks for reports to push, else 200
  --pull-beside-push            polls get reports although they are pushed
  --no-control                  no page at / and no control calls at /_simulator

What the gateway does
  --report-delay-ms <number>    time until a report, or a range such as 100-900 (default 300)
  --countries <file>            delays, outcomes and losses for each country, as JSON;
                                or the word realistic, for a made-up mix
  --reports-per-second <number> report calls a second, or unlimited (default 10)
  --timeout-report-after-ms <number>
                                time until the report TIMEOUT (default 172800000, two days)
  --timestamp-tolerance-ms <number>
                                how far a timestamp may be off (default 600000)
  --max-content-length <number> of a text, in UTF-16 units (default 500)
  --empty-batch <order>         of a batch without numbers: list-first (ERROR_MOBILE_EMPTY),
                                content-first or params (default list-first)
  --sign-case <case>            lower, upper or any (default lower)
  --undecipherable <code>       of a body that the key does not open: ERROR_ENCRYPTION or
                                ERROR_PARAMS (default ERROR_ENCRYPTION)
  --time-zone-offset <offset>   of timestamps and reports (default +08:00)
  --seed <number>               the same seed gives the same run (default 1)

What goes wrong
  --fault <order>               a kind and its fields, such as reset-after,times=3,chance=0.02;
                                as often as you like
  --scenario <file>             a script of faults, as JSON
  --list-faults                 print every kind of fault with its fields
  --list-magic-numbers          print the number endings that choose an outcome

What it keeps and prints
  --log-file <path>             append one JSON line for each event to this file
  --history-limit <number>      messages, reports and requests to remember (default 100000)
  --pending-limit <number>      reports that may wait; the oldest are dropped (default 500000)
  --json                        print JSON lines: every request, and counters every ten seconds
  --quiet                       print where it listens, and nothing more

  --config <file>               any of the options of startSimulator(), as JSON; flags win
  --version, --help

Examples
  emay-ims-simulator --port 9000 --report-delay-ms 1000-5000
  emay-ims-simulator --countries realistic --fault hang,on=sendSingleIMS+sendBatchIMS,chance=0.01
  emay-ims-simulator --config gateway.json --log-file gateway.jsonl --json | jq .code
`;
