import { ConsoleLogger, Logger, type LoggerService } from '@nestjs/common';
import { inspect } from 'node:util';

/** What a line is about, for machines. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * A sentence with its fields as the host's logger takes them: printed once, and kept apart where it keeps them. No way of calling
 * does that everywhere.
 *
 * - Nest 12 takes the fields behind the sentence; so does whoever is not known here.
 * - The `ConsoleLogger` of Nest 11 prints each argument as a line of its own; so does a plain `Logger`, by one that it makes.
 * - `nestjs-pino` takes the fields before the sentence, as pino does, and drops what comes behind.
 * - `nest-winston` takes them together, and would take a second argument for the context.
 */
export function logArguments(sentence: string, fields: LogFields): [unknown, ...unknown[]] {
  const logger = HostLogger.current();
  if (logger instanceof ConsoleLogger || isNestsOwn(logger))
    return takesFields(logger) ? [sentence, fields] : [new LogLine(sentence, fields)];
  if (isPino(logger)) return [{ ...fields }, sentence];
  return isWinston(logger) ? [{ ...fields, message: sentence }] : [sentence, fields];
}

/** One argument for a logger that prints each of them: one line of text, or one object of JSON. */
class LogLine {
  constructor(
    private readonly sentence: string,
    private readonly fields: LogFields,
  ) {}

  toString(): string {
    return `${this.sentence} ${inspect(this.fields, { breakLength: Infinity })}`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  toJSON(): object {
    return { message: this.sentence, ...this.fields };
  }
}

/** A plain `Logger` given as the logger of the application: it prints by a `ConsoleLogger`. */
function isNestsOwn(logger: LoggerService | undefined): logger is Logger {
  return logger instanceof Logger && logger.constructor === Logger;
}

class HostLogger extends Logger {
  static current(): LoggerService | undefined {
    return Logger.staticInstanceRef;
  }
}

/** Counts what a `ConsoleLogger` would print as messages. */
class Probe extends ConsoleLogger {
  messages = 0;

  protected override printMessages(messages: unknown[]): void {
    this.messages = messages.length;
  }
}

let isTaking: boolean | null = null;

/** Whether the `ConsoleLogger` of this Nest knows fields, and has not been told to forget it. */
function takesFields(logger: ConsoleLogger | Logger): boolean {
  const { options } = logger as unknown as { options?: { structuredParams?: boolean } };
  if (options?.structuredParams === false) return false;
  if (isTaking === null) {
    const probe = new Probe('', { logLevels: ['log'] });
    probe.log('', { field: true }, '');
    isTaking = probe.messages === 1;
  }
  return isTaking;
}

/**
 * `Logger` of `nestjs-pino`: by the `PinoLogger` that it writes to, which a host's own logger may have in such a field too, and by the parts
 * of its own.
 */
function isPino(logger: LoggerService | undefined): boolean {
  const { logger: inner, contextName, call } = (logger ?? {}) as PinoShape;
  return (
    typeof contextName === 'string' &&
    typeof call === 'function' &&
    typeof inner?.assign === 'function' &&
    typeof inner.setContext === 'function' &&
    typeof inner.info === 'function'
  );
}

interface PinoShape {
  logger?: Partial<Record<string, unknown>>;
  contextName?: unknown;
  call?: unknown;
}

/** `WinstonLogger` of `nest-winston`. */
function isWinston(logger: LoggerService | undefined): boolean {
  return typeof (logger as { getWinstonLogger?: unknown } | undefined)?.getWinstonLogger === 'function';
}
