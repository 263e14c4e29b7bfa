import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import {
  authenticate,
  encodeBatch,
  encodePersonality,
  encodeReportRequest,
  encodeSingle,
  signAgain,
} from './encode.js';
import { DEFAULT_PROTOCOL_OPTIONS as options } from './protocol-options.js';
import { sign } from './signature.js';

const credentials = { appId: 'EUCP-EMY-SMS0-4SYGK', secretKey: 'top-secret' };
const auth = authenticate(credentials, new Date('2018-03-30T08:11:38Z'), options);
const percent = { ...options, contentEncoding: 'percent' as const };

const contents = fc.string({ unit: 'binary', minLength: 1, maxLength: 500 });
const messages = fc.record({
  mobile: fc.stringMatching(/^\+[1-9][0-9]{6,14}$/),
  content: contents,
  customImsId: fc.stringMatching(/^[!-~]{1,32}$/),
});

function parsed(encoded: Buffer): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(encoded));
}

const wireMobile = (mobile: string) => `00${mobile.slice(1)}`;

describe('authenticate', () => {
  it('signs the timestamp it sends, on the clock and in the case of the options', () => {
    expect(auth).toEqual({
      appId: credentials.appId,
      timestamp: '20180330161138',
      sign: sign(credentials, '20180330161138', 'lower'),
    });
    const other = authenticate(credentials, new Date('2018-03-30T08:11:38Z'), {
      ...options,
      timeZoneOffset: '-01:00',
      signCase: 'upper',
    });
    expect(other).toEqual({
      appId: credentials.appId,
      timestamp: '20180330071138',
      sign: sign(credentials, '20180330071138', 'upper'),
    });
  });
});

describe('every encoder', () => {
  it('round-trips any message through UTF-8 JSON', () => {
    fc.assert(
      fc.property(messages, fc.array(messages, { maxLength: 5 }), contents, (first, several, content) => {
        expect(parsed(encodeSingle(auth, first, options))).toEqual({
          ...auth,
          mobile: wireMobile(first.mobile),
          content: first.content,
          customImsId: first.customImsId,
        });
        expect(parsed(encodeBatch(auth, content, several, options))).toEqual({
          ...auth,
          content,
          imses: several.map(({ mobile, customImsId }) => ({ mobile: wireMobile(mobile), customImsId })),
        });
        expect(parsed(encodePersonality(auth, several, options))).toEqual({
          ...auth,
          imses: several.map((message) => ({ ...message, mobile: wireMobile(message.mobile) })),
        });
      }),
    );
  });

  it('percent-encodes the content, and nothing else, when told to', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const content = encodeURIComponent(message.content);
        const { mobile, customImsId } = message;
        const recipient = { mobile: wireMobile(mobile), customImsId };
        expect(parsed(encodeSingle(auth, message, percent))).toEqual({ ...auth, ...recipient, content });
        expect(parsed(encodeBatch(auth, message.content, [message], percent))).toEqual({
          ...auth,
          content,
          imses: [recipient],
        });
        expect(parsed(encodePersonality(auth, [message], percent))).toEqual({
          ...auth,
          imses: [{ ...recipient, content }],
        });
      }),
    );
  });

  it('encodes a blank as %20, never as the + that a JSON reader would keep', () => {
    const message = { mobile: '+61422118000', content: 'a b+c 你好', customImsId: '1' };
    expect(parsed(encodeSingle(auth, message, percent))).toHaveProperty('content', 'a%20b%2Bc%20%E4%BD%A0%E5%A5%BD');
  });

  it('sends only the three fields of the authentication, whatever else the object holds', () => {
    const withSecret = { ...auth, ...credentials };
    const message = { mobile: '+61422118000', content: 'hello', customImsId: '1' };
    for (const encoded of [
      encodeSingle(withSecret, message, options),
      encodeBatch(withSecret, 'hello', [message], options),
      encodePersonality(withSecret, [message], options),
      encodeReportRequest(withSecret, 500),
    ]) {
      expect(encoded.toString()).not.toContain(credentials.secretKey);
    }
  });

  it('refuses a mobile that is not E.164', () => {
    const message = { mobile: '0061422118000', content: 'hello', customImsId: '1' };
    expect(() => encodeSingle(auth, message, options)).toThrow(RangeError);
    expect(() => encodeBatch(auth, 'hello', [message], options)).toThrow(RangeError);
    expect(() => encodePersonality(auth, [message], options)).toThrow(RangeError);
  });
});

describe('encodeReportRequest', () => {
  it.each([1, 499, 500])('asks for %d as a number', (number) => {
    expect(parsed(encodeReportRequest(auth, number))).toEqual({ ...auth, number });
  });
});

describe('signAgain', () => {
  it('makes the very bytes that the encoder makes for the other signature, whatever the account is called', () => {
    const appIds = fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.constant(credentials.appId));
    const times = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(appIds, messages, times, fc.boolean(), (appId, message, time, isUpper) => {
        const unsigned = { appId, timestamp: '0'.repeat(14), sign: '0'.repeat(32) };
        const signCase = isUpper ? 'upper' : 'lower';
        const signed = authenticate({ ...credentials, appId }, time, { ...options, signCase });
        const body = encodeSingle(unsigned, message, options);
        const again = signAgain(body, signed);
        expect(again.equals(encodeSingle(signed, message, options))).toBe(true);
        expect(again).toBe(body);
      }),
    );
  });
});
