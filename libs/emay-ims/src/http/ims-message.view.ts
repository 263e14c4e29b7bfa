import type { Page } from '../dto/call-options.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import { IMS_MESSAGE_STATES, type ImsMessageState } from '../messages/message-state.js';
import { OpenApi, type OpenApiProperty } from '../openapi/openapi-property.js';
import { maskMobile, printableCode } from '../protocol/index.js';

/** What of a message may be shown. */
export interface ImsMessageViewOptions {
  /** Show the whole number. Default `false`: its middle is masked. */
  fullMobile?: boolean | undefined;
  /** Show the text. Default `false`. */
  content?: boolean | undefined;
}

/**
 * A message as it may leave the house, and as OpenAPI documents show it. What the dispatcher works with (`attempt`, `dueAt`) and
 * what the gateway answered (`rawAnswer`) stay inside; the text and the middle of the number too, unless they are asked for.
 */
export class ImsMessageView {
  /** Name of the account. */
  @OpenApi({ type: 'string', description: 'Name of the account.' })
  account: string;

  /** The idempotency key: the caller's, or one made by the service. */
  @OpenApi({ type: 'string', description: "The idempotency key: the caller's, or one made by the service." })
  customImsId: string;

  /** The gateway's id, once it is known. */
  @OpenApi({ type: 'string', nullable: true, description: "The gateway's id, once it is known." })
  imsId: string | null;

  /** E.164; its middle may be masked. */
  @OpenApi({ type: 'string', description: 'E.164; its middle may be masked.' })
  mobile: string;

  /** The text, where it is shown. */
  @OpenApi({ required: false, type: 'string', description: 'The text, where it is shown.' })
  content?: string;

  /** Where it stands. */
  @OpenApi({ enum: IMS_MESSAGE_STATES, enumName: 'ImsMessageState', description: 'Where it stands.' })
  state: ImsMessageState;

  /** The gateway's answer code, or why there is none. */
  @OpenApi({ type: 'string', nullable: true, description: "The gateway's answer code, or why there is none." })
  code: string | null;

  /** 0 to 9; higher goes first. */
  @OpenApi({ type: 'integer', description: '0 to 9; higher goes first.' })
  priority: number;

  /** Not before. */
  @OpenApi(time('Not before.'))
  sendAt: Date | null;

  /** Not after. */
  @OpenApi(time('Not after.'))
  expiresAt: Date | null;

  /** How often it has been submitted. More than once only where the earlier attempts provably did not arrive. */
  @OpenApi({
    type: 'integer',
    description:
      'How often it has been submitted. More than once only where the earlier attempts provably did not arrive.',
  })
  attempts: number;

  /** The state in its delivery report, such as `DELIVRD`. */
  @OpenApi({ type: 'string', nullable: true, description: 'The state in its delivery report, such as `DELIVRD`.' })
  reportState: string | null;

  /** What the gateway says of that state, in Chinese. */
  @OpenApi({ type: 'string', nullable: true, description: 'What the gateway says of that state, in Chinese.' })
  reportDescription: string | null;

  /** When the gateway handed it to the carrier, by its clock. */
  @OpenApi(time('When the gateway handed it to the carrier, by its clock.'))
  gatewaySubmitTime: Date | null;

  /** When the gateway got the carrier's report, by its clock. */
  @OpenApi(time("When the gateway got the carrier's report, by its clock."))
  gatewayReceiveTime: Date | null;

  /** When it was stored. */
  @OpenApi({ type: 'string', format: 'date-time', description: 'When it was stored.' })
  createdAt: Date;

  /** When it was submitted to the gateway. */
  @OpenApi(time('When it was submitted to the gateway.'))
  submittedAt: Date | null;

  /** When the gateway was known to have accepted it. */
  @OpenApi(time('When the gateway was known to have accepted it.'))
  acceptedAt: Date | null;

  /** When it reached a final state. */
  @OpenApi(time('When it reached a final state.'))
  finalAt: Date | null;

  /** The view of a message. Each field is named here: one that comes to `ImsMessage` later is not shown by itself. */
  static of(message: ImsMessage, { fullMobile = false, content = false }: ImsMessageViewOptions = {}): ImsMessageView {
    return Object.assign(new ImsMessageView(), {
      account: message.account,
      customImsId: message.customImsId,
      imsId: message.imsId,
      mobile: fullMobile ? message.mobile : maskMobile(message.mobile),
      ...(content && { content: message.content }),
      state: message.state,
      code: message.code && printableCode(message.code),
      priority: message.priority,
      sendAt: message.sendAt,
      expiresAt: message.expiresAt,
      attempts: message.attempts,
      reportState: message.reportState,
      reportDescription: message.reportDescription,
      gatewaySubmitTime: message.gatewaySubmitTime,
      gatewayReceiveTime: message.gatewayReceiveTime,
      createdAt: message.createdAt,
      submittedAt: message.submittedAt,
      acceptedAt: message.acceptedAt,
      finalAt: message.finalAt,
    });
  }
}

/** A page of views, newest first. */
export class ImsMessageViewPage implements Page<ImsMessageView> {
  /** The messages of the page. */
  @OpenApi({ type: () => [ImsMessageView], description: 'The messages of the page.' })
  items: ImsMessageView[];

  /** Give it as `cursor` to get the next page; `null` on the last. */
  @OpenApi({
    type: 'string',
    nullable: true,
    description: 'Give it as `cursor` to get the next page; `null` on the last.',
  })
  nextCursor: string | null;

  /** The view of what `find` returns. */
  static of({ items, nextCursor }: Page<ImsMessage>, options?: ImsMessageViewOptions): ImsMessageViewPage {
    return Object.assign(new ImsMessageViewPage(), {
      items: items.map((message) => ImsMessageView.of(message, options)),
      nextCursor,
    });
  }
}

function time(description: string): OpenApiProperty {
  return { type: 'string', format: 'date-time', nullable: true, description };
}
