import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { EmayImsHealthIndicator } from 'nestjs-emay-ims/terminus';
import { Public } from '../http/api-key.guard.js';

const RESULT = {
  type: 'object',
  properties: {
    status: { type: 'string', enum: ['ok', 'degraded', 'error', 'shutting_down'] },
    info: { type: 'object', description: 'What is well.' },
    error: { type: 'object', description: 'What is not.' },
    details: { type: 'object', description: 'Both.' },
  },
  required: ['status', 'details'],
};

/** For whoever restarts (`live`) and whoever routes traffic (`ready`). */
@Public()
@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly ims: EmayImsHealthIndicator,
  ) {}

  /** The process answers, no more: whatever else may be wrong, a restart would not mend it. */
  @Get('live')
  @ApiOperation({ summary: 'The process answers' })
  @ApiOkResponse({ schema: { type: 'object', properties: { status: { type: 'string' } }, required: ['status'] } })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Ready to take messages: the database answers and takes writes. A gateway that is away is no reason to refuse what can be queued. */
  @Get('ready')
  @ApiOperation({ summary: 'It can take messages: the database takes writes' })
  @HealthCheck({ noCache: true, swaggerDocumentation: false })
  @ApiOkResponse({ description: 'It can.', schema: RESULT })
  @ApiServiceUnavailableResponse({ description: 'It cannot.', schema: RESULT })
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.ims.check('emay-ims')]);
  }
}
