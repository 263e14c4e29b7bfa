import { STATUS_CODES } from 'node:http';
import { Catch, HttpException, HttpStatus, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { errorCode } from '../config/error-code.js';
import { framesOf } from '../config/stack-frames.js';

const MEDIA_TYPE = 'application/problem+json';

/**
 * Answers whatever is no error of the module in the same shape, a problem document (RFC 9457): unknown paths, wrong methods,
 * unreadable bodies. Of what nobody thought of, the caller is told nothing, and the log its code and where it happened.
 */
@Catch()
export class HttpProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(HttpProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    if (response.headersSent) {
      response.end();
      return;
    }
    const exception = error instanceof HttpException ? error : this.unexpected(error);
    const status = exception.getStatus();
    const given = exception.getResponse();
    if (typeof given === 'object' && !('statusCode' in given)) {
      response.status(status).json(given); // A document of its own, as Terminus gives.
      return;
    }
    const problem = { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail: exception.message };
    response.status(status).type(MEDIA_TYPE).send(JSON.stringify(problem));
  }

  private unexpected(error: unknown): HttpException {
    this.logger.error(`A request failed (${errorCode(error)}).\n${framesOf(error)}`);
    return new HttpException('The service failed on this request: it is in its log.', HttpStatus.INTERNAL_SERVER_ERROR);
  }
}
