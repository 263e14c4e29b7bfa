import { Catch, HttpStatus, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import {
  EmayImsClosedError,
  EmayImsConflictError,
  EmayImsError,
  EmayImsRejectedError,
  EmayImsStoreError,
  EmayImsValidationError,
} from 'nestjs-emay-ims';
import type { Response } from 'express';

/** Turns the module's errors into answers: their messages carry nothing secret. */
@Catch(EmayImsError)
export class ImsExceptionFilter implements ExceptionFilter<EmayImsError> {
  catch(error: EmayImsError, host: ArgumentsHost): void {
    const statusCode = statusOf(error);
    const { code, message, retryable, customImsIds } = error;
    const violations = error instanceof EmayImsValidationError ? { violations: error.violations } : {};
    host
      .switchToHttp()
      .getResponse<Response>()
      .status(statusCode)
      .json({
        statusCode,
        code,
        message,
        retryable,
        ...(customImsIds.length > 0 ? { customImsIds } : {}),
        ...violations,
      });
  }
}

function statusOf(error: EmayImsError): HttpStatus {
  if (error instanceof EmayImsValidationError) return HttpStatus.BAD_REQUEST;
  if (error instanceof EmayImsConflictError) return HttpStatus.CONFLICT;
  if (error instanceof EmayImsStoreError || error instanceof EmayImsClosedError) return HttpStatus.SERVICE_UNAVAILABLE;
  if (error instanceof EmayImsRejectedError) return HttpStatus.BAD_GATEWAY;
  return HttpStatus.INTERNAL_SERVER_ERROR;
}
