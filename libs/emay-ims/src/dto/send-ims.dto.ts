import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { MAX_PRIORITY, MIN_PRIORITY } from '../messages/priority.js';
import { OpenApi } from '../openapi/openapi-property.js';
import { IsAfter, IsCustomImsId, IsImsContent, IsImsMobile, IsImsTime } from './decorators.js';
import { InEveryGroup } from './in-every-group.js';
import { CONTENT, CUSTOM_IMS_ID, MOBILE, time } from './openapi-fields.js';

/** When and how urgently to send. */
@InEveryGroup()
export class ImsSchedulingDto {
  /** 0 (default) to 9; higher goes first. */
  @IsOptional()
  @IsInt()
  @Min(MIN_PRIORITY)
  @Max(MAX_PRIORITY)
  @OpenApi({
    required: false,
    type: 'integer',
    minimum: MIN_PRIORITY,
    maximum: MAX_PRIORITY,
    default: MIN_PRIORITY,
    description: '0 (default) to 9; higher goes first.',
  })
  priority?: number | undefined;

  /** Not before; an ISO 8601 time with its zone in JSON. Default: at once. Only for queued messages. */
  @IsOptional()
  @IsImsTime()
  @OpenApi(time('Not before; an ISO 8601 time with its zone in JSON. Default: at once. Only for queued messages.'))
  sendAt?: Date | undefined;

  /** Expiry: a message not submitted by then becomes EXPIRED. Default: no limit. */
  @IsOptional()
  @IsImsTime()
  @IsAfter('sendAt')
  @OpenApi(time('Expiry: a message not submitted by then becomes EXPIRED. Default: no limit.'))
  expiresAt?: Date | undefined;
}

/** One text to one recipient (§2.1.1.2). */
@InEveryGroup()
export class SendImsDto extends ImsSchedulingDto {
  /** International number: `+61 422 118 000`, `0061422118000`. */
  @IsImsMobile()
  @OpenApi(MOBILE)
  mobile: string;

  /** The text: not blank, at most 500 UTF-16 units. */
  @IsImsContent()
  @OpenApi(CONTENT)
  content: string;

  /** Idempotency key: at most 32 printable ASCII characters without spaces, unique in the account. Default: a new one. */
  @IsOptional()
  @IsCustomImsId()
  @OpenApi(CUSTOM_IMS_ID)
  customImsId?: string | undefined;
}
