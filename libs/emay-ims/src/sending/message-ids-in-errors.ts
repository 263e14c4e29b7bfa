import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import type { IdentifiedMessages } from '../messages/message-identity.js';

/**
 * Adds the ids of the call's messages to a database error, also generated ids, so that the caller can look the messages up or repeat the
 * call.
 */
export async function withMessageIds<T>(
  { messages, givenIds }: Pick<IdentifiedMessages, 'givenIds'> & { messages: readonly { customImsId: string }[] },
  work: Promise<T>,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof EmayImsStoreError)) throw error;
    const { driverCode, mayBeStored, transactionIsOver } = error;
    const customImsIds = messages.map(({ customImsId }) => customImsId);
    const idsAreGiven = customImsIds.every((id) => givenIds.has(id));
    throw new EmayImsStoreError(driverCode, { customImsIds, mayBeStored, idsAreGiven, transactionIsOver });
  }
}

/** The same for a call about one message under an id that the caller gave. */
export function withMessageId<T>(customImsId: string, work: Promise<T>): Promise<T> {
  return withMessageIds({ messages: [{ customImsId }], givenIds: new Set([customImsId]) }, work);
}
