import { ApiProperty } from '@nestjs/swagger';
import type { ReportPullResult } from 'nestjs-emay-ims';

const count = (description: string) => ApiProperty({ type: 'integer', description });

/** What `POST /api/reports/pull` answers. */
export class ReportPull implements ReportPullResult {
  @count('Answers received, the last and empty one included.')
  pages: number;

  @count('Reports in them.')
  reports: number;

  @count('Messages whose state moved.')
  applied: number;

  @count('Reports that match no message; kept.')
  orphaned: number;

  @count('Reports that could not be read; kept.')
  quarantined: number;

  @count('Reports that contradict a final state.')
  conflicts: number;

  @count('Reports that may be lost, at most.')
  lost: number;

  @ApiProperty({ type: 'string', nullable: true, description: 'Why the pull ended early: a code.' })
  stoppedBy: string | null;
}
