import { plainToInstance, Transform } from 'class-transformer';
import {
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
import { DATABASE_URL_FORM, isDatabaseUrl } from './database-url.js';

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** The variables the application reads, with their defaults. */
export class Environment {
  /** Port to listen on; 0 picks a free one. */
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? Number(value) : value))
  @IsInt()
  @Min(0)
  @Max(65_535)
  PORT = 3000;

  /** Address to listen on. */
  @IsString()
  @IsNotEmpty()
  HOST = '127.0.0.1';

  /** Comma-separated SHA-256 hashes (hex) of the API keys that may call; without any, only this machine may. */
  @IsOptional()
  @Matches(/^[0-9a-f]{64}(,[0-9a-f]{64})*$/, {
    message: "$property must be SHA-256 hashes in hex, separated by commas: printf %s 'your key' | sha256sum",
  })
  API_KEY_HASHES?: string;

  /** Requests of one caller in a minute; 0 lifts the limit. */
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? Number(value) : value))
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

  /** `true` allows plain http to a gateway on another machine in production. */
  @IsOptional()
  @IsIn(['true', 'false'])
  EMAY_IMS_ALLOW_INSECURE?: 'true' | 'false';

  /** `false`: no request that takes nothing tries the way before messages do. */
  @IsOptional()
  @IsIn(['true', 'false'])
  EMAY_IMS_CANARY?: 'true' | 'false';

  /** `sqlite:PATH`, `postgres://…` or `mysql://…`. Default in the sandbox: `sqlite:./data/sandbox.sqlite`. */
  @ValidateBy({
    name: 'isDatabaseUrl',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isDatabaseUrl(value),
      defaultMessage: () => `$property ${DATABASE_URL_FORM}`,
    },
  })
  EMAY_IMS_DATABASE_URL = 'sqlite:./data/ims.sqlite';

  /** Pause between pulls of delivery reports, in ms. Default 5,000; in the sandbox 1,000. */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? Number(value) : value))
  @IsInt()
  @Min(100)
  EMAY_IMS_REPORT_INTERVAL_MS?: number;

  /** A request to the gateway, to the last byte of its answer, in ms. */
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? Number(value) : value))
  @IsInt()
  @Min(100)
  EMAY_IMS_TIMEOUT_MS = 30_000;

  /** Folder for report pages that come while the database is away. */
  @IsString()
  @IsNotEmpty()
  EMAY_IMS_SPOOL_PATH = './data/spool';

  /** Messages that have been final for so many days are deleted. Default: none, everything is kept. */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? Number(value) : value))
  @IsInt()
  @Min(1)
  EMAY_IMS_RETENTION_DAYS?: number;
}

const WITHOUT_DEFAULT = [
  'API_KEY_HASHES',
  'EMAY_IMS_ALLOW_INSECURE',
  'EMAY_IMS_CANARY',
  'EMAY_IMS_REPORT_INTERVAL_MS',
  'EMAY_IMS_RETENTION_DAYS',
];
/** A file of its own: what is tried in the sandbox must never reach a real gateway. */
const SANDBOX_DATABASE_URL = 'sqlite:./data/sandbox.sqlite';
const CREDENTIALS = ['EMAY_IMS_BASE_URL', 'EMAY_IMS_APP_ID', 'EMAY_IMS_SECRET_KEY'] as const;

/** Without any credential set the application runs against its own simulator. */
export function isSandbox(environment: Environment): boolean {
  return CREDENTIALS.every((name) => environment[name] === undefined);
}

/**
 * Reads and checks the variables.
 *
 * @throws Error with a sentence for each wrong one, without its value
 */
export function readEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const names = Object.keys(new Environment()).concat(WITHOUT_DEFAULT, CREDENTIALS);
  const set = names.filter((name) => variables[name] !== undefined && variables[name] !== '');
  const environment = plainToInstance(Environment, Object.fromEntries(set.map((name) => [name, variables[name]])), {
    exposeDefaultValues: true,
  });
  const problems = validateSync(environment).flatMap(({ constraints }) => Object.values(constraints ?? {}));
  const missing = CREDENTIALS.filter((name) => environment[name] === undefined);
  if (missing.length > 0 && missing.length < CREDENTIALS.length) {
    problems.push(
      `${missing.join(' and ')} must be set too; with no EMAY_IMS_ credentials at all it runs as a sandbox`,
    );
  }
  if (environment.API_KEY_HASHES === undefined && !LOOPBACK.has(environment.HOST)) {
    problems.push(
      `API_KEY_HASHES must be set to listen on ${environment.HOST}: without keys anybody there could send SMS at your cost`,
    );
  }
  if (problems.length > 0) throw new Error(`Wrong environment: ${problems.join('; ')}.`);
  if (isSandbox(environment) && !set.includes('EMAY_IMS_DATABASE_URL')) {
    environment.EMAY_IMS_DATABASE_URL = SANDBOX_DATABASE_URL;
  }
  return environment;
}
