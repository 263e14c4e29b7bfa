import { describe, expect, it } from '@jest/globals';
import { EmayImsError } from '../errors/emay-ims.error.js';
import * as errors from '../errors/emay-ims-errors.js';
import * as everything from '../index.js';
import { answerTo, DECIDED_ERRORS } from './error-answers.js';

const {
  EmayImsClosedError,
  EmayImsConflictError,
  EmayImsNotReadyError,
  EmayImsOptionsError,
  EmayImsQueuedError,
  EmayImsRejectedError,
  EmayImsStoreError,
  EmayImsUnconfirmedError,
  EmayImsUnsentError,
  EmayImsValidationError,
} = errors;

const isErrorClass = (value: unknown): boolean =>
  typeof value === 'function' && value !== EmayImsError && value.prototype instanceof EmayImsError;

it('every class of error has a decision of its own', () => {
  const classes = new Set([...Object.values(errors), ...Object.values(everything)].filter(isErrorClass));
  expect(classes.size).toBeGreaterThanOrEqual(10);
  expect(new Set<unknown>(DECIDED_ERRORS)).toEqual(classes);
});

const lost = { customImsIds: ['one'], mayBeStored: true };

/** Every error as it is made, with what repeating its request would do. */
const ERRORS: [string, EmayImsError, number, string][] = [
  [
    'wrong input',
    new EmayImsValidationError([{ index: 0, property: 'mobile', message: 'must be' }]),
    400,
    'validation',
  ],
  ['an id used otherwise', new EmayImsConflictError(['one']), 409, 'conflict'],
  ['a refused message', new EmayImsRejectedError('ERROR_MOBILE_ERROR', 'one', false, ''), 422, 'rejected'],
  ['a refused account', new EmayImsRejectedError('ERROR_SIGN', 'one', true, 'Check secretKey'), 503, 'account-refused'],
  ['an unsent message', new EmayImsUnsentError('one', 'ECONNREFUSED'), 503, 'unsent'],
  ['a message past its time', new EmayImsUnsentError('one', 'PAST_EXPIRY'), 409, 'conflict'],
  ['a queued message', new EmayImsQueuedError('one', 'ERROR_SIGN'), 202, 'queued'],
  ['an unconfirmed message', new EmayImsUnconfirmedError('one', 'TIMEOUT'), 202, 'unconfirmed'],
  ['a lost database', new EmayImsStoreError('ECONNREFUSED'), 503, 'store'],
  ['a transaction that is over', new EmayImsStoreError('40P01', { transactionIsOver: true }), 503, 'store'],
  ['a lost COMMIT, ids given', new EmayImsStoreError('ECONNRESET', { ...lost, idsAreGiven: true }), 503, 'store'],
  ['a lost COMMIT, ids made', new EmayImsStoreError('ECONNRESET', lost), 424, 'may-be-stored'],
  ['an account that is not ready', new EmayImsNotReadyError('default', 'the database is away'), 503, 'not-ready'],
  ['a closed account', new EmayImsClosedError('default'), 503, 'closed'],
  ['a closed account amid a stream', new EmayImsClosedError('default', true), 424, 'may-be-stored'],
  ['a wrong option', new EmayImsOptionsError('secretKey: must be 16 characters long'), 500, 'options'],
];

describe.each(ERRORS)('the answer to %s', (_, error, status, kind) => {
  const answer = answerTo(error);

  it(`is ${status}, ${kind}`, () => {
    expect(answer).toMatchObject({ status, kind });
    expect(answer.title).not.toBe('');
    expect(answer.detail).not.toBe('');
  });

  it('asks nobody to repeat what may make a second SMS', () => {
    const isOver = error instanceof EmayImsStoreError && error.transactionIsOver;
    if (!error.retryable && !isOver && !(error instanceof EmayImsOptionsError)) expect(answer.status).toBeLessThan(500);
  });

  it('tells nothing of the inside', () => {
    const told = `${answer.title} ${answer.detail}`;
    for (const inside of ['ECONN', '40P01', 'ERROR_SIGN', 'secretKey', 'default', 'TIMEOUT', 'EMAY_IMS_MIGRATIONS']) {
      expect(told).not.toContain(inside);
    }
  });
});

it('a class that nobody has heard of is not set up', () => {
  class Unheard extends EmayImsError {
    readonly code = 'UNHEARD';
    readonly retryable = false;
  }
  expect(answerTo(new Unheard('secret'))).toMatchObject({ status: 500, kind: 'options' });
});
