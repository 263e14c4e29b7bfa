import { Transform, Type } from 'class-transformer';
import { IsArray, IsDate, IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { IMS_MESSAGE_STATES, type ImsMessageState } from '../messages/message-state.js';
import { IsImsMobile } from './decorators.js';

export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 1_000;

/** Which messages to find; everything is optional. */
export class FindImsDto {
  /** One state, or several. */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : value))
  @IsArray()
  @IsIn(IMS_MESSAGE_STATES, { each: true })
  state?: ImsMessageState | ImsMessageState[];

  /** International number, in any writing. */
  @IsOptional()
  @IsImsMobile()
  mobile?: string;

  /** Stored at or after. */
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  createdFrom?: Date;

  /** Stored before. */
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  createdBefore?: Date;

  /** Messages in a page, 1 to 1,000. Default 50. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE_SIZE)
  limit?: number;

  /** `nextCursor` of the page before. */
  @IsOptional()
  @IsString()
  @MaxLength(128)
  cursor?: string;
}
