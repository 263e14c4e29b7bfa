import { describe, expect, it } from '@jest/globals';
import { EmayImsConflictError, EmayImsStoreError } from '../errors/emay-ims-errors.js';
import { withMessageIds } from './message-ids-in-errors.js';

const messages = [{ customImsId: 'given' }, { customImsId: 'made' }];

describe('an error of the database during a call', () => {
  const failing = (given: string[], mayBeStored: boolean) =>
    withMessageIds(
      { messages, givenIds: new Set(given) },
      Promise.reject(new EmayImsStoreError('ECONNRESET', { mayBeStored })),
    );

  it('names all of its messages, with given ids and with ids of our own', async () => {
    const customImsIds = ['given', 'made'];
    await expect(failing(['given'], false)).rejects.toMatchObject({ customImsIds, driverCode: 'ECONNRESET' });
    await expect(failing(['given'], false)).rejects.toMatchObject({ mayBeStored: false, retryable: true });
  });

  it('that may have stored them says: again with the same ids; unchanged only if all were given', async () => {
    await expect(failing(['given'], true)).rejects.toMatchObject({ mayBeStored: true, retryable: false });
    await expect(failing(['given', 'made'], true)).rejects.toMatchObject({ mayBeStored: true, retryable: true });
  });

  it('that ended the host’s transaction still says so', async () => {
    const ended = Promise.reject(new EmayImsStoreError('ER_LOCK_DEADLOCK', { transactionIsOver: true }));
    await expect(withMessageIds({ messages, givenIds: new Set(['given', 'made']) }, ended)).rejects.toMatchObject({
      transactionIsOver: true,
      retryable: false,
    });
  });

  it('is nothing else than one of the database', async () => {
    const conflict = new EmayImsConflictError(['given']);
    const work = Promise.reject(conflict);
    await expect(withMessageIds({ messages, givenIds: new Set() }, work)).rejects.toBe(conflict);
    await expect(withMessageIds({ messages, givenIds: new Set() }, Promise.resolve(1))).resolves.toBe(1);
  });
});
