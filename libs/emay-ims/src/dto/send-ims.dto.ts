import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsAfter, IsCustomImsId, IsImsContent, IsImsMobile, IsImsTime } from './decorators.js';

export const MIN_PRIORITY = 0;
export const MAX_PRIORITY = 9;

/** When and how urgently to send. */
export class ImsSchedulingDto {
  /** 0 (default) to 9; higher goes first. */
  @IsOptional()
  @IsInt()
  @Min(MIN_PRIORITY)
  @Max(MAX_PRIORITY)
  priority?: number | undefined;

  /** Not before; an ISO 8601 time with its zone in JSON. Default: at once. Only for queued messages. */
  @IsOptional()
  @IsImsTime()
  sendAt?: Date | undefined;

  /** Not after: what has not been handed over by then becomes EXPIRED. Default: no limit. */
  @IsOptional()
  @IsImsTime()
  @IsAfter('sendAt')
  expiresAt?: Date | undefined;
}

/** One text to one recipient (§2.1.1.2). */
export class SendImsDto extends ImsSchedulingDto {
  /** International number: `+61 422 118 000`, `0061422118000`. */
  @IsImsMobile()
  mobile: string;

  /** The text: not blank, at most 500 UTF-16 units (`protocol.maxContentLength`). */
  @IsImsContent()
  content: string;

  /** Idempotency key, at most 32 printable characters, unique in the account. Default: one of our own making. */
  @IsOptional()
  @IsCustomImsId()
  customImsId?: string | undefined;
}
