import { Logger } from '@nestjs/common';
import { logArguments, type LogFields } from './log-line.js';

type Level = 'debug' | 'log' | 'warn' | 'error';

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

  debug(message: string, fields: LogFields): void {
    this.write('debug', message, fields);
  }

  log(message: string, fields: LogFields): void {
    this.write('log', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.write('warn', message, fields);
  }

  /** @param about the fields, or the frames of a failure */
  error(message: string, about: LogFields | string | undefined): void {
    this.write('error', message, about);
  }

  private write(level: Level, message: string, about: LogFields | string | undefined): void {
    try {
      if (typeof about === 'object') this.logger[level](...logArguments(message, about));
      else if (about === undefined) this.logger[level](message);
      else this.logger[level](message, about);
    } catch {
      // There is nobody left to tell: the one who is told has failed.
    }
  }
}
