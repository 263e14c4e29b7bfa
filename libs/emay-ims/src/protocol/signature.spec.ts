import { describe, expect, it } from '@jest/globals';

import { sign } from './signature.js';

// Expected values come from md5sum, not from this code.
describe('sign', () => {
  it.each([
    { appId: 'EUCP-EMY-SMS0-4SYGK', secretKey: 'secret', expected: '1fb10f6bf6adee36aff2903a0e818ab4' },
    { appId: '账号', secretKey: '密钥', expected: 'b794288a540fd7213458d5e9e1032fbd' },
  ])('is md5(appId + secretKey + timestamp) of the UTF-8 bytes: $appId', ({ appId, secretKey, expected }) => {
    expect(sign({ appId, secretKey }, '20180330161138', 'lower')).toBe(expected);
    expect(sign({ appId, secretKey }, '20180330161138', 'upper')).toBe(expected.toUpperCase());
  });

  it('changes with each part', () => {
    const signs = [
      sign({ appId: 'a', secretKey: 'b' }, '20180330161138', 'lower'),
      sign({ appId: 'A', secretKey: 'b' }, '20180330161138', 'lower'),
      sign({ appId: 'a', secretKey: 'B' }, '20180330161138', 'lower'),
      sign({ appId: 'a', secretKey: 'b' }, '20180330161139', 'lower'),
    ];
    expect(new Set(signs).size).toBe(signs.length);
  });
});
