import { describe, expect, it } from '@jest/globals';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import { mostAttempts } from './page-failures.js';

describe('mostAttempts', () => {
  it.each([
    '57P01',
    '25P03',
    '25P04',
    'ER_OPTION_PREVENTS_STATEMENT',
    'ER_UNKNOWN_COM_ERROR',
    'DRIVER_TIMEOUT',
    'EPIPE',
  ])('is patient where the server is to blame: %s', (code) => {
    expect(mostAttempts(new EmayImsStoreError(code))).toBe(50);
  });

  it.each(['22P05', '25P02', '23505', 'ER_DATA_TOO_LONG'])('is not where the page may be: %s', (code) => {
    expect(mostAttempts(new EmayImsStoreError(code))).toBe(5);
  });
});
