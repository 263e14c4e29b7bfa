import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { EmayImsService, FindImsDto, SendImsDto } from 'nestjs-emay-ims';
import { Jobs } from './jobs.js';

@Controller('messages')
export class SmsController {
  constructor(
    private readonly ims: EmayImsService,
    private readonly jobs: Jobs,
  ) {}

  @Post()
  async send(@Body() message: SendImsDto): Promise<string> {
    return (await this.ims.send(message)).state;
  }

  @Get()
  async find(@Query() filter: FindImsDto): Promise<string[]> {
    return (await this.ims.find(filter)).items.map(({ customImsId }) => customImsId);
  }

  @MessagePattern('send')
  async sendForService(@Payload() message: SendImsDto): Promise<{ state: string; early: boolean }> {
    const early = !this.jobs.isInitialised;
    return { state: (await this.ims.send(message)).state, early };
  }

  @MessagePattern('enqueue')
  async enqueueForService(@Payload() message: SendImsDto): Promise<{ state?: string | undefined; early: boolean }> {
    const early = !this.jobs.isInitialised;
    const [queued] = await this.ims.enqueue([message]);
    return { state: queued?.state, early };
  }
}
