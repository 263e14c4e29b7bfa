import { ApiProperty } from '@nestjs/swagger';
import type { ImsAccountStatus } from 'nestjs-emay-ims';

const count = (description: string) => ApiProperty({ type: 'integer', description });
const duration = (description: string) => ApiProperty({ type: 'integer', nullable: true, description });
const text = (description: string) => ApiProperty({ type: 'string', nullable: true, description });
const time = (description: string) => ApiProperty({ type: 'string', format: 'date-time', nullable: true, description });

/** What `GET /api/status` answers. */
export class AccountStatus implements ImsAccountStatus {
  @ApiProperty({ description: 'Name of the account.' })
  account: string;

  @text('Why this instance submits nothing just now: a code; null: it does.')
  circuitOpenFor: string | null;

  @time('Since when the oldest message that is ready waits.')
  oldestDueAt: Date | null;

  @duration('For how long it has waited, in ms.')
  oldestDueForMs: number | null;

  @ApiProperty({ description: 'Whether this instance sends what is queued.' })
  dispatches: boolean;

  @ApiProperty({ description: 'Whether this instance is told at once of messages that others store.' })
  listens: boolean;

  @ApiProperty({ enum: ['pull', 'push', 'both'], description: 'How delivery reports come.' })
  reportSource: ImsAccountStatus['reportSource'];

  @ApiProperty({ description: 'Whether this instance polls for delivery reports.' })
  polls: boolean;

  @duration('How often it does, in ms; null: by cron, or not at all.')
  pollEveryMs: number | null;

  @time("When a poll of this instance last got to the end of the gateway's queue.")
  lastGoodPullAt: Date | null;

  @duration('How long ago that was, in ms.')
  lastGoodPullForMs: number | null;

  @ApiProperty({ enum: ['this-instance', 'another-instance', 'nobody'], description: 'Who holds the lease to poll.' })
  pollLease: ImsAccountStatus['pollLease'];

  @time('When that lease ends.')
  pollLeaseUntil: Date | null;

  @text("The code with which the gateway refuses this instance's polls, three times or more in a row.")
  reportsBlockedFor: string | null;

  @count('Report batches that could not be applied.')
  setAsidePages: number;

  @count('Report batches that wait in files of this machine for the database.')
  spooledPages: number;

  @text('Why the spool folder cannot be listed, written or made; null: it can.')
  spoolFailure: string | null;

  @ApiProperty({
    type: 'number',
    nullable: true,
    description: 'The share of the reports of the last 24 hours that match no message, 0 to 1; null: none came.',
  })
  orphanedShare: number | null;

  @time('When a report last came.')
  lastReportAt: Date | null;

  @time('When the gateway last pushed reports.')
  lastPushAt: Date | null;

  @time('Since when the oldest accepted message waits for its report.')
  oldestUnreportedAt: Date | null;

  @duration('For how long, in ms.')
  oldestUnreportedForMs: number | null;

  @count('UNCONFIRMED messages: a report decides, or a person.')
  unconfirmed: number;

  @count('Of those, messages that a report says were sent, though not from this database.')
  reportedUnsent: number;

  @count('Polls whose answer did not come whole: the reports in it are gone.')
  possibleLosses: number;

  @count('How many reports those may have held, at most.')
  lostReportsAtMost: number;

  @count('Report batches that could not be read; kept.')
  unreadablePages: number;

  @count('Reports that match no message.')
  orphanedReports: number;

  @count('Reports that could not be read.')
  quarantinedReports: number;

  @count('Events that wait for their durable handler.')
  pendingEvents: number;

  @count('Events that their durable handler has given up on.')
  failedEvents: number;
}
