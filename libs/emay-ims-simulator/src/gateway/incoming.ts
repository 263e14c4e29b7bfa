import type { CallName } from '../wire/call-name.js';
import { readRequestBody, type RequestBody } from '../wire/request-body.js';
import { openSealed, type SealedForm } from '../wire/sealed-request.js';
import type { Transport } from '../wire/transport.js';

/** A request as the gateway could read it. */
export interface Incoming {
  readonly call: CallName;
  readonly transport: Transport;
  /** Empty where none is named. */
  readonly appId: string;
  readonly body: RequestBody | undefined;
  /** Of an encrypted request: its text could be had, whatever it says. */
  readonly isDeciphered: boolean;
}

/** The account is named in the body, as is all else; `content` is `undefined` when it could not be read. */
export function readPlain(call: CallName, content: Buffer | undefined): Incoming {
  const body = content && readRequestBody(call, content.toString('utf8'));
  return { call, transport: 'plain', appId: body?.appId ?? '', body, isDeciphered: true };
}

interface Sealed {
  readonly appId: string;
  /** Of the account, if there is one. */
  readonly secretKey: string | undefined;
  readonly form: SealedForm;
}

/** The account is named in the header `appId`, and its key opens the body. */
export function readSealed(call: CallName, content: Buffer | undefined, { appId, secretKey, form }: Sealed): Incoming {
  const text = content && secretKey !== undefined ? openSealed(content, secretKey, form) : undefined;
  return {
    call,
    transport: 'secure',
    appId,
    body: text === undefined ? undefined : readRequestBody(call, text),
    // Without a body or with a charset that there is not, the key is not to blame.
    isDeciphered: text !== undefined || !content || content.length === 0 || form.charset === undefined,
  };
}
