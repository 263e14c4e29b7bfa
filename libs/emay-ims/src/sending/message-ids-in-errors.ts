import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import type { IdentifiedMessages } from '../messages/message-identity.js';

/**
 * The work of a call; an error of the database then names its messages, also those whose ids were made here, so that their
 * caller can look for them or repeat the call with them.
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

/** The same of a call about one message that is there, or not, under an id that its caller knows. */
export function withMessageId<T>(customImsId: string, work: Promise<T>): Promise<T> {
  return withMessageIds({ messages: [{ customImsId }], givenIds: new Set([customImsId]) }, work);
}
