import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { IMS_MESSAGE_STATES, type ImsMessageState } from '../messages/message-state.js';
import { IsImsTime, IsStoredMobile } from './decorators.js';

export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 1_000;

/** Which messages to find; everything is optional. */
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
  state?: ImsMessageState | ImsMessageState[] | undefined;

  /** International number, in any writing; also one that could not be sent to today. */
  @IsOptional()
  @IsStoredMobile()
  mobile?: string | undefined;

  /** Stored at or after. */
  @IsOptional()
  @IsImsTime()
  createdFrom?: Date | undefined;

  /** Stored before. */
  @IsOptional()
  @IsImsTime()
  createdBefore?: Date | undefined;

  /** Messages in a page, 1 to 1,000. Default 50. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE_SIZE)
  limit?: number | undefined;

  /** `nextCursor` of the page before. */
  @IsOptional()
  @IsString()
  @MaxLength(128)
  cursor?: string | undefined;
}
