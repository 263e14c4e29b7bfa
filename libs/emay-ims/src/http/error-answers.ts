import { HttpStatus } from '@nestjs/common';
import type { EmayImsError } from '../errors/emay-ims.error.js';
import {
  EmayImsClosedError,
  EmayImsConflictError,
  EmayImsNotReadyError,
  EmayImsOptionsError,
  EmayImsQueuedError,
  EmayImsRejectedError,
  EmayImsStoreError,
  EmayImsUnconfirmedError,
  EmayImsUnsentError,
  EmayImsValidationError,
} from '../errors/emay-ims-errors.js';

/** What an error means to a caller over HTTP. Written for the caller: what only the operators of the service can repair is logged. */
export interface ErrorAnswer {
  status: HttpStatus;
  /** The end of the problem's type. */
  kind: string;
  title: string;
  detail: string;
}

const { ACCEPTED, BAD_REQUEST, CONFLICT, FAILED_DEPENDENCY, INTERNAL_SERVER_ERROR, SERVICE_UNAVAILABLE } = HttpStatus;

type ErrorClass<Failure extends EmayImsError> = abstract new (...args: never[]) => Failure;
type Decision = readonly [ErrorClass<EmayImsError>, (error: EmayImsError) => ErrorAnswer];

function on<Failure extends EmayImsError>(
  type: ErrorClass<Failure>,
  answer: (error: Failure) => ErrorAnswer,
): Decision {
  return [type, answer as (error: EmayImsError) => ErrorAnswer];
}

/**
 * A decision for each class.
 *
 * - 503 only where making the request again is safe: proxies, meshes and clients do so by themselves.
 * - In doubt whether the gateway has the message: 202, as it is stored, and its report will tell.
 * - In doubt whether it is stored: 424. Neither 2xx, as it may be lost, nor 5xx, as a repetition makes new ids, and a second SMS.
 */
const DECISIONS: readonly Decision[] = [
  on(EmayImsValidationError, () => ({
    status: BAD_REQUEST,
    kind: 'validation',
    title: 'The input is not acceptable',
    detail: 'Nothing was stored and nothing was sent: correct what `violations` lists.',
  })),
  on(EmayImsConflictError, ({ message }) => conflict(message)),
  on(EmayImsRejectedError, ({ code, retryable }) =>
    retryable
      ? {
          status: SERVICE_UNAVAILABLE,
          kind: 'account-refused',
          title: 'The gateway takes no messages from this service at present',
          detail: 'The message was not sent. Make the request again later, with the same customImsId.',
        }
      : {
          status: HttpStatus.UNPROCESSABLE_ENTITY,
          kind: 'rejected',
          title: 'The gateway refused the message',
          detail: `It answered ${code}. The message was not sent and will not be: send a corrected one, with a new customImsId.`,
        },
  ),
  on(EmayImsUnsentError, ({ reason, message }) =>
    reason === 'PAST_EXPIRY'
      ? conflict(message)
      : {
          status: SERVICE_UNAVAILABLE,
          kind: 'unsent',
          title: 'The message was not sent',
          detail: 'No byte of it reached the gateway. Make the request again, with the same customImsId.',
        },
  ),
  on(EmayImsQueuedError, () => ({
    status: ACCEPTED,
    kind: 'queued',
    title: 'The message waits in the queue',
    detail:
      'It could not be sent now. It is sent in the background, unless it expires first. Do not send it under another ' +
      'customImsId.',
  })),
  on(EmayImsUnconfirmedError, () => ({
    status: ACCEPTED,
    kind: 'unconfirmed',
    title: 'The message may or may not have been sent',
    detail: 'Do not send it again: its delivery report will tell. Look it up by its customImsId.',
  })),
  on(EmayImsStoreError, ({ mayBeStored, retryable }) =>
    mayBeStored && !retryable
      ? mayBeStoredAnswer(
          'The database did not say whether it has stored the messages. Look them up by `customImsIds`, or make the ' +
            'request again with these ids: that is safe, without them it is not.',
        )
      : {
          status: SERVICE_UNAVAILABLE,
          kind: 'store',
          title: 'The database cannot be used at present',
          detail: 'Make the request again later; where it sends or stores messages, with the same customImsIds.',
        },
  ),
  on(EmayImsNotReadyError, () => ({
    status: SERVICE_UNAVAILABLE,
    kind: 'not-ready',
    title: 'The service is starting',
    detail: 'Nothing was stored and nothing was sent: make the request again.',
  })),
  on(EmayImsClosedError, ({ retryable }) =>
    retryable
      ? {
          status: SERVICE_UNAVAILABLE,
          kind: 'closed',
          title: 'The account is closed',
          detail: 'Nothing was stored and nothing was sent: make the request again.',
        }
      : mayBeStoredAnswer(
          'The account was closed. A part of the messages is stored: make the request again only if each message ' +
            'has a customImsId.',
        ),
  ),
  on(EmayImsOptionsError, notSetUp),
];

/** Classes that have a decision; a test holds them against all there are. */
export const DECIDED_ERRORS: readonly ErrorClass<EmayImsError>[] = DECISIONS.map(([type]) => type);

export function answerTo(error: EmayImsError): ErrorAnswer {
  const decide = DECISIONS.find(([type]) => error instanceof type)?.[1] ?? notSetUp;
  return decide(error);
}

function conflict(detail: string): ErrorAnswer {
  return { status: CONFLICT, kind: 'conflict', title: 'The message is in the way of this request', detail };
}

function mayBeStoredAnswer(detail: string): ErrorAnswer {
  return { status: FAILED_DEPENDENCY, kind: 'may-be-stored', title: 'The messages may be stored', detail };
}

function notSetUp(): ErrorAnswer {
  return {
    status: INTERNAL_SERVER_ERROR,
    kind: 'options',
    title: 'The service is not set up correctly',
    detail: 'Its log says what to change. Nothing was sent.',
  };
}
