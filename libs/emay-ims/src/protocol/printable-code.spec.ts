import { describe, expect, it } from '@jest/globals';
import { ANSWER_CODES } from './answer-codes.js';
import { printableCode } from './printable-code.js';
import { REPORT_STATES } from './report-states.js';

describe('a code that is to be printed', () => {
  it.each([...Object.keys(ANSWER_CODES), ...Object.keys(REPORT_STATES), 'HTTP_502', 'ECONNRESET', 'ERROR_NEW'])(
    '%s stays',
    (code) => {
      expect(printableCode(code)).toBe(code);
    },
  );

  it.each(['+61422118000', '0061422118000', 'Your code is 4711', '余额不足', '', 'E\nFORGED', 'X'.repeat(65)])(
    '%j does not',
    (code) => {
      expect(printableCode(code)).toBe('UNLISTED');
    },
  );
});
