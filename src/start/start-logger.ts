import { ConsoleLogger } from '@nestjs/common';

/** Where Nest prints, with its stack, what it throws to us as well. */
const TOLD_TWICE = new Set(['ExceptionHandler', 'NestApplication']);
/** Where Nest lists each module and route: some thirty lines above the few that say where the service is. */
const LISTINGS = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer']);

/** Leaves out what would drown the lines of the service itself: stacks of what it says in a sentence, lists of its parts. */
export class StartLogger extends ConsoleLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (LISTINGS.has(String(rest.at(-1)))) return;
    super.log(message, ...(rest as string[]));
  }

  override error(message: unknown, ...rest: unknown[]): void {
    if (TOLD_TWICE.has(String(rest.at(-1)))) return;
    super.error(message, ...(rest as string[]));
  }
}
