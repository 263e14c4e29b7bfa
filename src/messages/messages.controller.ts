import {
  Body,
  ConflictException,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  NotFoundException,
  Param,
  Post,
  Query,
} from '@nestjs/common';
import {
  EmayImsService,
  FindImsDto,
  ResolveUnconfirmedDto,
  SendImsBatchDto,
  SendImsDto,
  SendPersonalizedImsDto,
  type ImsAccountStatus,
  type ImsMessageState,
  type ImsResolution,
  type Page,
  type ReportPullResult,
} from 'nestjs-emay-ims';
import { toStored, toView, type MessageView, type StoredMessages } from './message.view.js';

/** Every POST stores first and answers 202: the messages are safe, and sent in the background. */
@Controller('api')
export class MessagesController {
  constructor(private readonly ims: EmayImsService) {}

  @Post('messages')
  @HttpCode(HttpStatus.ACCEPTED)
  async send(@Body() message: SendImsDto): Promise<MessageView | undefined> {
    const [stored] = await this.ims.enqueue([message]);
    return stored && toView(stored);
  }

  @Post('messages/batch')
  @HttpCode(HttpStatus.ACCEPTED)
  async sendBatch(@Body() batch: SendImsBatchDto): Promise<StoredMessages> {
    return toStored(await this.ims.enqueue(this.ims.expandBatch(batch)));
  }

  @Post('messages/personalized')
  @HttpCode(HttpStatus.ACCEPTED)
  async sendPersonalized(@Body() { messages }: SendPersonalizedImsDto): Promise<StoredMessages> {
    return toStored(await this.ims.enqueue(messages));
  }

  @Get('messages')
  async find(@Query() filter: FindImsDto): Promise<Page<MessageView>> {
    const { items, nextCursor } = await this.ims.find(filter);
    return { items: items.map(toView), nextCursor };
  }

  @Get('messages/:customImsId')
  async findOne(@Param('customImsId') customImsId: string): Promise<MessageView> {
    const message = await this.ims.findOne(customImsId);
    if (!message) throw new NotFoundException('There is no message with this customImsId.');
    return toView(message);
  }

  @Delete('messages/:customImsId')
  async cancel(@Param('customImsId') customImsId: string): Promise<MessageView> {
    const isCancelled = await this.ims.cancel(customImsId);
    const message = await this.findOne(customImsId);
    if (!isCancelled && message.state !== 'CANCELLED') {
      throw new ConflictException(`The message is ${message.state}: only a QUEUED one can be withdrawn.`);
    }
    return message;
  }

  /** A person's decision about an UNCONFIRMED message: `{ decision: 'resend' | 'give-up', decidedBy, reason }`. */
  @Post('messages/:customImsId/resolution')
  @HttpCode(HttpStatus.OK)
  async resolve(
    @Param('customImsId') customImsId: string,
    @Body() decision: ResolveUnconfirmedDto,
  ): Promise<MessageView> {
    return toView(await this.ims.resolveUnconfirmed(customImsId, decision));
  }

  @Get('messages/:customImsId/resolutions')
  resolutions(@Param('customImsId') customImsId: string): Promise<ImsResolution[]> {
    return this.ims.resolutions(customImsId);
  }

  /** What waits for somebody to look at it. */
  @Get('status')
  status(): Promise<ImsAccountStatus> {
    return this.ims.status();
  }

  @Get('stats')
  stats(): Promise<Record<ImsMessageState, number>> {
    return this.ims.stats();
  }

  @Post('reports/pull')
  @HttpCode(HttpStatus.OK)
  pullReports(): Promise<ReportPullResult> {
    return this.ims.pullReports();
  }
}
