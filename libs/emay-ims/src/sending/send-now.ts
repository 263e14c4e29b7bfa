import type { ClaimedMessage } from '../messages/attempt.js';
import type { NewMessage } from '../messages/new-message.js';

/** A message that is stored as SUBMITTING, in the form of a claimed one; `now`: the database's clock, read after the attempt began. */
export function asClaimedAt(now: Date, message: NewMessage): ClaimedMessage {
  const { customImsId, mobile, content, expiresAt } = message;
  return {
    ...{ customImsId, mobile, content },
    expiresInMs: expiresAt === null ? undefined : expiresAt.getTime() - now.getTime(),
  };
}

/** Why a message cannot be sent now, by the database's clock; `null`: it can. */
export function problemWithSendingNow(
  { sendAt, expiresAt }: NewMessage,
  now: Date,
): { property: string; message: string } | null {
  if (sendAt !== null && sendAt > now) {
    return { property: 'sendAt', message: 'must not lie in the future: send sends now; enqueue the message instead' };
  }
  if (expiresAt !== null && expiresAt <= now) return { property: 'expiresAt', message: 'must lie in the future' };
  return null;
}
