import { maskMobile } from '../protocol/index.js';
import type { EmayImsEvent } from './emay-ims-event.js';

const MAX_TEXT_LENGTH = 500;

/** What a log may say about an event. */
export function describeEvent(event: EmayImsEvent): string {
  const about = [
    'customImsId' in event ? event.customImsId : null,
    'mobile' in event && event.mobile !== null ? maskMobile(event.mobile) : null,
    'pullId' in event ? `pull ${event.pullId}` : null,
  ].filter((part) => part !== null);
  return about.length > 0 ? `${event.type} (${about.join(', ')})` : event.type;
}

/** What a log may say about what a listener threw: its kind, and where. Its message is the host's and may quote anything. */
export function describeError(error: unknown): { kind: string; frames: string | undefined } {
  const { name, stack } = partsOf(error);
  const frames = stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return { kind: name ?? typeof error, frames: frames?.join('\n') };
}

/** The host's own words, for its own database: no NUL, no half characters, at most 500. */
export function errorText(error: unknown): string {
  const { name, message } = partsOf(error);
  const text = typeof error === 'string' ? error : `${name ?? typeof error}: ${message ?? 'no message'}`;
  return text.replaceAll('\0', '').slice(0, MAX_TEXT_LENGTH).toWellFormed();
}

/** As far as they are texts: anything can be thrown, also what throws in its turn when it is looked at. */
function partsOf(error: unknown): { name?: string; message?: string; stack?: string } {
  try {
    const { name, message, stack } = Object(error) as Record<string, unknown>;
    return { name: textOrNone(name), message: textOrNone(message), stack: textOrNone(stack) };
  } catch {
    return {};
  }
}

function textOrNone(part: unknown): string | undefined {
  return typeof part === 'string' ? part : undefined;
}
