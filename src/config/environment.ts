import { plainToInstance, Transform } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateBy,
  validateSync,
} from 'class-validator';
import type { ImsTransport } from 'nestjs-emay-ims';
import { CONSOLE_PATH } from '../console/console-path.js';
import { StartError } from '../start/start-error.js';
import { DATABASE_URL_FORM, isDatabaseUrl } from './database-url.js';
import { holdsHashOfNoKey, isHashes, isOperators, readHashes, readOperators } from './key-hashes.js';
import { misspeltVariables } from './misspelt-variables.js';
import { isSandboxFile, sandboxDatabaseUrl } from './sandbox-database.js';
import { isLoopback, readHost, readNumber, readSwitch, valueOf } from './variable-values.js';

/** A check of our own, known by its sentence. @param message with `$property` in the place of the name */
function Fits(test: (value: unknown) => boolean, message: string): PropertyDecorator {
  return ValidateBy({ name: message, validator: { validate: test, defaultMessage: () => message } });
}

const NO_KEY = '$property holds the hash of an empty key: was the variable with the key set when you made it?';
const SWITCH = '$property must be true or false';

/** The variables the application reads, with their defaults. */
export class Environment {
  /** Port to listen on; 0 picks a free one. */
  @Transform(readNumber)
  @IsInt()
  @Min(0)
  @Max(65_535)
  PORT = 3000;

  /** Address to listen on. */
  @Transform(readHost)
  @IsString()
  @IsNotEmpty()
  HOST = '127.0.0.1';

  /** Comma-separated SHA-256 hashes (hex) of the API keys that may call; without any, only this machine may. */
  @IsOptional()
  @Transform(readHashes)
  @Fits(isHashes, "$property must be SHA-256 hashes in hex, separated by commas: printf %s 'your key' | sha256sum")
  @Fits((value) => !holdsHashOfNoKey(value), NO_KEY)
  API_KEY_HASHES?: string;

  /**
   * The operators of the console, `name:hash` separated by commas: SHA-256 hashes (hex) of their keys. Without any, it is closed; in a sandbox
   * it is open to this machine.
   */
  @IsOptional()
  @Transform(readOperators)
  @Fits(
    isOperators,
    '$property must be name:hash, separated by commas: a name has at most 128 letters, digits, . _ @ - and single blanks, ' +
      "a hash is from: printf %s 'the key' | sha256sum",
  )
  @Fits((value) => !holdsHashOfNoKey(value), NO_KEY)
  CONSOLE_KEY_HASHES?: string;

  /** Requests of one caller in a minute; 0 lifts the limit. */
  @Transform(readNumber)
  @IsInt()
  @Min(0)
  RATE_LIMIT_PER_MINUTE = 6_000;

  /** The gateway, `https://host:port`; a comma-separated list is a fail-over order. */
  @IsOptional()
  @IsString()
  EMAY_IMS_BASE_URL?: string;

  @IsOptional()
  @IsString()
  EMAY_IMS_APP_ID?: string;

  @IsOptional()
  @IsString()
  EMAY_IMS_SECRET_KEY?: string;

  /** The gateway's interface that the account uses: `plain`, or `secure` (encrypted), for which the secretKey has 16, 24 or 32 bytes. */
  @IsIn(['plain', 'secure'], { message: '$property must be plain or secure' })
  EMAY_IMS_TRANSPORT: ImsTransport = 'plain';

  /** `true`: runs against its own simulator, and sends nothing. Must be asked for in production, and where others can connect. */
  @IsOptional()
  @Transform(readSwitch)
  @IsBoolean({ message: SWITCH })
  EMAY_IMS_SANDBOX?: boolean;

  /** `true` allows plain http to a gateway on another machine in production. */
  @IsOptional()
  @Transform(readSwitch)
  @IsBoolean({ message: SWITCH })
  EMAY_IMS_ALLOW_INSECURE?: boolean;

  /** `false`: no request that takes nothing tries the way before messages do. */
  @IsOptional()
  @Transform(readSwitch)
  @IsBoolean({ message: SWITCH })
  EMAY_IMS_CANARY?: boolean;

  /** `sqlite:PATH`, `postgres://…` or `mysql://…`. A sandbox has a file or tables of its own there: see `sandboxDatabaseUrl`. */
  @Fits((value) => typeof value === 'string' && isDatabaseUrl(value), `$property ${DATABASE_URL_FORM}`)
  EMAY_IMS_DATABASE_URL = 'sqlite:./data/ims.sqlite';

  /** How long the start waits for a database server that is not up yet, or whose schema is behind, in ms. */
  @Transform(readNumber)
  @IsInt()
  @Min(0)
  @Max(3_600_000)
  EMAY_IMS_START_TIMEOUT_MS = 10_000;

  /** `false`: instances on PostgreSQL do not tell each other of new messages. */
  @Transform(readSwitch)
  @IsBoolean({ message: SWITCH })
  EMAY_IMS_NOTIFY = true;

  /** `host:port` of the PostgreSQL server itself, to listen to, where EMAY_IMS_DATABASE_URL leads to a pooler such as PgBouncer. */
  @IsOptional()
  @Matches(/^[^\s@/]+:\d{1,5}(\/[^\s@/]+)?$/, {
    message:
      '$property must be host:port or host:port/database of the PostgreSQL server itself, without user and password',
  })
  EMAY_IMS_LISTEN_ADDRESS?: string;

  /** `false`: what is queued waits, in this instance; after a backup was restored, for example. */
  @Transform(readSwitch)
  @IsBoolean({ message: SWITCH })
  EMAY_IMS_DISPATCH = true;

  /** Pause between pulls of delivery reports, in ms. Default 5,000; in the sandbox 1,000. */
  @IsOptional()
  @Transform(readNumber)
  @IsInt()
  @Min(100)
  EMAY_IMS_REPORT_INTERVAL_MS?: number;

  /** How delivery reports come: `pull`, `push` or `both`; the last two need EMAY_IMS_PUSH_PATH. */
  @IsIn(['pull', 'push', 'both'], { message: '$property must be pull, push or both' })
  EMAY_IMS_REPORTS_SOURCE: 'pull' | 'push' | 'both' = 'pull';

  /** The path at which the gateway pushes delivery reports, such as `/push`. Default: none is taken. */
  @IsOptional()
  @Matches(/^\/[\w.~/-]*[\w.~-]$/, { message: '$property must be a path such as /push' })
  EMAY_IMS_PUSH_PATH?: string;

  /** What stands behind that path and a slash where reports are pushed without encryption. Default: only encrypted ones are taken. */
  @IsOptional()
  @Matches(/^[\w-]{16,128}$/, {
    message: '$property must be 16 to 128 letters, digits, - or _: make it with openssl rand -hex 24',
  })
  EMAY_IMS_PUSH_SECRET?: string;

  /** A request to the gateway, to the last byte of its answer, in ms. */
  @Transform(readNumber)
  @IsInt()
  @Min(100)
  EMAY_IMS_TIMEOUT_MS = 30_000;

  /** Folder for report batches that arrive while the database is away. */
  @IsString()
  @IsNotEmpty()
  EMAY_IMS_SPOOL_PATH = './data/spool';

  /** Messages that have been final for so many days are deleted. Default: none, everything is kept. */
  @IsOptional()
  @Transform(readNumber)
  @IsInt()
  @Min(1)
  EMAY_IMS_RETENTION_DAYS?: number;
}

const WITHOUT_DEFAULT = [
  'API_KEY_HASHES',
  'CONSOLE_KEY_HASHES',
  'EMAY_IMS_ALLOW_INSECURE',
  'EMAY_IMS_CANARY',
  'EMAY_IMS_LISTEN_ADDRESS',
  'EMAY_IMS_PUSH_PATH',
  'EMAY_IMS_PUSH_SECRET',
  'EMAY_IMS_REPORT_INTERVAL_MS',
  'EMAY_IMS_RETENTION_DAYS',
  'EMAY_IMS_SANDBOX',
];
const CREDENTIALS = ['EMAY_IMS_BASE_URL', 'EMAY_IMS_APP_ID', 'EMAY_IMS_SECRET_KEY'] as const;

/** Every name that is read. */
export const VARIABLES: readonly string[] = Object.keys(new Environment()).concat(WITHOUT_DEFAULT, CREDENTIALS);

/** Without any credential set the application runs against its own simulator. */
export function isSandbox(environment: Environment): boolean {
  return CREDENTIALS.every((name) => environment[name] === undefined);
}

/** As in the wrong folder, or without the variables of the service. */
export function isUnaskedSandbox(environment: Environment): boolean {
  return isSandbox(environment) && environment.EMAY_IMS_SANDBOX !== true;
}

/** Read by the module itself. */
const OF_THE_MODULE = ['EMAY_IMS_FAILPOINTS'];

/**
 * Reads and checks the variables.
 *
 * @throws StartError with a sentence for each wrong one, without its value
 */
export function readEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const values = VARIABLES.map((name) => [name, valueOf(variables[name])] as const);
  const set = new Map(values.filter(([, value]) => value !== undefined));
  const environment = plainToInstance(Environment, Object.fromEntries(set), { exposeDefaultValues: true });
  const problems = [
    ...validateSync(environment).flatMap(({ constraints }) => Object.values(constraints ?? {})),
    ...misspeltVariables(
      variables,
      [...VARIABLES, ...OF_THE_MODULE],
      isUnaskedSandbox(environment) ? CREDENTIALS : null,
    ),
    ...problemsOfGateway(environment, variables.NODE_ENV),
  ];
  if (environment.API_KEY_HASHES === undefined && !isLoopback(environment.HOST)) {
    problems.push(
      `API_KEY_HASHES must be set to listen on ${environment.HOST}: without keys anybody there could send SMS at your cost`,
    );
  }
  problems.push(...problemsOfPushes(environment));
  const { EMAY_IMS_LISTEN_ADDRESS: address, EMAY_IMS_DATABASE_URL: url } = environment;
  // For a file it means nothing: `npm run dev` puts one in the place of the `.env` file's server.
  if (address !== undefined && /^(mysql|mariadb)/.test(url)) {
    problems.push('EMAY_IMS_LISTEN_ADDRESS needs EMAY_IMS_DATABASE_URL to lead to PostgreSQL: unset one of them');
  }
  if (!isSandbox(environment) && isSandboxFile(url)) {
    problems.push(
      'EMAY_IMS_DATABASE_URL must not be a file whose name begins with sandbox: what was tried in it would be sent',
    );
  }
  if (problems.length > 0) throw new StartError(`Wrong environment: ${problems.join('; ')}.`, 'WRONG_ENVIRONMENT');
  if (isSandbox(environment)) {
    environment.EMAY_IMS_DATABASE_URL = sandboxDatabaseUrl(set.get('EMAY_IMS_DATABASE_URL'));
  }
  return environment;
}

/** Below these are the service's own routes, which pushes would take their requests from. */
const OWN_PATHS = ['api', CONSOLE_PATH.slice(1), 'health', 'metrics'];

/** Reports that are pushed to a path that nobody serves would be lost after a few tries. */
function problemsOfPushes(environment: Environment): string[] {
  const { EMAY_IMS_PUSH_PATH: path, EMAY_IMS_PUSH_SECRET: secret, EMAY_IMS_REPORTS_SOURCE: source } = environment;
  if (path !== undefined) {
    const [, first = ''] = path.split('/');
    return OWN_PATHS.includes(first.toLowerCase())
      ? [`EMAY_IMS_PUSH_PATH must not be at or below /${OWN_PATHS.join(', /')}, which are the service's own`]
      : [];
  }
  return [
    ...(secret === undefined ? [] : ['EMAY_IMS_PUSH_PATH must be set too: EMAY_IMS_PUSH_SECRET stands behind it']),
    ...(source === 'pull' ? [] : [`EMAY_IMS_PUSH_PATH must be set for EMAY_IMS_REPORTS_SOURCE=${source}`]),
  ];
}

/** A service that takes messages and sends none must have been asked for: its answers look like the real ones. */
function problemsOfGateway(environment: Environment, nodeEnv: string | undefined): string[] {
  const { EMAY_IMS_SANDBOX: asked, HOST } = environment;
  const missing = CREDENTIALS.filter((name) => environment[name] === undefined);
  if (missing.length === 0) {
    return asked === true
      ? [
          'EMAY_IMS_SANDBOX is true, and a gateway is set: unset EMAY_IMS_SANDBOX to send, or the credentials to try it out',
        ]
      : [];
  }
  const names = missing.join(missing.length === 2 ? ' and ' : ', ');
  if (missing.length < CREDENTIALS.length) {
    return [`${names} must be set too; with no EMAY_IMS_ credentials at all it runs as a sandbox`];
  }
  if (asked === true) return [];
  const where = /^\s*["']?prod/i.test(nodeEnv ?? '') ? 'in production' : isLoopback(HOST) ? null : `on HOST ${HOST}`;
  if (asked === undefined && where === null) return [];
  return [
    `${names} must be set: without them nothing is sent${asked === false ? ', and EMAY_IMS_SANDBOX is false' : `, and a sandbox ${where} must be asked for: EMAY_IMS_SANDBOX=true`}`,
  ];
}
