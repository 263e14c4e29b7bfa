import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { EmayImsHealthIndicator } from 'nestjs-emay-ims/terminus';
import { Public } from '../http/api-key.guard.js';

/** For whoever restarts (`live`) and whoever routes traffic (`ready`). */
@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly ims: EmayImsHealthIndicator,
  ) {}

  /** The process answers, no more: whatever else may be wrong, a restart would not mend it. */
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Ready to take messages: the database answers and takes writes. A gateway that is away is no reason to refuse what can be queued. */
  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.ims.check('emay-ims')]);
  }
}
