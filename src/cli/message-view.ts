import type { ImsMessage } from 'nestjs-emay-ims';
import { ImsMessageView } from 'nestjs-emay-ims/http';

/** What a command shows of a message. */
export type ShownMessage = Pick<
  ImsMessage,
  'customImsId' | 'imsId' | 'mobile' | 'state' | 'code' | 'reportState' | 'createdAt' | 'submittedAt' | 'finalAt'
> & { content?: string };

/** Without its text, with the middle of the number masked and its code as it may be printed, unless it is to be revealed. */
export function shown(message: ImsMessage, reveal = false): ShownMessage {
  const { mobile, code } = reveal ? message : ImsMessageView.of(message);
  const { customImsId, imsId, state, reportState, createdAt, submittedAt, finalAt, content } = message;
  return {
    customImsId,
    imsId,
    mobile,
    state,
    code,
    reportState,
    createdAt,
    submittedAt,
    finalAt,
    ...(reveal ? { content } : {}),
  };
}
