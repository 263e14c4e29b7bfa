import { maskMobile } from '../protocol/index.js';
import type { EmayImsEvent } from './emay-ims-event.js';

/** What a log may say about an event. */
export function describeEvent(event: EmayImsEvent): string {
  const about = [
    'customImsId' in event ? event.customImsId : null,
    'mobile' in event && event.mobile !== null ? maskMobile(event.mobile) : null,
    'pullId' in event ? `pull ${event.pullId}` : null,
  ].filter((part) => part !== null);
  return about.length > 0 ? `${event.type} (${about.join(', ')})` : event.type;
}

/** The kind of an error and where it was thrown: its message is the host's and may quote anything. */
export function describeError(error: unknown): { kind: string; frames: string | undefined } {
  if (!(error instanceof Error)) return { kind: typeof error, frames: undefined };
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return { kind: error.name, frames: frames?.join('\n') };
}
