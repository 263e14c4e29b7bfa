import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { isCipherKey, seal, unseal, unsealWhatIsWhole } from './sealed-body.js';

const KEY = '0123456789ABCDEF';
const OTHER_KEY = 'FEDCBA9876543210';
const REPORTS = Buffer.from(
  JSON.stringify(Array.from({ length: 40 }, (_, index) => ({ imsId: String(index), desc: '成功' }))),
);

/** By the book, with no sense of what is in it. */
function encrypt(content: Buffer, key = KEY): Buffer {
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null);
  return Buffer.concat([cipher.update(content), cipher.final()]);
}

describe('isCipherKey', () => {
  it.each([
    ['16 letters', KEY, true],
    ['24 letters', KEY.slice(0, 8) + KEY, true],
    ['32 letters', KEY + KEY, true],
    ['8 characters of 2 bytes', 'é'.repeat(8), true],
    ['16 characters of 2 bytes', 'é'.repeat(16), true],
    ['12 characters of 2 bytes', 'é'.repeat(12), true],
    ['15 letters', KEY.slice(1), false],
    ['17 letters', `${KEY}0`, false],
    ['16 characters of which one has 2 bytes', `${KEY.slice(1)}é`, false],
    ['nothing', '', false],
  ])('%s', (_name, key, is) => {
    expect(isCipherKey(key)).toBe(is);
  });
});

describe('what is sealed', () => {
  it.each([16, 24, 32])('opens with its key of %i bytes, packed or not', (length) => {
    const key = (KEY + KEY).slice(0, length);
    expect(unseal(seal(REPORTS, key, false), key)).toEqual(REPORTS);
    expect(gunzipSync(unseal(seal(REPORTS, key, true), key) as Buffer)).toEqual(REPORTS);
  });

  it('does not show its text', () => {
    for (const gzip of [true, false]) expect(seal(REPORTS, KEY, gzip).includes('imsId')).toBe(false);
  });

  it('takes no other key', () => {
    expect(() => seal(REPORTS, KEY.slice(1), true)).toThrow(RangeError);
    expect(unseal(encrypt(REPORTS), KEY.slice(1))).toBeNull();
    expect(unsealWhatIsWhole(encrypt(REPORTS), KEY.slice(1))).toHaveLength(0);
  });
});

describe('OpenSSL', () => {
  const openssl = (args: readonly string[], input: Buffer) =>
    execFileSync('openssl', ['enc', '-aes-128-ecb', '-K', Buffer.from(KEY).toString('hex'), ...args], { input });

  it('is there', () => {
    expect(execFileSync('openssl', ['version']).toString()).toMatch(/ssl/i);
  });

  it('opens what is sealed', () => {
    expect(openssl(['-d'], seal(REPORTS, KEY, false))).toEqual(REPORTS);
    expect(gunzipSync(openssl(['-d'], seal(REPORTS, KEY, true)))).toEqual(REPORTS);
  });

  it('makes what opens', () => {
    expect(unseal(openssl([], REPORTS), KEY)).toEqual(REPORTS);
    expect(unseal(openssl([], gzipSync(REPORTS)), KEY)).toEqual(gzipSync(REPORTS));
  });
});

describe('unseal', () => {
  it.each(['{"a":1}', ' \r\n[1]\n', '[]', '{}', '', 'null', '""', '\uFEFF{"a":"中"}'])(
    'takes %j for a content',
    (text) => {
      expect(unseal(encrypt(Buffer.from(text)), KEY)?.toString()).toBe(text);
    },
  );

  it.each(['SUCCESS', '<html></html>', '{"a":1', '}{', '[1}', '\u0001'])('takes %j for none', (text) => {
    expect(unseal(encrypt(Buffer.from(text)), KEY)).toBeNull();
  });

  it('takes a text in any charset', () => {
    const gbk = Buffer.concat([Buffer.from('[{"desc":"'), Buffer.from([0xb3, 0xc9, 0xb9, 0xa6]), Buffer.from('"}]')]);
    expect(unseal(encrypt(gbk), KEY)).toEqual(gbk);
  });

  it('takes nothing that was not sealed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => unseal(Buffer.from(bytes), KEY) === null),
      {
        // Empty is nothing either.
        examples: [[new Uint8Array()], [new Uint8Array(REPORTS.subarray(0, 160))]],
      },
    );
  });

  it('takes nothing of another key, sound padding or not', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, gzip) => {
        const content = Buffer.concat([Buffer.from('['), Buffer.from(bytes), Buffer.from(']')]);
        return unseal(seal(content, OTHER_KEY, gzip), KEY) === null;
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes nothing that is cut, or whose padding is wrong', () => {
    const sealed = encrypt(REPORTS);
    expect(unseal(sealed.subarray(0, -1), KEY)).toBeNull();
    expect(unseal(sealed.subarray(0, -16), KEY)).toBeNull();
    const zeros = Buffer.concat([REPORTS, Buffer.alloc(16 - (REPORTS.length % 16))]);
    expect(unseal(encrypt(zeros).subarray(0, -16), KEY)).toBeNull();
  });
});

describe('unsealWhatIsWhole', () => {
  it('gives every whole block, however much has come', () => {
    const sealed = encrypt(REPORTS);
    for (const length of [16, 17, 100, sealed.length - 1]) {
      expect(unsealWhatIsWhole(sealed.subarray(0, length), KEY)).toEqual(REPORTS.subarray(0, length - (length % 16)));
    }
    expect(unsealWhatIsWhole(sealed.subarray(0, 15), KEY)).toHaveLength(0);
  });

  it('takes a sound padding off', () => {
    expect(unsealWhatIsWhole(encrypt(REPORTS), KEY)).toEqual(REPORTS);
  });

  it('keeps what stands beside a damaged block', () => {
    const sealed = encrypt(REPORTS);
    sealed[40]! ^= 1;
    const held = unsealWhatIsWhole(sealed, KEY);
    expect(held.subarray(0, 32)).toEqual(REPORTS.subarray(0, 32));
    expect(held.subarray(48)).toEqual(REPORTS.subarray(48));
  });

  it.each([false, true])('gives nothing of another key (packed: %s)', (gzip) => {
    expect(unsealWhatIsWhole(seal(REPORTS, OTHER_KEY, gzip), KEY)).toHaveLength(0);
  });
});
