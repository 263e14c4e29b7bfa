import {
  Body,
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
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  EmayImsConflictError,
  EmayImsService,
  FindImsDto,
  IMS_MESSAGE_STATES,
  ImsResolution,
  ResolveUnconfirmedDto,
  SendImsBatchDto,
  SendImsDto,
  SendPersonalizedImsDto,
  type ImsMessage,
  type ImsMessageState,
} from 'nestjs-emay-ims';
import { ImsMessageView, ImsMessageViewPage } from 'nestjs-emay-ims/http';
import { ApiHttpProblems, ApiProblems, HTTP_PROBLEMS } from '../openapi/problems.js';
import { AccountStatus } from './account-status.js';
import { ReportPull } from './report-pull.js';
import { StoredMessages } from './stored-messages.js';

/** Who has a key may see everything that callers have given. */
const SHOWN = { fullMobile: true, content: true };

const STORED = 'The messages are stored and will be sent.';
const COUNTS = {
  type: 'object',
  properties: Object.fromEntries(IMS_MESSAGE_STATES.map((state) => [state, { type: 'integer' }])),
  required: [...IMS_MESSAGE_STATES],
};

/** Every POST stores first and answers 202: the messages are safe, and sent in the background. */
@ApiTags('messages')
@ApiHttpProblems(HttpStatus.UNAUTHORIZED, HttpStatus.TOO_MANY_REQUESTS)
@ApiProblems(HttpStatus.SERVICE_UNAVAILABLE)
@Controller('api')
export class MessagesController {
  constructor(private readonly ims: EmayImsService) {}

  @Post('messages')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({ summary: 'Stores one message, to be sent in the background' })
  @ApiAcceptedResponse({ type: ImsMessageView, description: STORED })
  @ApiProblems(HttpStatus.BAD_REQUEST, HttpStatus.CONFLICT, HttpStatus.FAILED_DEPENDENCY)
  @ApiHttpProblems(HttpStatus.PAYLOAD_TOO_LARGE, HttpStatus.UNSUPPORTED_MEDIA_TYPE)
  async send(@Body() message: SendImsDto): Promise<ImsMessageView> {
    const [stored] = await this.ims.enqueue([message]);
    return ImsMessageView.of(stored as ImsMessage, SHOWN);
  }

  @Post('messages/batch')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({ summary: 'Stores the same text to many recipients' })
  @ApiAcceptedResponse({ type: StoredMessages, description: STORED })
  @ApiProblems(HttpStatus.BAD_REQUEST, HttpStatus.CONFLICT, HttpStatus.FAILED_DEPENDENCY)
  @ApiHttpProblems(HttpStatus.PAYLOAD_TOO_LARGE, HttpStatus.UNSUPPORTED_MEDIA_TYPE)
  async sendBatch(@Body() batch: SendImsBatchDto): Promise<StoredMessages> {
    return StoredMessages.of(await this.ims.enqueue(this.ims.expandBatch(batch)));
  }

  @Post('messages/personalized')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({ summary: 'Stores many messages, each with its own text' })
  @ApiAcceptedResponse({ type: StoredMessages, description: STORED })
  @ApiProblems(HttpStatus.BAD_REQUEST, HttpStatus.CONFLICT, HttpStatus.FAILED_DEPENDENCY)
  @ApiHttpProblems(HttpStatus.PAYLOAD_TOO_LARGE, HttpStatus.UNSUPPORTED_MEDIA_TYPE)
  async sendPersonalized(@Body() { messages }: SendPersonalizedImsDto): Promise<StoredMessages> {
    return StoredMessages.of(await this.ims.enqueue(messages));
  }

  @Get('messages')
  @ApiOperation({ summary: 'A page of messages, newest first' })
  @ApiOkResponse({ type: ImsMessageViewPage })
  @ApiProblems(HttpStatus.BAD_REQUEST)
  async find(@Query() filter: FindImsDto): Promise<ImsMessageViewPage> {
    return ImsMessageViewPage.of(await this.ims.find(filter), SHOWN);
  }

  @Get('messages/:customImsId')
  @ApiOperation({ summary: 'One message' })
  @ApiOkResponse({ type: ImsMessageView })
  @ApiHttpProblems(HttpStatus.NOT_FOUND)
  async findOne(@Param('customImsId') customImsId: string): Promise<ImsMessageView> {
    const message = await this.ims.findOne(customImsId);
    if (!message) throw new NotFoundException(HTTP_PROBLEMS[HttpStatus.NOT_FOUND]);
    return ImsMessageView.of(message, SHOWN);
  }

  @Delete('messages/:customImsId')
  @ApiOperation({ summary: 'Withdraws a message that is still queued' })
  @ApiOkResponse({ type: ImsMessageView })
  @ApiHttpProblems(HttpStatus.NOT_FOUND)
  @ApiProblems(HttpStatus.CONFLICT)
  async cancel(@Param('customImsId') customImsId: string): Promise<ImsMessageView> {
    const isCancelled = await this.ims.cancel(customImsId);
    const message = await this.findOne(customImsId);
    if (!isCancelled && message.state !== 'CANCELLED') {
      throw new EmayImsConflictError([customImsId], `is ${message.state}: only a QUEUED one can be withdrawn`);
    }
    return message;
  }

  @Post('messages/:customImsId/resolution')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ summary: "A person's decision about an UNCONFIRMED message" })
  @ApiOkResponse({ type: ImsMessageView })
  @ApiProblems(HttpStatus.BAD_REQUEST, HttpStatus.CONFLICT)
  @ApiHttpProblems(HttpStatus.PAYLOAD_TOO_LARGE, HttpStatus.UNSUPPORTED_MEDIA_TYPE)
  async resolve(
    @Param('customImsId') customImsId: string,
    @Body() decision: ResolveUnconfirmedDto,
  ): Promise<ImsMessageView> {
    return ImsMessageView.of(await this.ims.resolveUnconfirmed(customImsId, decision), SHOWN);
  }

  @Get('messages/:customImsId/resolutions')
  @ApiOperation({ summary: 'Those decisions, oldest first' })
  @ApiOkResponse({ type: [ImsResolution] })
  resolutions(@Param('customImsId') customImsId: string): Promise<ImsResolution[]> {
    return this.ims.resolutions(customImsId);
  }

  @Get('status')
  @ApiOperation({ summary: 'What waits for somebody to look at it' })
  @ApiOkResponse({ type: AccountStatus })
  status(): Promise<AccountStatus> {
    return this.ims.status();
  }

  @Get('stats')
  @ApiOperation({ summary: 'How many messages are in each state' })
  @ApiOkResponse({ schema: COUNTS })
  stats(): Promise<Record<ImsMessageState, number>> {
    return this.ims.stats();
  }

  @Post('reports/pull')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({ summary: 'Fetches delivery reports now' })
  @ApiOkResponse({ type: ReportPull })
  pullReports(): Promise<ReportPull> {
    return this.ims.pullReports();
  }
}
