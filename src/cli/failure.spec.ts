import { describe, expect, it } from '@jest/globals';
import { EmayImsOptionsError, EmayImsUnsentError, EmayImsValidationError } from 'nestjs-emay-ims';
import { OutputError, TableError, UsageError } from './command-errors.js';
import { failureOf } from './failure.js';

describe('failureOf', () => {
  it.each([
    [new UsageError('Write this.'), 'WRONG_USAGE', 2],
    [new EmayImsOptionsError('Write that.'), 'EMAY_IMS_OPTIONS', 2],
    [new EmayImsValidationError([{ index: 0, property: 'mobile', message: 'must be one' }]), 'EMAY_IMS_VALIDATION', 2],
    [new TableError('Mend that.'), 'UNREADABLE_TABLE', 1],
    [new OutputError('Make room.'), 'CANNOT_WRITE', 1],
    [new EmayImsUnsentError('id', 'ECONNREFUSED'), 'EMAY_IMS_UNSENT', 1],
  ])('tells %p as it is', (error, code, exitCode) => {
    expect(failureOf(error)).toEqual({ code, exitCode, message: error.message, retryable: code === 'EMAY_IMS_UNSENT' });
  });

  it.each([
    [Object.assign(new Error('user "x", number +61422118000'), { code: '57P01' }), '(57P01)'],
    [new TypeError('+61422118000 is not a function'), '(TypeError)'],
    ['+61422118000', '(UNKNOWN)'],
  ])('tells of anything else no more than its code', (error, what) => {
    const { message, exitCode } = failureOf(error);
    expect(message).toContain(what);
    expect(message).not.toContain('61422118000');
    expect(exitCode).toBe(1);
  });
});
