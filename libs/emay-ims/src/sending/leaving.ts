import type { ClaimedMessage } from '../messages/attempt.js';
import type { NewMessage } from '../messages/new-message.js';

/** A message that is sent without having been claimed; `now` by the database's clock, read when its attempt had begun. */
export function leavingAt(now: Date, message: NewMessage): ClaimedMessage {
  const { customImsId, mobile, content, expiresAt } = message;
  return {
    ...{ customImsId, mobile, content },
    expiresInMs: expiresAt === null ? undefined : expiresAt.getTime() - now.getTime(),
  };
}

/** What keeps a message from being sent at this moment, by the database's clock. */
export function problemWithNow(
  { sendAt, expiresAt }: NewMessage,
  now: Date,
): { property: string; message: string } | null {
  if (sendAt !== null && sendAt > now) {
    return { property: 'sendAt', message: 'must not lie in the future: send sends now; enqueue the message instead' };
  }
  if (expiresAt !== null && expiresAt <= now) return { property: 'expiresAt', message: 'must lie in the future' };
  return null;
}
