import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { EmayImsService } from 'nestjs-emay-ims';
import { Public } from '../http/api-key.guard.js';

/** For whoever restarts (`live`) and whoever routes traffic (`ready`). */
@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly ims: EmayImsService) {}

  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Ready to take messages: the database answers. A gateway that is away is no reason to refuse what can be queued. */
  @Get('ready')
  async ready(): Promise<{ status: 'ok'; database: 'up' }> {
    try {
      await this.ims.findOne('health-check');
    } catch {
      throw new ServiceUnavailableException({ status: 'error', database: 'down' });
    }
    return { status: 'ok', database: 'up' };
  }
}
