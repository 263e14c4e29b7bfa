import { IsIn, IsInt, IsNotEmpty, IsOptional, IsString, MaxLength, Min } from 'class-validator';
import { OpenApi } from '../openapi/openapi-property.js';
import { RESOLUTION_DECISIONS, type ResolutionDecision } from './ims-resolution.entity.js';

export const MAX_DECIDED_BY_LENGTH = 128;
export const MAX_REASON_LENGTH = 500;

/** A person's decision about an UNCONFIRMED message. */
export class ResolveUnconfirmedDto {
  /**
   * `resend`: it goes back into the queue and **may reach the recipient twice**. `give-up`: it becomes UNKNOWN. A report
   * that still comes settles it either way.
   */
  @IsIn(RESOLUTION_DECISIONS)
  @OpenApi({
    enum: RESOLUTION_DECISIONS,
    description:
      '`resend`: it goes back into the queue and **may reach the recipient twice**. `give-up`: it becomes UNKNOWN. A report ' +
      'that still comes settles it either way.',
  })
  decision: ResolutionDecision;

  /** Who decides: a name or address, kept for good. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_DECIDED_BY_LENGTH)
  @OpenApi({
    type: 'string',
    minLength: 1,
    maxLength: MAX_DECIDED_BY_LENGTH,
    description: 'Who decides: a name or address, kept for good.',
  })
  decidedBy: string;

  /** Why; kept for good. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_REASON_LENGTH)
  @OpenApi({ type: 'string', minLength: 1, maxLength: MAX_REASON_LENGTH, description: 'Why; kept for good.' })
  reason: string;

  /**
   * `attempts` of the message as it was looked at: the decision counts only where it has not been handed over again since,
   * and is a conflict otherwise. Default: it counts for whatever the message is in doubt about.
   */
  @IsOptional()
  @IsInt()
  @Min(0)
  @OpenApi({
    required: false,
    type: 'integer',
    minimum: 0,
    description:
      '`attempts` of the message as it was looked at: the decision counts only where it has not been handed over again since, ' +
      'and is a conflict otherwise. Default: it counts for whatever the message is in doubt about.',
  })
  attempts?: number;
}
