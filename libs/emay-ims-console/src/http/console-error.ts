import type { ConsoleAction, ConsoleErrorCode } from '../api.js';

/** What else an answer tells about what went wrong. */
interface Facts {
  /** The parameter or property that is wrong. */
  field?: string | undefined;
  /** The right that is missing. */
  right?: ConsoleAction | undefined;
  /** When to ask again. */
  retryAfterSeconds?: number | undefined;
  cause?: unknown;
}

/** A request that is not served, as its caller is told. The message holds nothing that the caller may not see. */
export class ConsoleError extends Error {
  readonly field: string | undefined;
  readonly right: ConsoleAction | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly status: number,
    readonly code: ConsoleErrorCode,
    message: string,
    { field, right, retryAfterSeconds, cause }: Facts = {},
  ) {
    super(message, { cause });
    this.name = 'ConsoleError';
    this.field = field;
    this.right = right;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** A parameter or property that is not as it must be. */
export function invalid(field: string, message: string): ConsoleError {
  return new ConsoleError(400, 'INVALID', `${field}: ${message}`, { field });
}

export function notFound(what: string): ConsoleError {
  return new ConsoleError(404, 'NOT_FOUND', `There is no such ${what}.`);
}
