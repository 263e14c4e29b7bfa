import { Logger } from '@nestjs/common';

const logger = new Logger('EmayImsConsole');

/** A sentence without numbers and texts of anybody's: of an error, its name, its code and where it was thrown, not its message. */
export function logFailure(what: string, error: unknown): void {
  const { name, code, stack } = Object(error) as { name?: unknown; code?: unknown; stack?: unknown };
  const kind = [name, code].filter((part) => typeof part === 'string' && /^[\w.-]{1,64}$/.test(part)).join(' ');
  const frames = typeof stack === 'string' ? stack.split('\n').filter((line) => /^\s+at /.test(line)) : [];
  write(() => logger.error(`${what}${kind === '' ? '' : ` (${kind})`}`, frames.join('\n') || undefined));
}

export function logWarning(sentence: string): void {
  write(() => logger.warn(sentence));
}

/** A logger that throws loses its line, and nothing else. */
function write(line: () => void): void {
  try {
    line();
  } catch {
    // There is nobody left to tell.
  }
}
