import { Type } from 'class-transformer';
import {
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsObject,
  IsString,
  Matches,
  MinLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { CronTime } from 'cron';
import { MAX_RETENTION_DAYS } from './limits.js';
import type { ImsTransport } from './module-options.js';
import {
  DEFAULT_PROTOCOL_OPTIONS,
  MAX_MESSAGES_PER_REQUEST,
  MAX_REPORTS_PER_REQUEST,
  parseTimeZoneOffset,
} from '../protocol/index.js';

/** The longest a timer of Node takes. */
const MAX_TIMER_MS = 2_147_483_647;

function Milliseconds(min: number, max = MAX_TIMER_MS): PropertyDecorator {
  return WholeNumber('a whole number of milliseconds', min, max);
}

function Count(min: number, max: number): PropertyDecorator {
  return WholeNumber('a whole number', min, max);
}

function WholeNumber(what: string, min: number, max: number): PropertyDecorator {
  return ValidateBy({
    name: 'wholeNumber',
    validator: {
      validate: (value) => Number.isInteger(value) && value >= min && value <= max,
      defaultMessage: () => `$property must be ${what} from ${min} to ${max}`,
    },
  });
}

/** What Emay gave the account. The sentences never repeat it. */
function Credential(what: string, maxLength: number): PropertyDecorator {
  const problem = (value: unknown) => {
    if (value === undefined || value === null) return 'is missing';
    if (typeof value !== 'string') return 'is not a string';
    if (value.trim() === '') return 'is empty';
    return value.length > maxLength ? `is longer than ${maxLength} characters` : null;
  };
  return ValidateBy({
    name: 'credential',
    validator: {
      validate: (value) => problem(value) === null,
      defaultMessage: (wrong) =>
        `$property ${problem(wrong?.value)}: write the ${what} that Emay gave you, as a string`,
    },
  });
}

/** An object with options of its own; `example` is one that can be written. */
function Section(type: () => new () => object, example: string) {
  const message = `$property must be an object such as ${example}`;
  return (target: object, property: string): void => {
    IsObject({ message })(target, property);
    ValidateNested({ message })(target, property);
    Type(type)(target, property);
  };
}

function CronExpression(): PropertyDecorator {
  return ValidateBy({
    name: 'cronExpression',
    validator: {
      validate: (value) => value === null || (typeof value === 'string' && hasNextTime(value)),
      defaultMessage: () =>
        '$property is not a cron expression that ever comes: write e.g. "*/10 * * * * *" for every ten seconds',
    },
  });
}

/** By what reads it at each request: an offset that it does not take would let none leave. */
function TimeZoneOffset(): PropertyDecorator {
  return ValidateBy({
    name: 'timeZoneOffset',
    validator: {
      validate: (value) => typeof value === 'string' && isTimeZoneOffset(value),
      defaultMessage: () => '$property must look like +08:00, from -12:00 to +14:00',
    },
  });
}

function isTimeZoneOffset(text: string): boolean {
  try {
    parseTimeZoneOffset(text);
    return true;
  } catch {
    return false;
  }
}

function hasNextTime(cron: string): boolean {
  try {
    new CronTime(cron).sendAt();
    return true;
  } catch {
    return false;
  }
}

const MEANINGS: readonly unknown[] = ['refused', 'hold', 'pace', 'unconfirmed'];

/** `SUCCESS` means what it says. */
function isMeaning([code, meaning]: [string, unknown]): boolean {
  return /^[\x21-\x7e]{1,64}$/.test(code) && code !== 'SUCCESS' && MEANINGS.includes(meaning);
}

function CodeMeanings(): PropertyDecorator {
  return ValidateBy({
    name: 'codeMeanings',
    validator: {
      validate: (value) =>
        typeof value === 'object' && value !== null && !Array.isArray(value) && Object.entries(value).every(isMeaning),
      defaultMessage: () =>
        "$property must say 'refused', 'hold', 'pace' or 'unconfirmed' for each code but SUCCESS, such as " +
        "{ ERROR_REQUEST_NO_VALID: 'refused' }",
    },
  });
}

class HttpSchema {
  @Milliseconds(100) timeoutMs = 30_000;
  @Milliseconds(50) connectTimeoutMs = 5_000;
  @Count(1_024, 256 * 1024 * 1024) maxResponseBytes = 4 * 1024 * 1024;
  @IsBoolean({ message: '$property must be true or false' }) allowInsecure = false;
  @Count(1, 1_000) maxSockets = 16;
}

class DispatchSchema {
  @IsBoolean({ message: '$property must be true or false' }) enabled = true;
  @Milliseconds(10) intervalMs = 1_000;
  @Count(1, 64) concurrency = 4;
  @Count(1, MAX_MESSAGES_PER_REQUEST) maxBatchSize = MAX_MESSAGES_PER_REQUEST;
  @Milliseconds(1) minBackoffMs = 1_000;
  @Milliseconds(1) maxBackoffMs = 60_000;
}

class ReportsSchema {
  @IsBoolean({ message: '$property must be true or false' }) enabled = true;
  @IsIn(['pull', 'push', 'both'], { message: "$property must be 'pull', 'push' or 'both'" })
  source: 'pull' | 'push' | 'both' = 'pull';
  @Milliseconds(10) intervalMs = 5_000;
  @CronExpression() cron: string | null = null;
  @Count(1, MAX_REPORTS_PER_REQUEST) pageSize = MAX_REPORTS_PER_REQUEST;
  @MinLength(1, { message: '$property must be the path of a folder' }) spoolPath = './emay-ims-spool';
  @Milliseconds(1_000, 366 * 24 * 3_600_000) deadlineMs = 72 * 3_600_000;
}

class RetentionSchema {
  @ValidateIf((_section, days) => days !== null)
  @Count(1, MAX_RETENTION_DAYS)
  days: number | null = null;
  @Milliseconds(1_000) intervalMs = 3_600_000;
}

class ProtocolSchema {
  @TimeZoneOffset()
  timeZoneOffset = DEFAULT_PROTOCOL_OPTIONS.timeZoneOffset;
  @IsIn(['lower', 'upper'], { message: "$property must be 'lower' or 'upper'" })
  signCase = DEFAULT_PROTOCOL_OPTIONS.signCase;
  @IsIn(['none', 'percent'], { message: "$property must be 'none' or 'percent'" })
  contentEncoding = DEFAULT_PROTOCOL_OPTIONS.contentEncoding;
  @Count(1, 10_000) maxContentLength = DEFAULT_PROTOCOL_OPTIONS.maxContentLength;
  @IsBoolean({ message: '$property must be true or false' }) canary = DEFAULT_PROTOCOL_OPTIONS.canary;
  @CodeMeanings() answerCodes = DEFAULT_PROTOCOL_OPTIONS.answerCodes;
  @IsBoolean({ message: '$property must be true or false' }) gzip = DEFAULT_PROTOCOL_OPTIONS.gzip;
  @ValidateIf((_section, seconds) => seconds !== null)
  @WholeNumber('a whole number of seconds', 1, 86_400)
  requestValidPeriod = DEFAULT_PROTOCOL_OPTIONS.requestValidPeriod;
}

/** The shape, the limits and, once, the defaults of the options; `database` is checked apart, as it has two shapes. */
export class OptionsSchema {
  @Matches(/^[A-Za-z0-9_.-]{1,64}$/, {
    message: '$property must be 1 to 64 letters, digits, dots, dashes or underscores',
  })
  name = 'default';

  @IsBoolean({ message: '$property must be true or false' })
  isGlobal = false;

  @IsArray({ message: '$property must be a URL such as "https://host:port", or a list of them' })
  @ArrayNotEmpty({ message: '$property is missing: write the gateway\'s address, such as "https://host:port"' })
  @IsString({ each: true, message: '$property must be a URL such as "https://host:port", or a list of them' })
  baseUrl: string[] = [];

  @Credential('AppId', 128)
  appId: string;

  @Credential('secretKey', 256)
  secretKey: string;

  @IsIn(['plain', 'secure'], { message: "$property must be 'plain' or 'secure'" })
  transport: ImsTransport = 'plain';

  @Section(() => HttpSchema, '{ timeoutMs: 30000 }')
  http = new HttpSchema();

  @Section(() => DispatchSchema, '{ concurrency: 4 }')
  dispatch = new DispatchSchema();

  @Section(() => ReportsSchema, '{ intervalMs: 5000 }')
  reports = new ReportsSchema();

  @Section(() => RetentionSchema, '{ days: 90 }')
  retention = new RetentionSchema();

  @Section(() => ProtocolSchema, "{ timeZoneOffset: '+08:00' }")
  protocol = new ProtocolSchema();
}
