import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { ConsoleErrorCode } from '../api.js';
import { requestIdOf, sendError } from '../http/answer.js';
import { ConsoleError } from '../http/console-error.js';
import { logFailure } from '../http/console-log.js';
import { takeOver } from '../http/exchange.js';

const CODES: Readonly<Record<number, ConsoleErrorCode>> = {
  401: 'UNAUTHENTICATED',
  403: 'ACCESS_DENIED',
  404: 'NOT_FOUND',
  429: 'TOO_MANY',
  503: 'ACCESS_UNAVAILABLE',
};

const REQUEST_TIMEOUT = 408;

/** Tells the page in its own form what a guard of the host has refused. Pages themselves keep the host's answer: it may lead to a login. */
@Catch()
export class GuardRefusalsFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const { platformRequest, response } = takeOver(host.getArgByIndex(0), host.getArgByIndex(1));
    const requestId = requestIdOf(platformRequest);
    const status = error instanceof HttpException ? error.getStatus() : 500;
    const code = CODES[status];
    if (code === undefined) logFailure(`A guard or interceptor failed in request ${requestId} to the console`, error);
    const told = code
      ? new ConsoleError(status, code, 'The service refuses the request.')
      : new ConsoleError(isRefusal(status) ? 403 : 503, 'ACCESS_UNAVAILABLE', 'The service failed.');
    sendError(response, told, requestId);
  }
}

/** A time limit that has passed says nothing about who asks. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== REQUEST_TIMEOUT;
}
