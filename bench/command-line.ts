import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DATABASE_KINDS, type DatabaseKind } from './support/databases.js';

export const USAGE = `Measures the numbers of docs/benchmarks.md

  npm run bench -- [options]

  --quick            small counts and one round: shows that it runs, not how fast
  --only <goals>     such as P1 or P1,P3; may be repeated (default: all)
  --db <databases>   of ${DATABASE_KINDS.join(', ')} (default: all)
  --rounds <number>  how often each contender has its turn (default 5)
  --json             the last line is one JSON object, by goal
  --large            P5 also with, and P9 with 10,000,000 rows: P5 takes an hour for each database, P9 five minutes
  --against <folder> instead of the goals: the module here and that of another commit, taking turns. The folder is a
                     checkout of its own with dependencies, and built (npm ci && npm run build)
  --profile <folder> write a CPU profile of each contender's process there
  --help             print this
`;

export interface Settings {
  isQuick: boolean;
  /** Upper case, such as `P1`; empty: all. */
  only: string[];
  databases: DatabaseKind[];
  rounds: number;
  isJson: boolean;
  isLarge: boolean;
  /** Folder of another commit to compare with. */
  against: string | null;
  profileFolder: string | null;
  isHelp: boolean;
}

/** @throws RangeError, or what `parseArgs` throws, with a sentence that says what to write */
export function readCommandLine(args: string[]): Settings {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      db: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      json: { type: 'boolean', default: false },
      large: { type: 'boolean', default: false },
      against: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const databases = listed(values.db);
  const unknown = databases.filter((kind) => !DATABASE_KINDS.includes(kind as DatabaseKind));
  if (unknown.length > 0) throw new RangeError(`--db ${unknown.join(',')}: write ${DATABASE_KINDS.join(', ')}`);
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
  if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError(`--rounds ${values.rounds}: write a whole number`);
  return {
    isQuick: values.quick,
    only: listed(values.only).map((key) => key.toUpperCase()),
    databases: databases.length > 0 ? (databases as DatabaseKind[]) : [...DATABASE_KINDS],
    rounds,
    isJson: values.json,
    isLarge: values.large,
    against: values.against === undefined ? null : builtTree(values.against),
    profileFolder: values.profile ?? null,
    isHelp: values.help,
  };
}

function builtTree(folder: string): string {
  const path = resolve(folder);
  const built = 'libs/emay-ims/dist/index.js';
  if (!existsSync(join(path, built))) throw new RangeError(`--against ${folder}: there is no ${built}; build it first`);
  if (!existsSync(join(path, 'node_modules')))
    throw new RangeError(`--against ${folder}: it needs dependencies of its own; run npm ci there`);
  return path;
}

function listed(values: string[]): string[] {
  return values.flatMap((value) => value.split(',')).map((value) => value.trim());
}
