import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { IMS_MESSAGE_STATES, type ImsMessageState } from '../messages/message-state.js';
import { OpenApi } from '../openapi/openapi-property.js';
import { IsCustomImsId, IsImsTime, IsStoredMobile } from './decorators.js';
import { InEveryGroup } from './in-every-group.js';
import { CUSTOM_IMS_ID, time } from './openapi-fields.js';

export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 1_000;
export const MAX_CODE_LENGTH = 64;
const MAX_CURSOR_LENGTH = 128;

/** Which messages to find; everything is optional. */
@InEveryGroup()
export class FindImsDto {
  /** One state, or several. */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.split(',', IMS_MESSAGE_STATES.length + 1) : value,
  )
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(IMS_MESSAGE_STATES.length)
  @IsIn(IMS_MESSAGE_STATES, { each: true })
  @OpenApi({
    required: false,
    enum: IMS_MESSAGE_STATES,
    enumName: 'ImsMessageState',
    isArray: true,
    minItems: 1,
    maxItems: IMS_MESSAGE_STATES.length,
    description: 'One state, or several.',
  })
  state?: ImsMessageState | ImsMessageState[] | undefined;

  /** International number, in any writing; also one that could not be sent to today. */
  @IsOptional()
  @IsStoredMobile()
  @OpenApi({
    required: false,
    type: 'string',
    description: 'International number, in any writing; also one that could not be sent to today.',
  })
  mobile?: string | undefined;

  /** Why it stands where it stands: the gateway's answer code, or `ECONNRESET`, `TIMEOUT` and the like. */
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_CODE_LENGTH)
  @OpenApi({
    required: false,
    type: 'string',
    minLength: 1,
    maxLength: MAX_CODE_LENGTH,
    description: "Why it stands where it stands: the gateway's answer code, or `ECONNRESET`, `TIMEOUT` and the like.",
  })
  code?: string | undefined;

  /** What the `customImsId` begins with, letter by letter: those of a campaign, of an order. */
  @IsOptional()
  @IsCustomImsId()
  @OpenApi({
    ...CUSTOM_IMS_ID,
    description: 'What the `customImsId` begins with, letter by letter: those of a campaign, of an order.',
  })
  customImsIdPrefix?: string | undefined;

  /** Stored at or after. */
  @IsOptional()
  @IsImsTime()
  @OpenApi(time('Stored at or after.'))
  createdFrom?: Date | undefined;

  /** Stored before. */
  @IsOptional()
  @IsImsTime()
  @OpenApi(time('Stored before.'))
  createdBefore?: Date | undefined;

  /** Messages in a page, 1 to 1,000. Default 50. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE_SIZE)
  @OpenApi({
    required: false,
    type: 'integer',
    minimum: 1,
    maximum: MAX_PAGE_SIZE,
    default: DEFAULT_PAGE_SIZE,
    description: 'Messages in a page, 1 to 1,000. Default 50.',
  })
  limit?: number | undefined;

  /** `nextCursor` of the page before. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_CURSOR_LENGTH)
  @OpenApi({
    required: false,
    type: 'string',
    maxLength: MAX_CURSOR_LENGTH,
    description: '`nextCursor` of the page before.',
  })
  cursor?: string | undefined;
}
