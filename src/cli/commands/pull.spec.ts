import { describe, expect, it } from '@jest/globals';
import { adviceOn } from './pull.js';

describe('what pull advises', () => {
  it.each(['SPOOLED', 'NOT_APPLIED'])('is about the database where that is at fault: %s', (code) => {
    expect(adviceOn(code)).toMatch(/database/);
    expect(adviceOn(code)).not.toMatch(/gateway/);
  });

  it.each(['CUT_SHORT', 'UNREADABLE', 'UNDECIPHERABLE'])('is where the batch is kept: %s', (code) => {
    expect(adviceOn(code)).toMatch(/`pages`/);
  });

  it.each(['ECONNRESET', 'TIMEOUT'])('is about the gateway where that cannot be reached: %s', (code) => {
    expect(adviceOn(code)).toMatch(/`doctor` shows whether the gateway can be reached/);
  });

  it('is what the code means where it is one of the gateway', () => {
    expect(adviceOn('ERROR_SIGN')).toMatch(/secretKey/);
  });
});
