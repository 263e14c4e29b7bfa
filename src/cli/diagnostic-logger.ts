import { isatty } from 'node:tty';
import { ConsoleLogger, type LogLevel } from '@nestjs/common';

const STDERR = 2;

/** The module's warnings and errors, on stderr: stdout holds the command's answer alone. */
export class DiagnosticLogger extends ConsoleLogger {
  constructor() {
    super({
      logLevels: ['warn', 'error', 'fatal'],
      colors: isatty(STDERR) && process.env.NO_COLOR === undefined,
    });
  }

  protected override printMessages(
    messages: unknown[],
    context?: string,
    logLevel?: LogLevel,
    _stream?: 'stdout' | 'stderr',
    errorStack?: unknown,
  ): void {
    super.printMessages(messages, context, logLevel, 'stderr', errorStack);
  }
}
