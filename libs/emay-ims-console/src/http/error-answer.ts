import {
  EmayImsClosedError,
  EmayImsConflictError,
  EmayImsError,
  EmayImsNotReadyError,
  EmayImsQueuedError,
  EmayImsRejectedError,
  EmayImsStoreError,
  EmayImsUnconfirmedError,
  EmayImsUnsentError,
  EmayImsValidationError,
} from 'nestjs-emay-ims';
import { EmayImsActionConflictError } from 'nestjs-emay-ims/operations';
import { ConsoleError } from './console-error.js';

/** What an error means to the page. Errors of the module hold nothing secret; of any other, only that there was one is told. */
export function answerTo(error: unknown): ConsoleError {
  if (error instanceof ConsoleError) return error;
  if (!(error instanceof EmayImsError)) {
    return new ConsoleError(500, 'INTERNAL', 'The console failed. The log of the service tells more.', {
      cause: error,
    });
  }
  const { message } = error;
  if (error instanceof EmayImsValidationError) {
    return new ConsoleError(400, 'INVALID', message, { field: error.violations[0]?.property });
  }
  if (error instanceof EmayImsConflictError || error instanceof EmayImsActionConflictError)
    return new ConsoleError(409, 'CONFLICT', message);
  if (error instanceof EmayImsRejectedError) return new ConsoleError(409, 'REJECTED', message);
  if (error instanceof EmayImsUnconfirmedError) return new ConsoleError(409, 'UNCONFIRMED', message);
  if (error instanceof EmayImsUnsentError || error instanceof EmayImsQueuedError) {
    return new ConsoleError(503, 'UNSENT', message);
  }
  if (error instanceof EmayImsStoreError) return new ConsoleError(503, 'STORE', message, { cause: error });
  if (error instanceof EmayImsNotReadyError) return new ConsoleError(503, 'NOT_READY', message);
  if (error instanceof EmayImsClosedError) return new ConsoleError(503, 'CLOSING', message);
  return new ConsoleError(500, 'INTERNAL', 'The console failed. The log of the service tells more.', { cause: error });
}
