import type { ServerResponse } from 'node:http';
import { Catch, HttpStatus, Optional, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { throwError, type Observable } from 'rxjs';
import { GuardedLogger } from '../diagnostics/guarded-logger.js';
import { EmayImsError } from '../errors/emay-ims.error.js';
import { EmayImsValidationError } from '../errors/emay-ims-errors.js';
import { answerTo } from './error-answers.js';
import type { ImsProblem } from './ims-problem.js';
import { emitException } from './socket-exception.js';

/** How `EmayImsExceptionFilter` answers. */
export interface EmayImsExceptionFilterOptions {
  /** What the `type` of each problem begins with, such as `https://example.com/problems/`. Default: `urn:emay-ims:problem:`. */
  typeBase?: string | undefined;
  /** `Retry-After` of 503, in seconds. Default 10. */
  retryAfterSeconds?: number | undefined;
}

const TYPE_BASE = 'urn:emay-ims:problem:';
const RETRY_AFTER_SECONDS = 10;

/**
 * Answers every `EmayImsError` as a problem document (RFC 9457), on Express and Fastify alike. Other exceptions go on to the host's
 * own filters.
 *
 * - A status that clients and meshes repeat by themselves (503) is given only where that cannot make a second SMS.
 * - The document holds nothing that the caller does not know: no number, no text, nothing of the inside of the service. What the
 *   on-call engineer has to know is logged.
 * - In a microservice it answers the same as an RPC error, on a socket as an `exception`; to GraphQL it throws an error with
 *   `extensions`. Anywhere else it throws the error as it came.
 */
@Catch(EmayImsError)
export class EmayImsExceptionFilter implements ExceptionFilter<EmayImsError> {
  private readonly logger = new GuardedLogger('EmayImsExceptionFilter');

  constructor(@Optional() private readonly options: EmayImsExceptionFilterOptions = {}) {}

  catch(error: EmayImsError, host: ArgumentsHost): Observable<never> | void {
    const problem = this.problemOf(error);
    this.log(error, problem.status);
    const { code, retryable, customImsIds, violations, detail: message } = problem;
    const facts = { code, retryable, ...(customImsIds && { customImsIds }), ...(violations && { violations }) };
    switch (host.getType<string>()) {
      case 'http':
        this.reply(host.getArgByIndex<HttpResponse>(1), problem);
        return;
      case 'rpc':
        return throwError(() => ({ status: 'error', message, ...facts }));
      case 'ws':
        emitException(host.switchToWs().getClient(), { status: 'error', message, ...facts });
        return;
      case 'graphql':
        throw Object.assign(new Error(message, { cause: error }), { extensions: facts });
      default:
        throw error;
    }
  }

  private problemOf(error: EmayImsError): ImsProblem {
    const { status, kind, title, detail } = answerTo(error);
    return {
      type: `${this.options.typeBase ?? TYPE_BASE}${kind}`,
      title,
      status,
      detail,
      code: error.code,
      retryable: status === HttpStatus.SERVICE_UNAVAILABLE,
      ...(error.customImsIds.length > 0 && { customImsIds: error.customImsIds }),
      ...(error instanceof EmayImsValidationError && { violations: [...error.violations] }),
    };
  }

  private reply(response: HttpResponse, problem: ImsProblem): void {
    const raw = response.raw ?? (response as unknown as ServerResponse);
    if (raw.headersSent) {
      raw.end(); // A stream that has begun: what was sent cannot be taken back.
      return;
    }
    response.status(problem.status).header('Content-Type', 'application/problem+json');
    if (problem.retryable) {
      response.header('Retry-After', String(this.options.retryAfterSeconds ?? RETRY_AFTER_SECONDS));
    }
    response.send(JSON.stringify(problem));
  }

  /** Nobody else does: what is caught here never comes to Nest's own handler, and the caller is not told what went wrong inside. */
  private log(error: EmayImsError, status: HttpStatus): void {
    const fields = { code: error.code, status };
    if (status === HttpStatus.INTERNAL_SERVER_ERROR)
      this.logger.error(error.message, { ...fields, stack: error.stack });
    if (status === HttpStatus.SERVICE_UNAVAILABLE || status === HttpStatus.FAILED_DEPENDENCY) {
      this.logger.warn(error.message, fields);
    }
  }
}

/** What the responses of Express and of Fastify have in common. */
interface HttpResponse {
  status(code: number): this;
  header(name: string, value: string): this;
  send(body: string): unknown;
  /** Of Fastify; that of Express is Node's own. */
  readonly raw?: ServerResponse;
}
