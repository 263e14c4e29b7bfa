import type { ImsMessage } from 'nestjs-emay-ims';

/** What callers see of a message: all but how it is worked on inside. */
export type MessageView = Omit<ImsMessage, 'attempt' | 'dueAt' | 'rawAnswer'>;

export function toView({ attempt: _attempt, dueAt: _dueAt, rawAnswer: _rawAnswer, ...view }: ImsMessage): MessageView {
  return view;
}

/** What a call with many messages answers. */
export interface StoredMessages {
  count: number;
  messages: Pick<ImsMessage, 'customImsId' | 'mobile' | 'state'>[];
}

export function toStored(messages: readonly ImsMessage[]): StoredMessages {
  return {
    count: messages.length,
    messages: messages.map(({ customImsId, mobile, state }) => ({ customImsId, mobile, state })),
  };
}
