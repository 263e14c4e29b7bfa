import { IsIn, IsInt, IsOptional, Min } from 'class-validator';
import { IsImsContent } from '../dto/decorators.js';
import { InEveryGroup } from '../dto/in-every-group.js';
import { CONTENT } from '../dto/openapi-fields.js';
import { OpenApi } from '../openapi/openapi-property.js';
import { RESOLUTION_DECISIONS, type ResolutionDecision } from './ims-resolution.entity.js';

export const MAX_DECIDED_BY_LENGTH = 128;
export const MAX_REASON_LENGTH = 500;

/** A person's decision about an UNCONFIRMED message. */
@InEveryGroup()
export class ResolveUnconfirmedDto {
  /**
   * `resend`: it goes back into the queue and **may reach the recipient twice**. `give-up`: it becomes UNKNOWN. A later
   * report still decides.
   */
  @IsIn(RESOLUTION_DECISIONS)
  @OpenApi({
    enum: RESOLUTION_DECISIONS,
    description:
      '`resend`: it goes back into the queue and **may reach the recipient twice**. `give-up`: it becomes UNKNOWN. A later ' +
      'report still decides.',
  })
  decision: ResolutionDecision;

  /** Who decides: a name or address, kept for good. */
  @IsImsContent(MAX_DECIDED_BY_LENGTH)
  @OpenApi({
    ...CONTENT,
    maxLength: MAX_DECIDED_BY_LENGTH,
    description: 'Who decides: a name or address, kept for good.',
  })
  decidedBy: string;

  /** Why; kept for good. */
  @IsImsContent(MAX_REASON_LENGTH)
  @OpenApi({ ...CONTENT, maxLength: MAX_REASON_LENGTH, description: 'Why; kept for good.' })
  reason: string;

  /**
   * `attempts` of the message as you saw it: a conflict if it was submitted again since. Default: the decision applies to the latest
   * attempt.
   */
  @IsOptional()
  @IsInt()
  @Min(0)
  @OpenApi({
    required: false,
    type: 'integer',
    minimum: 0,
    description:
      '`attempts` of the message as you saw it: a conflict if it was submitted again since. Default: the decision applies to the ' +
      'latest attempt.',
  })
  attempts?: number | undefined;
}
