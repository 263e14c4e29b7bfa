import { IsIn, IsInt, IsNotEmpty, IsOptional, IsString, MaxLength, Min } from 'class-validator';
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
  decision: ResolutionDecision;

  /** Who decides: a name or address, kept for good. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_DECIDED_BY_LENGTH)
  decidedBy: string;

  /** Why; kept for good. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_REASON_LENGTH)
  reason: string;

  /**
   * `attempts` of the message as it was looked at: the decision counts only where it has not been handed over again since,
   * and is a conflict otherwise. Default: it counts for whatever the message is in doubt about.
   */
  @IsOptional()
  @IsInt()
  @Min(0)
  attempts?: number;
}
