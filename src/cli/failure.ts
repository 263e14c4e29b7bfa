import { EmayImsError, EmayImsOptionsError, EmayImsValidationError } from 'nestjs-emay-ims';
import { StartError } from '../start/start-error.js';
import { errorCode } from './error-code.js';
import { EXIT_CODE } from './exit-code.js';
import { NoSuchMessageError, NotConfirmedError, OutputError, TableError, UsageError } from './command-errors.js';

/** What a command tells of the error that ended it. */
export interface Failure {
  code: string;
  message: string;
  /** Whether the same command may simply be given again. */
  retryable: boolean;
  exitCode: number;
}

const OWN_ERRORS = [
  [UsageError, 'WRONG_USAGE', EXIT_CODE.wrongUsage],
  [TableError, 'UNREADABLE_TABLE', EXIT_CODE.failed],
  [OutputError, 'CANNOT_WRITE', EXIT_CODE.failed],
  [NoSuchMessageError, 'NO_SUCH_MESSAGE', EXIT_CODE.failed],
  [NotConfirmedError, 'NOT_CONFIRMED', EXIT_CODE.failed],
] as const;

/**
 * Our own errors are told as they are: they carry no secret and say what to do. Of any other, only its code
 * is: a driver's message may quote numbers and texts.
 */
export function failureOf(error: unknown): Failure {
  for (const [type, code, exitCode] of OWN_ERRORS) {
    if (error instanceof type) return { code, message: error.message, retryable: false, exitCode };
  }
  if (error instanceof StartError) {
    const { code, message } = error;
    return { code, message, retryable: false, exitCode: EXIT_CODE.failed };
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
