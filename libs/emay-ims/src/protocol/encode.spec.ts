import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import {
  authenticate,
  batchFields,
  encodeSigned,
  encodeTimed,
  personalityFields,
  reportFields,
  signAgain,
  singleFields,
  timeAgain,
  type RequestFields,
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

const signed = (fields: RequestFields) => parsed(encodeSigned(auth, fields));

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

describe('the fields of every call', () => {
  it('round-trips any message through UTF-8 JSON', () => {
    fc.assert(
      fc.property(messages, fc.array(messages, { maxLength: 5 }), contents, (first, several, content) => {
        expect(signed(singleFields(first, options))).toEqual({
          ...auth,
          mobile: wireMobile(first.mobile),
          content: first.content,
          customImsId: first.customImsId,
        });
        expect(signed(batchFields(content, several, options))).toEqual({
          ...auth,
          content,
          imses: several.map(({ mobile, customImsId }) => ({ mobile: wireMobile(mobile), customImsId })),
        });
        expect(signed(personalityFields(several, options))).toEqual({
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
        expect(signed(singleFields(message, percent))).toEqual({ ...auth, ...recipient, content });
        expect(signed(batchFields(message.content, [message], percent))).toEqual({
          ...auth,
          content,
          imses: [recipient],
        });
        expect(signed(personalityFields([message], percent))).toEqual({
          ...auth,
          imses: [{ ...recipient, content }],
        });
      }),
    );
  });

  it('encodes a blank as %20, never as the + that a JSON reader would keep', () => {
    const message = { mobile: '+61422118000', content: 'a b+c 你好', customImsId: '1' };
    expect(signed(singleFields(message, percent))).toHaveProperty('content', 'a%20b%2Bc%20%E4%BD%A0%E5%A5%BD');
  });

  it('sends only the three fields of the authentication, whatever else the object holds', () => {
    const withSecret = { ...auth, ...credentials };
    const message = { mobile: '+61422118000', content: 'hello', customImsId: '1' };
    const secretive = { ...message, ...credentials };
    for (const fields of [
      singleFields(secretive, options),
      batchFields('hello', [secretive], options),
      personalityFields([secretive], options),
      reportFields(500),
    ]) {
      expect(encodeSigned(withSecret, fields).toString()).not.toContain(credentials.secretKey);
      expect(encodeTimed(60, fields).toString()).not.toContain(credentials.secretKey);
    }
  });

  it('refuses a mobile that is not E.164', () => {
    const message = { mobile: '0061422118000', content: 'hello', customImsId: '1' };
    expect(() => singleFields(message, options)).toThrow(RangeError);
    expect(() => batchFields('hello', [message], options)).toThrow(RangeError);
    expect(() => personalityFields([message], options)).toThrow(RangeError);
  });
});

describe('reportFields', () => {
  it.each([1, 499, 500])('asks for %d as a number', (number) => {
    expect(signed(reportFields(number))).toEqual({ ...auth, number });
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
        const fields = singleFields(message, options);
        const authentic = authenticate({ ...credentials, appId }, time, { ...options, signCase });
        const body = encodeSigned(unsigned, fields);
        const again = signAgain(body, authentic);
        expect(again.equals(encodeSigned(authentic, fields))).toBe(true);
        expect(again).toBe(body);
      }),
    );
  });
});

describe('timeAgain', () => {
  const fields = singleFields({ mobile: '+61422118000', content: 'hello', customImsId: '1' }, options);

  it('gives the content its time in epoch milliseconds, however often', () => {
    const content = encodeTimed(60, fields);
    for (const requestTime of [1_000_000_000_000, 1_700_000_000_123, 9_999_999_999_999]) {
      expect(timeAgain(content, new Date(requestTime))).toBe(content);
      expect(parsed(content)).toEqual({ requestTime, requestValidPeriod: 60, ...fields });
    }
  });

  it.each([0, 999_999_999_999, 10_000_000_000_000, Number.NaN])('refuses %d', (requestTime) => {
    expect(() => timeAgain(encodeTimed(60, fields), new Date(requestTime))).toThrow(RangeError);
  });
});
