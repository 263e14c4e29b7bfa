import { Logger } from '@nestjs/common';

/** What a line is about, or the frames of a failure. */
type Fields = Record<string, unknown> | string;

/**
 * The host's logger, as the package writes to it. Whose disk is full or whose socket is gone may throw: that loses its line,
 * and never what the line tells of.
 */
export class GuardedLogger {
  private readonly logger: Logger;

  /** @param context stands with each line, such as `EmayIms:default` */
  constructor(context: string) {
    this.logger = new Logger(context);
  }

  /** The one that all parts of an account write to. */
  static of(account: string): GuardedLogger {
    return new GuardedLogger(`EmayIms:${account}`);
  }

  debug(message: string, fields: Fields): void {
    guarded(() => this.logger.debug(message, fields));
  }

  log(message: string, fields: Fields): void {
    guarded(() => this.logger.log(message, fields));
  }

  warn(message: string, ...fields: Fields[]): void {
    guarded(() => this.logger.warn(message, ...fields));
  }

  error(message: string, fields: Fields | undefined): void {
    guarded(() => this.logger.error(message, fields));
  }
}

function guarded(write: () => void): void {
  try {
    write();
  } catch {
    // There is nobody left to tell: the one who is told has failed.
  }
}
