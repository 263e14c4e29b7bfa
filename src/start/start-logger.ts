import { ConsoleLogger } from '@nestjs/common';

/** Where Nest prints, with its stack, what it throws to us as well. */
const TOLD_TWICE = new Set(['ExceptionHandler', 'NestApplication']);

/** Leaves out what the service itself says in its last line when it cannot start: the sentence must not drown in stacks. */
export class StartLogger extends ConsoleLogger {
  override error(message: unknown, ...rest: unknown[]): void {
    if (TOLD_TWICE.has(String(rest.at(-1)))) return;
    super.error(message, ...(rest as string[]));
  }
}
