import { Type } from 'class-transformer';
import {
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { MAX_MESSAGES_PER_REQUEST, MAX_REPORTS_PER_REQUEST } from '../protocol/index.js';

/** The longest a timer of Node takes. */
const MAX_TIMER_MS = 2_147_483_647;

function Milliseconds(min: number, max = MAX_TIMER_MS): PropertyDecorator {
  return (target, property) => {
    IsOptional()(target, property);
    IsInt({ message: '$property must be a whole number of milliseconds' })(target, property as string);
    Min(min)(target, property as string);
    Max(max)(target, property as string);
  };
}

function Count(min: number, max: number): PropertyDecorator {
  return (target, property) => {
    IsOptional()(target, property);
    IsInt()(target, property as string);
    Min(min)(target, property as string);
    Max(max)(target, property as string);
  };
}

class HttpSchema {
  @Milliseconds(100) timeoutMs = 30_000;
  @Milliseconds(50) connectTimeoutMs = 5_000;
  @Count(1_024, 256 * 1024 * 1024) maxResponseBytes = 4 * 1024 * 1024;
  @IsBoolean() allowInsecure = false;
  @Count(1, 1_000) maxSockets = 16;
}

class DispatchSchema {
  @IsBoolean() enabled = true;
  @Milliseconds(10) intervalMs = 1_000;
  @Count(1, 64) concurrency = 4;
  @Count(1, MAX_MESSAGES_PER_REQUEST) maxBatchSize = MAX_MESSAGES_PER_REQUEST;
  @Milliseconds(1) minBackoffMs = 1_000;
  @Milliseconds(1) maxBackoffMs = 60_000;
}

class ReportsSchema {
  @IsBoolean() enabled = true;
  @Milliseconds(10) intervalMs = 5_000;
  @ValidateIf((reports: ReportsSchema) => reports.cron !== null)
  @IsString()
  @IsNotEmpty()
  cron: string | null = null;
  @Count(1, MAX_REPORTS_PER_REQUEST) pageSize = MAX_REPORTS_PER_REQUEST;
  @Milliseconds(1_000, 366 * 24 * 3_600_000) deadlineMs = 72 * 3_600_000;
}

class ProtocolSchema {
  @Matches(/^[+-](0\d|1[0-4]):[0-5]\d$/, { message: '$property must look like +08:00' }) timeZoneOffset = '+08:00';
  @IsIn(['lower', 'upper']) signCase: 'lower' | 'upper' = 'lower';
  @IsIn(['none', 'percent']) contentEncoding: 'none' | 'percent' = 'none';
  @Count(1, 10_000) maxContentLength = 500;
}

/** The shape, the limits and, once, the defaults of the options. */
export class OptionsSchema {
  @Matches(/^[A-Za-z0-9_.-]{1,64}$/, {
    message: '$property must be 1 to 64 letters, digits, dots, dashes or underscores',
  })
  name = 'default';

  @IsArray({ message: 'baseUrl must be a URL such as "https://host:port", or a list of them' })
  @ArrayMinSize(1, { message: 'baseUrl is missing: write the gateway\'s address, such as "https://host:port"' })
  @IsString({ each: true, message: 'baseUrl must be a URL such as "https://host:port", or a list of them' })
  baseUrls: string[] = [];

  @IsString({ message: 'appId is missing: write the AppId that Emay gave you, as a string' })
  @IsNotEmpty({ message: 'appId is empty: write the AppId that Emay gave you' })
  @MaxLength(128)
  appId: string;

  @IsString({ message: 'secretKey is missing: write the secretKey that Emay gave you, as a string' })
  @IsNotEmpty({ message: 'secretKey is empty: write the secretKey that Emay gave you' })
  @MaxLength(256)
  secretKey: string;

  @ValidateNested()
  @Type(() => HttpSchema)
  http = new HttpSchema();

  @ValidateNested()
  @Type(() => DispatchSchema)
  dispatch = new DispatchSchema();

  @ValidateNested()
  @Type(() => ReportsSchema)
  reports = new ReportsSchema();

  @ValidateNested()
  @Type(() => ProtocolSchema)
  protocol = new ProtocolSchema();
}
