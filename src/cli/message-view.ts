import { maskMobile, type ImsMessage } from 'nestjs-emay-ims';

/** What a command shows of a message. */
export type ShownMessage = Pick<
  ImsMessage,
  'customImsId' | 'imsId' | 'mobile' | 'state' | 'code' | 'reportState' | 'createdAt' | 'submittedAt' | 'finalAt'
> & { content?: string };

/** Without its text, and with the middle of the number masked, unless it is to be revealed. */
export function shown(message: ImsMessage, reveal = false): ShownMessage {
  const { customImsId, imsId, mobile, state, code, reportState, createdAt, submittedAt, finalAt, content } = message;
  return {
    customImsId,
    imsId,
    mobile: reveal ? mobile : maskMobile(mobile),
    state,
    code,
    reportState,
    createdAt,
    submittedAt,
    finalAt,
    ...(reveal ? { content } : {}),
  };
}
