import { describe, expect, it } from '@jest/globals';
import {
  EmayImsConflictError,
  EmayImsQueuedError,
  EmayImsRejectedError,
  EmayImsStoreError,
  EmayImsUnconfirmedError,
  EmayImsUnsentError,
} from './emay-ims-errors.js';

describe('an error of the database', () => {
  it('that changed nothing may be repeated once it is back', () => {
    const error = new EmayImsStoreError('ECONNREFUSED', { customImsIds: ['order-1'] });
    expect(error).toMatchObject({ retryable: true, mayBeStored: false, customImsIds: ['order-1'] });
    expect(error.message).toBe(
      'Database error ECONNREFUSED. Repeat the call once the database is back; if it sends or stores messages, with ' +
        'the same customImsId.',
    );
  });

  it.each(['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SQLITE_READONLY_DBMOVED'])(
    'that leads back to a backup says what keeps it from sending all again: %s',
    (driverCode) => {
      const { message } = new EmayImsStoreError(driverCode);
      expect(message).toContain('dispatch.enabled set to false first');
      expect(message).toContain('docs/data.md#backup');
    },
  );

  it.each([
    ['42P01', 'Run the migrations'],
    ['ER_NO_SUCH_TABLE', 'Run the migrations'],
    ['42501', 'Grant'],
    ['SQLITE_FULL', 'disk space'],
    ['53100', 'disk space'],
    ['25006', 'takes writes'],
    ['SQLITE_READONLY_DBMOVED', 'restart the process'],
    ['SQLITE_READONLY_CANTLOCK', 'writable'],
  ])('that lasts says what to do, not to wait: %s', (driverCode, advice) => {
    const { message } = new EmayImsStoreError(driverCode);
    expect(message).toContain(advice);
    expect(message).not.toContain('once the database is back');
  });

  it('without an answer says that messages may be stored, which, and what is safe', () => {
    const customImsIds = ['a', 'b', 'c', 'd', 'e', 'f'];
    const error = new EmayImsStoreError('ECONNRESET', { customImsIds, mayBeStored: true });
    expect(error).toMatchObject({ retryable: false, mayBeStored: true, customImsIds });
    expect(error.message).toBe(
      'Database error ECONNRESET. It did not say whether the call took effect: messages a, b, c, d, e, … may be ' +
        'stored. Look with findOne(customImsId), or repeat the call with the same ids: that is safe, with new ones it is not.',
    );
  });

  it('without an answer may be repeated as it was where the caller chose all ids', () => {
    const details = { customImsIds: ['order-1'], mayBeStored: true, idsAreGiven: true };
    expect(new EmayImsStoreError('ECONNRESET', details).retryable).toBe(true);
  });
});

it('what was not sent now says what becomes of the message, whatever the reason', () => {
  for (const reason of ['ECONNREFUSED', 'ATTEMPT_OVER', 'CLAIM_UNANSWERED']) {
    expect(new EmayImsUnsentError('one', reason).message).toBe(
      `Message one was not sent: no byte of it reached the gateway (${reason}). Call send again with the same ` +
        'customImsId, or hand it to the background with enqueue.',
    );
  }
  for (const reason of ['NOT_HANDED_OVER', 'ECONNREFUSED', 'PAST_EXPIRY']) {
    expect(new EmayImsQueuedError('one', reason).message).toBe(
      `Message one was not sent now (${reason}). It waits in the queue and is sent in the background, unless it expires ` +
        'first: do not send it under another id. See findOne(customImsId); cancel(customImsId) withdraws it.',
    );
  }
});

it('a refusal says the same where an open circuit refused without asking the gateway', () => {
  expect(new EmayImsRejectedError('ERROR_SIGN', 'one', true, 'Correct the key.').message).toBe(
    'Message one was not accepted: gateway code ERROR_SIGN. Correct the key.',
  );
});

it('an unconfirmed message is not to be sent again, and its report or a person decides', () => {
  expect(new EmayImsUnconfirmedError('one', 'TIMEOUT').message).toBe(
    'Message one may or may not have been accepted (TIMEOUT). Do not send it again: its delivery report decides, or ' +
      'resolveUnconfirmed; see findOne(customImsId).',
  );
});

it('errors name the messages that they are about', () => {
  expect(new EmayImsConflictError(['one', 'two']).customImsIds).toEqual(['one', 'two']);
  expect(new EmayImsUnsentError('one', 'ECONNREFUSED').customImsIds).toEqual(['one']);
  expect(new EmayImsRejectedError('ERROR_SIGN', 'one', true, '').customImsIds).toEqual(['one']);
  expect(new EmayImsStoreError('ECONNREFUSED').customImsIds).toEqual([]);
});
