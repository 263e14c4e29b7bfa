import { EmayImsError, EmayImsOptionsError, EmayImsValidationError } from 'nestjs-emay-ims';
import { errorCode } from './error-code.js';
import { EXIT_CODE } from './exit-code.js';
import { TableError, UsageError } from './command-errors.js';

/** What a command tells of the error that ended it. */
export interface Failure {
  code: string;
  message: string;
  /** Whether the same command may simply be given again. */
  retryable: boolean;
  exitCode: number;
}

/**
 * Our own errors are told as they are: they carry no secret and say what to do. Of any other, only its code
 * is: a driver's message may quote numbers and texts.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof UsageError) {
    return { code: 'WRONG_USAGE', message: error.message, retryable: false, exitCode: EXIT_CODE.wrongUsage };
  }
  if (error instanceof TableError) {
    return { code: 'UNREADABLE_TABLE', message: error.message, retryable: false, exitCode: EXIT_CODE.failed };
  }
  if (error instanceof EmayImsError) {
    const { code, message, retryable } = error;
    const isUsage = error instanceof EmayImsValidationError || error instanceof EmayImsOptionsError;
    return { code, message, retryable, exitCode: isUsage ? EXIT_CODE.wrongUsage : EXIT_CODE.failed };
  }
  return {
    code: 'UNEXPECTED',
    message: `The command could not go on (${errorCode(error)}). \`doctor\` shows whether database, gateway and disk are in order.`,
    retryable: false,
    exitCode: EXIT_CODE.failed,
  };
}
