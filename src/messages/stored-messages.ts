import { ApiProperty } from '@nestjs/swagger';
import { IMS_MESSAGE_STATES, type ImsMessage, type ImsMessageState } from 'nestjs-emay-ims';

/** One message of a call with many. */
export class StoredMessage {
  @ApiProperty()
  customImsId: string;

  @ApiProperty({ description: 'E.164.' })
  mobile: string;

  @ApiProperty({ enum: IMS_MESSAGE_STATES, enumName: 'ImsMessageState' })
  state: ImsMessageState;
}

/** What a call with many messages answers. */
export class StoredMessages {
  @ApiProperty({ type: 'integer' })
  count: number;

  @ApiProperty({ type: [StoredMessage], description: 'In the order of the call.' })
  messages: StoredMessage[];

  static of(messages: readonly ImsMessage[]): StoredMessages {
    return {
      count: messages.length,
      messages: messages.map(({ customImsId, mobile, state }) => ({ customImsId, mobile, state })),
    };
  }
}
